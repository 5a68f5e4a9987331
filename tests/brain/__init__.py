"""A house with one list, through which days are lived by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oo_cli.house import House
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.event import Event
from oo_data.contracts.signal import DoneSignal, TaskSignal
from oo_data.contracts.tip import RecommendRequest, Surface, Tip
from oo_data.store import events, policies, profile, words
from oo_data.store.db import Store, Write
from oo_data.store.policies import StoredModel
from tests.fakes import DAY, HOUR, FakeSource, FixedClock, house_at


class Late(Store):
    """A store beside which somebody else does something just before its writer gets the lock, once."""

    __slots__ = ("meanwhile",)

    def write(self) -> Write:
        """The write transaction, after what others did."""
        others, self.meanwhile = self.meanwhile, None
        if others is not None:
            others()
        return super().write()

    meanwhile: Callable[[], object] | None


class LateHouse(House):
    """A house whose next write is overtaken by what is put into `store.meanwhile`."""

    late: Late | None = None

    @property
    def store(self) -> Late:
        """The same database, through a store that lets others go first."""
        if self.late is None:
            opened = super().store
            self.late = Late(opened.conn, opened.path)
            self.late.meanwhile = None
        return self.late


class Home:
    """One list in one home, and as many houses on it as a test wants."""

    def __init__(self, folder: Path, *titles: str) -> None:
        self.folder, self.clock = folder, FixedClock()
        self.source = FakeSource("todoist", *titles)
        self.house = self.another()
        with self.house.store.write() as conn:
            profile.connect_source(conn, "todoist", self.clock.now, None)
            profile.set_consent(conn, "source.todoist", True, self.clock.now)

    def another(self) -> House:
        """A second door to the same home, as another process would have."""
        return house_at(self.folder, self.clock, {"todoist": self.source}, XDG_RUNTIME_DIR=str(self.folder))

    def overtaken(self) -> LateHouse:
        """A door whose writes others may overtake."""
        plain = self.another()
        return LateHouse(plain.environ, self.clock, plain.zone, plain.doors, plain.say)

    def close(self) -> None:
        """Leave nothing in memory."""
        self.house.close()
        words.clear(self.house.paths)

    def refresh(self) -> None:
        """Bring the shelf up to date; nothing may fail."""
        report = refresh(self.house)
        assert (report.busy, report.failures) == (False, ())

    def ask(self, surface: Surface = "tip", asked: bool = True) -> Tip:
        """What is said now, which must be a tip."""
        said = recommend(self.house, RecommendRequest(self.clock.now, surface, asked))
        assert isinstance(said, Tip), said
        return said

    def lists(self, *tasks: TaskSignal) -> None:
        """The open tasks from now on."""
        self.source.reading = self.source.reading._replace(tasks=tasks)

    def did(self, *done: DoneSignal) -> None:
        """More completions that the source tells of."""
        self.source.reading = self.source.reading._replace(done=(*self.source.reading.done, *done))

    def open_tasks(self, count: int) -> tuple[TaskSignal, ...]:
        """Tasks that were added one day after the other."""
        return tuple(self.source.task(f"t{at}", added_at=self.clock.now - (at + 1) * DAY) for at in range(count))

    def past(self, count: int, every: int = 3 * HOUR) -> tuple[DoneSignal, ...]:
        """A past of single ticks, the last of them `every` ms ago."""
        return tuple(self.ticked(f"d{at}", self.clock.now - (count - at) * every) for at in range(count))

    def ticked(self, handle: str, at: int) -> DoneSignal:
        """A task that was ticked where it lives, two days after it was added."""
        return self.source.completion(handle, at)._replace(added_at=at - 2 * DAY)

    def model(self, name: str) -> dict[str, Any]:
        """What is kept of one model: its state, opened; nothing where it learnt nothing."""
        stored = policies.model(self.house.store.conn, name)
        assert stored is not None
        held = json.loads(stored.state)
        state: dict[str, Any] = json.loads(held["state"] or "{}")
        return state

    def keep(self, name: str, state: str, version: str = "1") -> None:
        """Put something else in its row."""
        with self.house.store.write() as conn:
            policies.save_model(conn, name, StoredModel(version, self.clock.now, state))

    def logged(self, kind: type[Event]) -> list[events.Logged]:
        """Everything of a kind in the log, oldest first."""
        return [entry for entry in events.since(self.house.store.conn, 0) if isinstance(entry.event, kind)]


@contextmanager
def home_at(folder: Path, *titles: str) -> Iterator[Home]:
    """A home under a folder, closed in the end."""
    opened = Home(folder, *titles)
    try:
        yield opened
    finally:
        opened.close()
