"""Homes of one person round a real nats-server: what one says reaches the other, through restarts, and once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli import wiring
from oo_cli.adapters.mirror.stream import STREAM
from oo_cli.house import House
from oo_cli.usecases import mirror
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import PrefSet
from oo_data.contracts.profile import Pref
from oo_data.contracts.wire import PACKAGE
from oo_data.store import cursors, dump, egress, profile, tips
from tests.fakes import DAY, FixedClock
from tests.mirror.homes import another, first, held, reaching
from tests.mirror.server import NatsServer, needs_server

pytest.importorskip("nats", reason="the extra `nats` brings the client")
pytestmark = needs_server


@pytest.fixture
def pair(tmp_path: Path, server: NatsServer) -> Iterator[tuple[House, House]]:
    """Two homes of one person."""
    one = first(tmp_path / "laptop", FixedClock(), server.url)
    two = another(one, tmp_path / "desk", FixedClock(), server.url)
    found = reaching(one, wiring.open_mirror), reaching(two, wiring.open_mirror)
    yield found
    for house in found:
        house.close()


def mirrored(house: House) -> mirror.Report:
    """One run, which must go well."""
    report = mirror.mirror(house)
    assert report is not None
    assert report.error is None
    return report


def shelved(house: House, place: int) -> str:
    """The id of a tip on the shelf."""
    return tips.on_shelf(house.store.conn, house.clock.now_ms())[place].id


def say(house: House, place: int) -> None:
    """Put a tip off for a day."""
    react(house, "later", until=house.clock.now_ms() + DAY, tip_id=shelved(house, place))


def alike(one: House, two: House) -> bool:
    """Whether both hold the same."""
    now = one.clock.now_ms()
    return held(one, now) == held(two, now)


def test_two_homes_over_a_server_that_dies(pair: tuple[House, House], server: NatsServer) -> None:
    """Edits on both sides while the server is gone: after it is back both are equal, and each event is there once."""
    laptop, desk = pair
    say(laptop, 0)
    assign(desk, "tips.per_day", "3")
    mirrored(laptop), mirrored(desk), mirrored(laptop)
    assert alike(laptop, desk)
    server.kill()
    say(laptop, 1)
    assign(laptop, "tips.per_day", "9")
    assign(desk, "face.theme", "light")
    react(desk, "no", "wrong", tip_id=shelved(desk, 2))
    undo(desk)
    assert all((report := mirror.mirror(house)) and report.error for house in pair)
    assert not alike(laptop, desk)
    server.start()
    mirrored(laptop), mirrored(desk), mirrored(laptop)
    assert alike(laptop, desk)
    assert [mirror.waiting(house) for house in pair] == [0, 0]
    assert set(Counter(envelope.id for envelope in server.received()).values()) == {1}


def test_what_a_home_reads_is_in_its_ledger(pair: tuple[House, House]) -> None:
    """One row a look, under the consent, with about the bytes that came; nothing new, next to none."""
    laptop, desk = pair
    mirrored(desk)
    for place in range(4):
        say(laptop, place % 3)
    mirrored(laptop)
    assert mirrored(desk).received == 4
    reads = [row for row in egress.recent(desk.store, 10) if row.status == "read"]
    assert {(row.purpose, row.consent, row.categories) for row in reads} == {("mirror", "mirror.nats", ())}
    assert reads[0].bytes_in > 4 * 100
    mirrored(desk), mirrored(desk)
    idle = next(row for row in egress.recent(desk.store, 10) if row.status == "read")
    assert idle.bytes_in + idle.bytes_out < 3000


def publish(server: NatsServer, *payloads: bytes) -> None:
    """Put messages into the stream as somebody else."""

    async def put() -> None:
        import nats

        client = await nats.connect(server.url)
        for payload in payloads:
            await client.jetstream().publish(f"{PACKAGE}.somebody.FeedbackGiven", payload)
        await client.close()

    asyncio.run(put())


def test_whatever_lies_in_the_stream_a_home_reads_on(pair: tuple[House, House], server: NatsServer) -> None:
    """Bytes that are no event, or far too many, are passed over; what comes after them arrives."""
    laptop, desk = pair
    mirrored(laptop), mirrored(desk)
    publish(server, b"", b"\xff" * 100, b"\x00" * 900_000, bytes([15 << 3 | 2, 0]))
    say(laptop, 0)
    mirrored(laptop)
    assert mirrored(desk).received == 1
    assert alike(laptop, desk)


def test_many_arrive_by_batches(pair: tuple[House, House]) -> None:
    """More than one batch holds is read in one run, each event once."""
    laptop, desk = pair
    with laptop.store.write() as conn:
        for number in range(1100):
            laptop.bus.publish(conn, PrefSet("global.tips.per_day", f"i{number % 9}"), laptop.clock.now_ms())
        profile.save_prefs(conn, [Pref("global", "tips.per_day", "user", 1099 % 9, 0, laptop.clock.now_ms())])
    mirrored(laptop)
    assert mirrored(desk).received == 1100
    assert dump.count(desk.store.conn, "arrival") == 1100
    assert mirrored(desk).received == 0
    assert alike(laptop, desk)


def delete(server: NatsServer) -> None:
    """Lose the stream, as a server with a new disk has lost it."""

    async def go() -> None:
        import nats

        client = await nats.connect(server.url)
        await client.jetstream().delete_stream(STREAM)
        await client.close()

    asyncio.run(go())


def test_a_stream_that_was_deleted_is_read_from_its_beginning(pair: tuple[House, House], server: NatsServer) -> None:
    """A new stream counts from one again: nothing of it is missed, and a missing stream is no error."""
    laptop, desk = pair
    mirrored(laptop), mirrored(desk)
    delete(server)
    assert mirrored(desk).received == 0
    say(laptop, 0)
    mirrored(laptop)
    assert mirrored(desk).received == 1
    assert alike(laptop, desk)


@pytest.mark.parametrize("more", [0, 1])
def test_a_stream_made_anew_may_be_as_long_as_the_old_one(
    pair: tuple[House, House], server: NatsServer, more: int
) -> None:
    """However many messages it holds when it is looked at first, it is another one: none of them is missed."""
    laptop, desk = pair
    mirrored(laptop), mirrored(desk)
    reader = f"{mirror.INBOX}127.0.0.1:{server.port}"
    read = cursors.place(desk.store.conn, reader).seq
    say(laptop, 0)
    delete(server)
    told = mirrored(laptop).sent
    publish(server, *[b""] * (read + more - told))
    assert mirrored(desk).received == 1
    assert cursors.place(desk.store.conn, reader).seq == read + more
    assert alike(laptop, desk)


def test_a_server_put_back_from_a_copy_is_read_from_its_beginning(
    pair: tuple[House, House], server: NatsServer, tmp_path: Path
) -> None:
    """It holds the same stream, as short as it was: what comes in then lies below the place, and is not missed."""
    laptop, desk = pair
    mirrored(laptop)
    server.copy_to(tmp_path / "copy")
    mirrored(desk), mirrored(laptop), mirrored(desk)
    server.put_back(tmp_path / "copy")
    say(laptop, 0)
    mirrored(laptop)
    assert mirrored(desk).received == 1
    assert alike(laptop, desk)


def test_what_is_put_back_into_a_new_stream_is_known(pair: tuple[House, House], server: NatsServer) -> None:
    """A stream that is filled again with what it had is read again, and nothing is applied twice."""
    laptop, desk = pair
    say(laptop, 0)
    assign(laptop, "tips.per_day", "3")
    mirrored(laptop), mirrored(desk)
    had = [payload for _, _, payload in server.messages()]
    undo(laptop)
    assign(laptop, "tips.per_day", "9")
    mirrored(laptop), mirrored(desk), mirrored(laptop)
    before = held(desk, desk.clock.now_ms())
    logged = dump.count(desk.store.conn, "event")
    delete(server)
    server.limit()
    publish(server, *had, *had)
    assert mirrored(desk).received == 0
    assert dump.count(desk.store.conn, "event") == logged
    assert held(desk, desk.clock.now_ms()) == before
    assert alike(laptop, desk)


def test_another_person_on_the_same_stream_is_nobody(
    pair: tuple[House, House], tmp_path: Path, server: NatsServer
) -> None:
    """Two people who share a server by mistake keep their own settings and reactions."""
    laptop, _ = pair
    stranger = reaching(first(tmp_path / "stranger", FixedClock(), server.url), wiring.open_mirror)
    assign(laptop, "tips.per_day", "3")
    mirrored(laptop)
    before: dict[str, Any] = held(stranger, 0)
    assert mirrored(stranger).received == 0
    assert held(stranger, 0) == before
    stranger.close()
