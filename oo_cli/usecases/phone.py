"""Paired phones: a code shown once becomes a token, of which a hash is kept; the consent `phone` carries all of it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from typing import NamedTuple

from oo_cli.engine.when import HOUR_MS
from oo_cli.house import House
from oo_cli.usecases import own
from oo_cli.usecases.connect import set_consent
from oo_data.errors import BadUsageError
from oo_data.secret import Secret
from oo_data.store import devices, profile
from oo_data.store.devices import Device, Pairing

CONSENT = "phone"
CERTIFICATE = "phone.certificate"
CODE_MS, TRIES = 120_000, 5
MOST = 16  # devices
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class Codes(NamedTuple):
    """The two codes of a pairing, either of which is good once, until `expires_at` (UTC ms)."""

    name: str
    link: Secret
    digits: Secret
    expires_at: int


def allow(house: House) -> bool:
    """See to the consent: given by the first command that needs it; whether that was now.

    Raises `ConsentMissingError` where it was withdrawn before: only saying so by name gives it again.
    """
    first = own.is_first(house, CONSENT)
    if first:
        set_consent(house, CONSENT, True)
    return first


def is_allowed(house: House) -> bool:
    """Whether a phone may be answered at all just now; not while everything is being forgotten."""
    there = house.exists and not os.path.lexists(house.paths.forgetting)
    return there and CONSENT in profile.granted(house.store.conn)


def pair(house: House, name: str = "") -> Codes:
    """Begin a pairing in the place of any other. Raises `BadUsageError` for a name that is none, or taken."""
    import secrets

    name = _free_name(house, name)
    link, digits = Secret(secrets.token_urlsafe(16)), Secret(f"{secrets.randbelow(10**8):08}")
    ends = house.clock.now_ms() + CODE_MS
    with house.store.write() as conn:
        devices.begin(conn, Pairing(name, _hash(link), _hash(digits), ends, 0))
    return Codes(name, link, digits, ends)


def redeem(house: House, code: Secret) -> tuple[str, Secret] | None:
    """The name and token of the device that has the code; None for a wrong one, of which there may be five."""
    now, given = house.clock.now_ms(), _hash(code)
    with house.store.write() as conn:
        under_way = devices.pairing(conn)
        if under_way is None:
            return None
        if not 0 <= under_way.expires_at - now <= CODE_MS or under_way.tries >= TRIES:
            devices.end(conn)
            return None
        # Both are compared whichever fits, and neither comparison ends early.
        if not hmac.compare_digest(given, under_way.link) | hmac.compare_digest(given, under_way.digits):
            devices.tried(conn)
            return None
        devices.end(conn)
        token = _new_token()
        devices.add(conn, Device(under_way.name, _hash(token), now, now))
    return under_way.name, token


def make_token(house: House, name: str) -> Secret:
    """A device by name, for scripts; its token is told this once."""
    now, name, token = house.clock.now_ms(), _free_name(house, name), _new_token()
    with house.store.write() as conn:
        devices.add(conn, Device(name, _hash(token), now, now))
    return token


def device_of(house: House, token: Secret) -> str:
    """The name of the device that this token belongs to; "" for none."""
    given, now, found = _hash(token), house.clock.now_ms(), ""
    for device in devices.devices(house.store.conn):
        if hmac.compare_digest(given, device.token) and now - device.seen_at < devices.UNUSED_MS:
            found = device.name
    return found


def note_seen(house: House, name: str) -> None:
    """Remember that a device came, to the hour."""
    now = house.clock.now_ms()
    if any(device.name == name and abs(now - device.seen_at) >= HOUR_MS for device in listing(house)):
        with house.store.write() as conn:
            devices.seen(conn, name, now)


def listing(house: House) -> list[Device]:
    """The paired devices, oldest first."""
    return devices.devices(house.store.conn) if house.exists else []


def revoke(house: House, name: str) -> None:
    """Forget one device; its token opens nothing from now on. Raises `BadUsageError` where there is none."""
    if not any(device.name == name for device in listing(house)):
        raise BadUsageError("There is no such device.", "See: oo phone list")
    with house.store.write() as conn:
        devices.drop(conn, name)


def switch_off(house: House) -> int:
    """Withdraw the consent with every device and the certificate; how many devices. A running server ends by it."""
    with house.store.write() as conn:
        house.record_consent(conn, CONSENT, False)
        dropped = devices.drop_all(conn)
        profile.drop_secrets(conn, CONSENT)
    house.bus.deliver()
    return dropped


def certificate(house: House) -> Secret | None:
    """What was kept of the server's certificate, its key included."""
    sealed = profile.secret(house.store.conn, CERTIFICATE)
    return None if sealed is None else Secret(house.sealer.unseal(sealed, "secret", "sealed", CERTIFICATE))


def keep_certificate(house: House, certificate: Secret) -> None:
    """Keep it, sealed."""
    house.keep_secret(CERTIFICATE, certificate.reveal())


def _free_name(house: House, wanted: str) -> str:
    known = {device.name for device in listing(house)}
    if wanted and not _NAME.fullmatch(wanted):
        raise BadUsageError("That is no name for a device.", "Up to 20 of a-z, 0-9 and -, such as: phone")
    if wanted in known:
        raise BadUsageError("There is a device of that name.", f"Take another, or: oo phone revoke {wanted}")
    if len(known) >= MOST:
        raise BadUsageError(f"There are {MOST} devices already.", "See: oo phone list, then: oo phone revoke NAME")
    return wanted or next(n for n in ("phone", *(f"phone-{i}" for i in range(2, MOST + 2))) if n not in known)


def _new_token() -> Secret:
    import secrets

    return Secret(secrets.token_urlsafe(32))


def _hash(secret: Secret) -> bytes:
    return hashlib.sha256(secret.reveal().encode()).digest()
