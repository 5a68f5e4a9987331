"""A long life in one process: memory, open files and the database stay small."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.house import House
from oo_cli.usecases import connect
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.signal import Reading
from oo_data.contracts.tip import Reaction, RecommendRequest, Tip
from oo_data.store import health, words
from tests.fakes import DAY, HOUR, FakeSource, FixedClock, house_at
from tests.reliability.conftest import Figure

REACTIONS: tuple[Reaction, ...] = ("done", "done", "later", "no")
HOURS = (0, 2, 4, 6, 8, 10, 12)  # of a day that begins at ten
OPEN_TASKS = 30
MOST_GROWTH, MOST_MB_A_YEAR = 1.05, 20


class Size(NamedTuple):
    """What one process holds: kilobytes in memory, open files, bytes in the database."""

    memory: int
    files: int
    database: int


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose list is kept full."""
    made = house_at(tmp_path, FixedClock(), {"todoist": FakeSource("todoist")})
    with closing(made):
        connect.connect_remote(made, "todoist", True, lambda: None)
        yield made
        words.clear(made.paths)


def day(house: House, number: int, chance: random.Random) -> None:
    """Seven refreshes and tips, and a reaction to most."""
    source, clock = house.source("todoist"), house.clock
    assert isinstance(source, FakeSource)
    assert isinstance(clock, FixedClock)
    begun = clock.now
    for hours in HOURS:
        now = clock.advance(begun + hours * HOUR - clock.now)
        missing = OPEN_TASKS - len(source.reading.tasks)
        fresh = tuple(source.task(f"Task {number} {hours} {at}", added_at=now) for at in range(missing))
        source.reading = Reading((*source.reading.tasks, *fresh))
        assert refresh(house).failures == ()
        said = recommend(house, RecommendRequest(now, "tip", asked=True))
        if isinstance(said, Tip) and said.kind == "todo" and chance.random() < 0.8:
            react(house, chance.choice(REACTIONS), until=now + 3 * HOUR, tip_id=said.id)
            if chance.random() < 0.1:
                undo(house)
    source.done.clear()
    clock.advance(begun + DAY - clock.now)


def size(house: House) -> Size:
    """How large it is now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Size(
        pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        len(os.listdir("/proc/self/fd")),
        os.path.getsize(house.paths.database),
    )


def soak(house: House, days: int, warm: int) -> tuple[Size, Size]:
    """Live so many days; the size after the first `warm` of them, and at the end."""
    chance = random.Random(days)
    before = size(house)
    for number in range(days):
        day(house, number, chance)
        if number + 1 == warm:
            before = size(house)
    health.check(house.store.conn)
    return before, size(house)


def test_two_days(house: House) -> None:
    """No file stays open, and a day is small."""
    before, after = soak(house, 2, 1)
    assert after.files <= before.files  # one that an earlier test left may be closed meanwhile
    assert after.database < 2 * MOST_MB_A_YEAR * 1024 * 1024 / 10


@pytest.mark.nightly
@pytest.mark.timeout(14_400)
def test_a_year(house: House, figure: Figure) -> None:
    """A year."""
    before, after = soak(house, 365, 60)
    figure(
        f"memory {before.memory / 1024:.0f} to {after.memory / 1024:.0f} MB, files {before.files} to {after.files},"
        f" database {after.database / 1024 / 1024:.1f} MB"
    )
    assert after.memory <= before.memory * MOST_GROWTH
    assert after.files <= before.files  # one that an earlier test left may be closed meanwhile
    assert after.database < MOST_MB_A_YEAR * 1024 * 1024
