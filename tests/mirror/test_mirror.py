"""The mirror against a real nats-server: killed, restarted, full, slow, strange or absent; none lost, none doubled."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.adapters.mirror import stream
from oo_cli.house import House
from oo_cli.usecases import agenda, consent, mirror
from oo_cli.usecases.add import add_task
from oo_cli.usecases.catch_up import catch_up
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.status import status, status_lines
from oo_data.contracts.event import Envelope, TipShown
from oo_data.contracts.tip import RecommendRequest
from oo_data.store import egress, events
from tests.fakes import MINUTE, FixedClock, house_at
from tests.mirror.homes import reaching
from tests.mirror.server import NatsServer, needs_server

pytest.importorskip("nats", reason="the extra `nats` brings the client")
pytestmark = needs_server


def home_of(tmp_path: Path, url: str, name: str = "home") -> House:
    """A home that may mirror to that address."""
    house = reaching(house_at(tmp_path / name, FixedClock(), NATS_URL=url), wiring.open_mirror)
    consent.grant(house, agenda.MIRROR)
    return house


@pytest.fixture
def home(tmp_path: Path, server: NatsServer) -> Iterator[House]:
    """The same, of the server that runs."""
    house = home_of(tmp_path, server.url)
    yield house
    house.close()


def happen(house: House, count: int) -> None:
    """Log that many events."""
    with house.store.write() as conn:
        for _ in range(count):
            house.bus.publish(conn, TipShown("tip", "ref", "tip"), house.clock.now_ms())


def logged(house: House) -> Counter[str]:
    """The ids of all that happened."""
    return Counter(entry.id for entry in events.since(house.store.conn, 0, limit=1 << 30))


def mirrored(house: House) -> mirror.Report:
    """One run, which must take place."""
    report = mirror.mirror(house)
    assert report is not None
    return report


def settle(house: House, server: NatsServer) -> None:
    """Run until everything has been sent."""
    end = time.monotonic() + 100
    while mirror.waiting(house) and time.monotonic() < end:
        mirror.mirror(house)
    assert Counter(envelope.id for envelope in server.received()) == logged(house)


def test_a_day_is_mirrored_without_a_word_of_it(tmp_path: Path, home: House, server: NatsServer) -> None:
    """Tips, reactions and all: each event once, under its home, in order, and no title in any byte of it."""
    titles = ("Buy a Wedding ring", "Call Dr Winterbottom")
    for title in titles:
        add_task(home, title)
    refresh(home)
    recommend(home, RecommendRequest(home.clock.now_ms(), "tip", True))
    sent = mirrored(home).sent
    messages = server.messages()
    assert sent == len(messages) > 5
    kept = [(e.id, e.at, e.event) for e in events.since(home.store.conn, 0) if e.seq <= messages[-1][1].seq]
    assert [(e.id, e.at, e.event) for _, e, _ in messages] == kept
    assert {subject.rsplit(".", 1)[0] for subject, _, _ in messages} == {f"oo.events.v1.{messages[0][1].home}"}
    every = b"".join(subject.encode() + data for subject, _, data in messages).lower()
    words = {word.lower() for title in titles for word in title.split() if len(word) > 3}
    assert [word for word in words if word.encode() in every] == []


def test_the_ledger_knows_before_and_after(home: House) -> None:
    """One row a batch, with the host, the consent and about as many bytes as the events take."""
    happen(home, 100)
    sent = mirrored(home).sent
    row, look = [row for row in egress.recent(home.store, 10) if row.purpose == stream.PURPOSE]
    assert (row.host, row.consent, row.categories) == (home.environ["NATS_URL"][7:], "mirror.nats", ("events",))
    assert (look.host, look.consent, look.categories, look.status) == (row.host, row.consent, (), "read")
    assert row.status == "sent"
    assert 100 < row.bytes_out / sent < 400
    assert 50 < row.bytes_in / sent < 400


def test_nothing_leaves_without_consent(home: House, server: NatsServer) -> None:
    """Withdrawn, not a connection is made, and nothing of it is due; given again, the rest follows."""
    settle(home, server)
    before = len(egress.recent(home.store, 100))
    consent.revoke(home, agenda.MIRROR)
    happen(home, 5)
    assert (mirror.mirror(home), mirror.waiting(home)) == (None, None)
    assert agenda.MIRROR not in agenda.due(home).at
    assert len(egress.recent(home.store, 100)) == before
    consent.grant(home, agenda.MIRROR)
    settle(home, server)


def storm(house: House, server: NatsServer, total: int, rounds: int) -> None:
    """Events come while the server is killed and started again, at random moments of a run."""
    chance = random.Random(7)
    for _ in range(rounds):
        happen(house, total // rounds)
        killer = threading.Timer(chance.uniform(0.01, 0.3), server.kill)
        killer.start()
        mirror.mirror(house)
        killer.join()
        happen(house, 1)
        assert mirrored(house).error is not None
        server.start()
    happen(house, total % rounds)
    settle(house, server)


def test_a_server_that_keeps_dying(home: House, server: NatsServer) -> None:
    """300 events under three kills: none lost, none doubled at the consumer."""
    storm(home, server, 300, 3)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_server_that_keeps_dying_under_ten_thousand(home: House, server: NatsServer) -> None:
    """10,000 events under ten kills: none lost, none doubled at the consumer."""
    storm(home, server, 10_000, 10)


def test_a_run_that_dies_before_it_notes_down(home: House, server: NatsServer) -> None:
    """A batch that arrived and was not noted is sent again, and the stream has it once."""
    happen(home, 50)
    batch = home.bus.unread(home.store.conn, "nobody", 500)
    to = home.doors.mirror(home)
    envelopes = [Envelope(e.id, "h", e.at, e.seq, e.event) for e in batch]
    assert to.send(envelopes) == to.send(envelopes) == (len(batch), None)
    settle(home, server)


def test_a_full_stream_takes_the_rest_later(home: House, server: NatsServer) -> None:
    """What does not fit waits, in order and counted; with room again it follows."""
    server.limit(max_msgs=40)
    happen(home, 100)
    report = mirrored(home)
    assert (report.sent, str(report.error)) == (
        40,
        str(stream.NotMirroredError("not-taken", home.environ["NATS_URL"][7:])),
    )
    left = mirror.waiting(home)
    assert left is not None
    assert left >= 61
    assert any("to be mirrored" in line for line in status_lines(home, status(home)))
    server.limit(max_msgs=10_000)
    settle(home, server)
    assert [e.seq for e in server.received()] == sorted(e.seq for e in server.received())


def test_an_outage_costs_nothing_but_a_look(tmp_path: Path) -> None:
    """Nobody there: the refresh is as it is, the failure is told at once, and the clockwork waits longer each time."""
    house = home_of(tmp_path, "nats://127.0.0.1:9")
    add_task(house, "Water the plants")
    assert refresh(house).tips
    begun = time.monotonic()
    report = mirrored(house)
    assert time.monotonic() - begun < 10
    assert str(report.error) == "127.0.0.1:9 refused the connection."
    clock = house.clock
    assert isinstance(clock, FixedClock)
    tried = len(egress.recent(house.store, 100))
    for _ in range(12):
        clock.advance(5 * MINUTE)
        catch_up(house)
    assert 1 <= len(egress.recent(house.store, 100)) - tried <= 4
    house.close()
