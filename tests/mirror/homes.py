"""Homes of one person: made from an export of the first, each with a clock, a way to the stream and a task list."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from oo_cli.house import House
from oo_cli.usecases import agenda, consent
from oo_cli.usecases.connect import set_consent
from oo_cli.usecases.export import export
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.restore import restore
from oo_data.contracts.event import Envelope, FeedbackGiven, FeedbackUndone
from oo_data.ports import Clock, Mirror
from oo_data.store import events, profile
from tests.fakes import FakeSource, FakeStream, FixedClock, house_at

TITLES = ("Call the dentist", "Pay the rent", "Water the plants", "Read a book", "Write to Ada")
NAMES = ("laptop", "desk", "cabin")


class Home(NamedTuple):
    """One home and what is around it."""

    house: House
    stream: FakeStream
    clock: FixedClock


def house_of(folder: Path, clock: Clock, url: str = "nats://stream") -> House:
    """A house of the person in a folder; NATS_URL is `url`."""
    return house_at(folder, clock, {"todoist": FakeSource("todoist", *TITLES)}, NATS_URL=url)


def first(folder: Path, clock: FixedClock, url: str = "nats://stream") -> House:
    """The first home, with tasks and a shelf, that may mirror."""
    house = house_of(folder, clock, url)
    with house.store.write() as conn:
        profile.connect_source(conn, "todoist", clock.now, None)
    set_consent(house, "source.todoist", True)
    refresh(house)
    consent.grant(house, agenda.MIRROR)
    return house


def another(of: House, folder: Path, clock: FixedClock, url: str = "nats://stream") -> House:
    """One more, from an export of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / "export.zip")
    export(of, path)
    house = house_of(folder, clock, url)
    restore(house, path)
    refresh(house)
    return house


def reaching(house: House, door: Callable[[House], Mirror]) -> House:
    """The house with that way to its stream."""
    house.doors = house.doors._replace(mirror=door)
    return house


def settle(folder: Path) -> None:
    """Make the homes of `NAMES` in a folder, to be copied from."""
    one = first(folder / NAMES[0], FixedClock())
    for name in NAMES[1:]:
        another(one, folder / name, FixedClock()).close()
    one.close()


@contextmanager
def living(settled: Path, folder: Path) -> Iterator[list[Home]]:
    """Copies of the homes, round one stream."""
    log: list[Envelope] = []
    homes = []
    for name in NAMES:
        shutil.copytree(settled / name, folder / name)
        clock, stream = FixedClock(), FakeStream(log)
        house = house_of(folder / name, clock)
        homes.append(Home(reaching(house, stream.door), stream, clock))
    try:
        yield homes
    finally:
        for home in homes:
            home.house.close()


def held(house: House, now: int) -> dict[str, Any]:
    """What homes are to agree on: preferences of either source, reactions that stand, and what those keep quiet."""
    conn = house.store.conn
    logged = events.latest(conn, (FeedbackGiven, FeedbackUndone), 10_000)
    undone = {entry.event.subject for entry in logged if isinstance(entry.event, FeedbackUndone)}
    return {
        "prefs": set(conn.execute("select scope, key, source, value from pref where source <> 'default'")),
        "reactions": {
            (e.id, e.at, e.event) for e in logged if isinstance(e.event, FeedbackGiven) and e.id not in undone
        },
        "mutes": set(conn.execute("select subject, event_id, until from mute where until > ?", (now,))),
    }
