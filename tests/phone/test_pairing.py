"""Codes and tokens: good once, for two minutes, five tries; and nothing of them is kept that opens anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases import consent, phone
from oo_cli.usecases.refresh import refresh
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.secret import Secret
from oo_data.store import devices, words
from tests.fakes import DAY, FixedClock, house_at
from tests.phone.running import Phone, Running


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A home where phones are allowed."""
    house = house_at(tmp_path, clock)
    phone.allow(house)
    yield house
    words.clear(house.paths)
    house.close()


def test_either_code_works_once(house: House) -> None:
    """The link or the digits, and then neither; the token is the device's."""
    for which in ("link", "digits"):
        codes = phone.pair(house)
        found = phone.redeem(house, getattr(codes, which))
        assert found is not None
        name, token = found
        assert (name, phone.device_of(house, token)) == (codes.name, codes.name)
        assert phone.redeem(house, codes.link) is phone.redeem(house, codes.digits) is None
    assert [device.name for device in phone.listing(house)] == ["phone", "phone-2"]


def test_a_code_ends_after_two_minutes(house: House, clock: FixedClock) -> None:
    """Also where the clock was set back meanwhile; and a new pairing voids the one before."""
    old = phone.pair(house)
    clock.advance(phone.CODE_MS + 1)
    assert phone.redeem(house, old.link) is None
    late = phone.pair(house)
    clock.advance(-DAY)
    assert phone.redeem(house, late.link) is None
    first, second = phone.pair(house), phone.pair(house)
    assert phone.redeem(house, first.link) is None
    assert phone.redeem(house, second.digits) is not None


def test_five_wrong_codes_void_the_right_one(house: House) -> None:
    """Four do not."""
    for tries, works in ((phone.TRIES - 1, True), (phone.TRIES, False)):
        codes = phone.pair(house)
        for n in range(tries):
            assert phone.redeem(house, Secret(f"wrong{n}")) is None
        assert (phone.redeem(house, codes.digits) is not None) is works


def test_nothing_that_is_kept_opens_anything(house: House) -> None:
    """Tokens and codes lie there as SHA-256, nowhere as themselves."""
    codes, token = phone.pair(house), phone.make_token(house, "desk")
    kept = Path(house.paths.database).read_bytes()
    for secret in (codes.link, codes.digits, token):
        assert secret.reveal().encode() not in kept
        assert hashlib.sha256(secret.reveal().encode()).digest() in kept
    assert (len(codes.link.reveal()), len(token.reveal()), len(codes.digits.reveal())) == (22, 43, 8)


def test_names_and_numbers_of_devices_are_bounded(house: House) -> None:
    """A name is a short word, once; sixteen devices are enough."""
    for name in ("Phone", "a b", "-x", "x" * 21, "../x", "é"):
        with pytest.raises(BadUsageError):
            phone.make_token(house, name)
    phone.make_token(house, "desk")
    with pytest.raises(BadUsageError):
        phone.make_token(house, "desk")
    for n in range(phone.MOST - 1):
        phone.make_token(house, f"d{n}")
    with pytest.raises(BadUsageError):
        phone.pair(house)


def test_unused_devices_and_old_codes_are_swept(house: House, clock: FixedClock) -> None:
    """A refresh forgets what has run out."""
    phone.make_token(house, "desk")
    phone.pair(house)
    refresh(house)
    assert len(phone.listing(house)) == 1
    clock.advance(devices.UNUSED_MS + 1)
    refresh(house)
    assert phone.listing(house) == []
    assert devices.pairing(house.store.conn) is None


def test_a_withdrawn_consent_is_given_again_by_name_only(house: House) -> None:
    """The commands give it the first time; after a no they refuse, and every device is gone."""
    token = phone.make_token(house, "desk")
    assert consent.revoke(house, "phone")[0].startswith("1 device")
    assert not phone.is_allowed(house)
    assert phone.device_of(house, token) == ""
    with pytest.raises(ConsentMissingError):
        phone.allow(house)
    consent.grant(house, "phone")
    assert phone.allow(house) is False


def test_a_page_pairs_by_its_code_alone(server: Running, stranger: Phone) -> None:
    """The answer brings a cookie that no script can read and no other site can send; it opens the tip."""
    codes = phone.pair(server.house)
    answer = stranger.post("/pair", {"code": codes.digits.reveal()})
    assert (answer.status, answer.json) == (200, {"name": "phone"})
    given, *rules = answer.headers["set-cookie"].split("; ")
    assert sorted(rules) == ["HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Strict", "Secure"]
    assert given.startswith("__Host-oo=")
    assert given.partition("=")[2] not in answer.body.decode()
    assert stranger.post("/recommend", {}, Cookie=given).json["tip"]
    assert stranger.post("/pair", {"code": codes.link.reveal()}).status == 403


def test_while_withdrawn_no_code_pairs(server: Running, stranger: Phone) -> None:
    """A code that was shown before the consent went is void."""
    codes = phone.pair(server.house)
    server.withdraw()
    assert stranger.post("/pair", {"code": codes.digits.reveal()}).status in (0, 403)
    assert phone.listing(server.house) == []
