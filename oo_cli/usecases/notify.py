"""Saying that a tip is ready: per channel, off until switched on, and never where the gate says silence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import NamedTuple

from oo_cli.engine.when import HOUR_MS, local, midnight
from oo_cli.house import House
from oo_cli.usecases.connect import set_consent
from oo_cli.usecases.recommend import tip_of
from oo_data.contracts.channel import Channel
from oo_data.contracts.event import TipShown
from oo_data.errors import BadUsageError, ConsentMissingError, OoError, SourceUnavailableError
from oo_data.store import events, locks, profile, shelf

PREFIX = "notify."
DESKTOP = "desktop"
TITLE = "oO"
READY = "A tip is ready."
TEST = "This is how oO will tell you."
SENT, FAILED = "sent", "failed"
LOOKED_BACK = 200  # impressions among which one of today is looked for
# What one channel may suffer from by itself; a locked vault or a full disk concerns all.
TROUBLES = (SourceUnavailableError, ConsentMissingError, BadUsageError)
REST_MS = HOUR_MS  # a channel that failed is left alone so long
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class Told(NamedTuple):
    """Which channels were told, and which failed."""

    sent: tuple[str, ...] = ()
    failed: tuple[tuple[str, OoError], ...] = ()


def channels(house: House) -> list[Channel]:
    """The channels that are on."""
    if not house.exists:
        return []
    keys = sorted(key for key in profile.granted(house.store.conn) if key.startswith(PREFIX))
    return [channel for key in keys if (channel := _load(house, key.removeprefix(PREFIX))) is not None]


def tell(house: House, offline: bool = False) -> Told:
    """Tell every channel (the desktop alone where `offline`) of the tip of this moment, if nobody saw it today.

    A surface that speaks by itself: quiet hours, budget and pace bind it, and what it says counts against them.
    """
    lock = locks.take(f"{house.paths.state}/notify.lock")
    if lock is None:
        return Told()
    try:
        now = house.clock.now_ms()
        picked = shelf.pick(house.store, now, ambient=True)
        if picked.kind != shelf.TIP or _seen_today(house, picked.subject, now):
            return Told()
        # The vault is opened only now: most looks end above.
        wanted = [each for each in channels(house) if not (offline and each.url) and not _rests(each, now)]
        text = tip_of(house, picked, now, ambient=True).text if any(channel.words for channel in wanted) else ""
        told = _send(house, wanted, lambda channel: text if channel.words else READY)
        if told.sent:
            shelf.record_shown(house.store, now, "notify", picked)
        return told
    finally:
        os.close(lock)


def switch_on(house: House, name: str, words: bool, url: str = "") -> Channel:
    """Switch a channel on by a first message; where it does not arrive, all stays as it was.

    Raises `BadUsageError`, `SourceUnavailableError`.
    """
    if _NAME.fullmatch(name) is None:
        raise BadUsageError("That is no name for a channel.", "Up to 20 of a-z, 0-9 and -, such as: phone")
    if (name == DESKTOP) == bool(url):
        hint = f"Give it by: oo notify on {name} --url-stdin < file" if not url else "Take another name, such as: phone"
        raise BadUsageError("The desktop, and only the desktop, needs no address.", hint)
    was_on = PREFIX + name in profile.granted(house.store.conn)
    if not was_on:
        set_consent(house, PREFIX + name, True)
    try:
        told = _send(house, [Channel(name, words, url)], lambda _: TEST)
        for _, error in told.failed:
            raise error
    except BaseException:
        if not was_on:
            switch_off(house, name)
        raise
    return channels_by_name(house)[name]


def switch_off(house: House, name: str) -> bool:
    """Withdraw a channel's consent and erase its address; whether it was on."""
    with house.store.write() as conn:
        was_on = PREFIX + name in profile.granted(conn)
        if was_on:
            house.record_consent(conn, PREFIX + name, False)
        profile.drop_secrets(conn, PREFIX + name)
    house.bus.deliver()
    return was_on


def test(house: House, name: str) -> Told:
    """Send one message that says it is a test. Raises `BadUsageError` for a channel that is not on."""
    found = channels_by_name(house).get(name)
    if found is None:
        raise BadUsageError("That channel is not on.", "To see which are: oo notify")
    return _send(house, [found], lambda _: TEST)


def channels_by_name(house: House) -> dict[str, Channel]:
    """The channels that are on, by name."""
    return {channel.name: channel for channel in channels(house)}


def _send(house: House, wanted: list[Channel], body: Callable[[Channel], str]) -> Told:
    """Send to each; a channel that fails keeps none of the others from it."""
    sent, failed = [], []
    for channel in wanted:
        try:
            reached = house.doors.notifier(house, channel).send(TITLE, body(channel))
        except TROUBLES as error:
            failed.append((channel.name, error))
            last, hosts = FAILED, channel.hosts
        else:
            sent.append(channel.name)
            last, hosts = SENT, channel.hosts if channel.hosts is not None else reached
        if last == SENT or channel.last:
            _keep(house, channel._replace(hosts=hosts, last=last, last_at=house.clock.now_ms()))
    return Told(tuple(sent), tuple(failed))


def _rests(channel: Channel, now: int) -> bool:
    return channel.last == FAILED and 0 <= now - channel.last_at < REST_MS


def _seen_today(house: House, subject: str, now: int) -> bool:
    day = midnight(local(now, house.zone).date(), house.zone)
    shown = events.latest(house.store.conn, (TipShown,), LOOKED_BACK)
    return any(isinstance(e.event, TipShown) and e.event.about == subject and e.at >= day for e in shown)


def _secret(name: str) -> str:
    return f"{PREFIX}{name}.channel"


def _keep(house: House, channel: Channel) -> None:
    house.keep_secret(_secret(channel.name), json.dumps(channel._asdict()), consent=PREFIX + channel.name)


def _load(house: House, name: str) -> Channel | None:
    sealed = profile.secret(house.store.conn, _secret(name))
    if sealed is None:
        return None
    kept = json.loads(house.sealer.unseal(sealed, "secret", "sealed", _secret(name)))
    hosts = kept["hosts"]
    return Channel(**kept | {"hosts": None if hosts is None else tuple(hosts)})
