"""What the doctor says of the mirror: each way in which it can be half set up, and how far behind it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.adapters.mirror import stream
from oo_cli.house import House
from oo_cli.usecases import agenda, consent, mirror
from oo_data.contracts.event import TipShown
from oo_data.store import egress
from tests.conftest import Oo
from tests.fakes import DAY, FixedClock, house_at
from tests.mirror.homes import reaching

URL = "nats://127.0.0.1:4222"
Open = Callable[..., House]


@pytest.fixture
def clock() -> FixedClock:
    """A clock."""
    return FixedClock()


@pytest.fixture
def open_home(tmp_path: Path, clock: FixedClock) -> Iterator[Open]:
    """Opens a home in which NATS_URL is set, or not, and the consent is given, or not."""
    opened: list[House] = []

    def make(url: str = "", allowed: bool = True) -> House:
        house = reaching(house_at(tmp_path / str(len(opened)), clock, NATS_URL=url), wiring.open_mirror)
        if allowed:
            consent.grant(house, agenda.MIRROR)
        opened.append(house)
        return house

    yield make
    for house in opened:
        house.close()


@pytest.mark.parametrize(
    ("url", "allowed", "level", "says", "then"),
    [
        ("", True, "note", "You allow it, and no server is named.", "Set NATS_URL; see docs/mirror.md"),
        (
            URL,
            False,
            "note",
            "To 127.0.0.1:4222. You have not allowed it.",
            "To allow it: oo consent grant mirror.nats",
        ),
        ("nats://example.org:4222", True, "bad", "NATS_URL is no safe address.", "Use tls://host:4222, or"),
        ("tls://me:pw@example.org", False, "bad", "NATS_URL holds a login.", "Put it into a .creds file"),
    ],
)
def test_half_set_up(open_home: Open, url: str, allowed: bool, level: str, says: str, then: str) -> None:
    """Each says what is wrong and the next step, and none repeats what the variable holds."""
    (finding,) = mirror.health(open_home(url, allowed))
    assert (finding.part, finding.level, finding.says) == ("mirror", level, says)
    assert finding.next.startswith(then)


def test_nobody_asked_for_it(open_home: Open) -> None:
    """Without an address and a consent there is nothing to say."""
    assert list(mirror.health(open_home(allowed=False))) == []


def told(house: House) -> tuple[str, str]:
    """How it stands, without the address."""
    (finding,) = mirror.health(house)
    return finding.level, finding.says.removeprefix("To 127.0.0.1:4222. ")


@pytest.mark.skipif(not stream.installed(), reason="the extra `nats` is not installed")
def test_how_far_behind(open_home: Open, clock: FixedClock) -> None:
    """Events may wait for as long as the longest rest; then that is told. A look sends nothing."""
    house = open_home(URL)
    with house.store.write() as conn:
        house.bus.publish(conn, TipShown("tip", "ref", "tip"), clock.now)
    assert told(house) == ("ok", "2 events to be sent.")
    clock.advance(DAY)
    assert told(house) == ("note", "2 events not sent, the oldest of Tue 1 Dec.")
    with house.store.write() as conn:
        house.bus.keep_place(conn, f"{agenda.MIRROR} 127.0.0.1:4222", 2)
    assert told(house) == ("ok", "It has every event.")
    assert egress.recent(house.store, 9) == []


def test_the_doctor_tells_it(oo: Oo) -> None:
    """It stands among the other findings, offline too, as data and in words."""
    oo("consent", "grant", "mirror.nats")
    found = json.loads(oo("doctor", "--offline", "--json").out)
    assert [f["says"] for f in found if f["part"] == "mirror"] == ["You allow it, and no server is named."]
    assert "Set NATS_URL" in oo("doctor", "--offline").out
