"""Reading every connected source into memory, each failure contained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from oo_cli.engine.features.tasks import aged, completion, task_features
from oo_cli.engine.gate.openings import Stretch, merged
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_data.contracts.event import SourceFailed, SourceRefreshed
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.signal import BusyBlock, Reading, TaskSignal
from oo_data.errors import ConnectionNeededError, ConsentMissingError, OoError, SourceUnavailableError
from oo_data.store import busy, forgotten, history, profile, records, shelf
from oo_data.store.forgotten import Forgotten
from oo_data.store.profile import SourceState

# What a source may suffer from by itself. A locked vault or a full disk concerns all, and is not contained.
TROUBLES = (SourceUnavailableError, ConnectionNeededError, ConsentMissingError)
LOCAL = frozenset(("todotxt", "taskwarrior", "habit"))
PARTLY_LOCAL = frozenset(("calendar",))  # files beside addresses


@dataclass(slots=True)
class Pulled:
    """What the sources said. `signals` hold the words, by reference, and live no longer than the refresh.

    `at_home`: when the person is taken by the part of a source that lies on this machine, where no more could be read.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    at_home: dict[str, tuple[BusyBlock, ...]] = field(default_factory=dict)
    failures: dict[str, OoError] = field(default_factory=dict)
    tasks: dict[str, list[TaskFeatures]] = field(default_factory=dict)
    signals: dict[str, TaskSignal] = field(default_factory=dict)
    done: list[TaskCompletion] = field(default_factory=list)
    forgotten: Forgotten = field(default_factory=Forgotten)

    def remembers(self, done: TaskCompletion) -> bool:
        """Whether a completion may be known: what was forgotten is not learnt again."""
        return not (self.forgotten.covers(done.at) or self.forgotten.names(done.ref, done.routine_ref))


@runtime_checkable
class Remembering(Protocol):
    """A source that can tell of the past, span by span."""

    def history(self, progress: str | None, now_ms: int) -> Iterator[Reading]:
        """Readings to be kept one by one; `progress` of the last one kept says where to go on."""
        ...


@runtime_checkable
class PartlyLocal(Protocol):
    """A source of which a part may lie on this machine."""

    def busy_at_home(self, now_ms: int) -> tuple[BusyBlock, ...] | None:
        """When the person is taken, as that part and what was known tell; None where it tells nothing new."""
        ...


# Told of each span of history that was kept: the source, how many are kept by now, and how many there are.
Progress = Callable[[str, int, int], None]


def pull(
    house: House,
    local_only: bool,
    progress: Progress | None = None,
    keep: bool = False,
    resting: frozenset[str] = frozenset(),
) -> Pulled:
    """Read the connected sources whose consent holds; those left out or failing keep what was known of them.

    Nothing is written unless it is to `keep` what they tell of the past.
    """
    pulled = Pulled()
    granted = profile.granted(house.store.conn)
    before = {task.ref: task for task in records.tasks(house.store.conn)}
    pulled.forgotten = forgotten.forgotten(house.store.conn)
    for state in profile.sources(house.store.conn).values():
        if f"source.{state.id}" not in granted:
            continue
        if state.id in resting or (local_only and not is_local(state)):
            if state.id in PARTLY_LOCAL:
                _read_at_home(house, pulled, state.id)
            continue
        with house.spans.span("source", state.id) as step:
            _read(house, pulled, state, before, progress, keep)
            step.note(tasks=len(pulled.tasks.get(state.id, ())))
            if state.id in pulled.failures:
                step.note(type(pulled.failures[state.id]).__name__)
    return pulled


def _read(
    house: House,
    pulled: Pulled,
    state: SourceState,
    before: Mapping[str, TaskFeatures],
    progress: Progress | None,
    keep: bool,
) -> None:
    try:
        source = house.source(state.id)
        _take(house, pulled, state, source.read(house.clock.now_ms()), before)
        if keep and isinstance(source, Remembering):
            _remember(house, pulled, state.id, source, progress)
    except TROUBLES as error:
        pulled.failures[state.id] = error


def _read_at_home(house: House, pulled: Pulled, source_id: str) -> None:
    """Take what can be had without leaving this machine; that nothing can be is no failure of the source."""
    with suppress(*TROUBLES):
        source = house.source(source_id)
        busy = source.busy_at_home(house.clock.now_ms()) if isinstance(source, PartlyLocal) else None
        if busy is not None:
            pulled.at_home[source_id] = busy


def is_local(state: SourceState) -> bool:
    """Whether reading a source stays on this machine."""
    return state.id in LOCAL or state.watch_path is not None


def _remember(house: House, pulled: Pulled, source_id: str, source: Remembering, progress: Progress | None) -> None:
    """Keep each span of history as it comes: whoever is killed in between goes on from there."""
    conn = house.store.conn
    known = history.progress(conn, source_id)
    for kept, reading in enumerate(source.history(known, house.clock.now_ms()), start=1):
        done = list(filter(pulled.remembers, (completion(signal, house.refs, house.zone) for signal in reading.done)))
        taken_back = [completion(signal, house.refs, house.zone) for signal in reading.retracted]
        with house.store.write():
            if source_id not in profile.sources(conn):
                return
            history.retract(conn, taken_back)
            history.keep(conn, done)
            if reading.progress is not None:
                history.set_progress(conn, source_id, reading.progress)
        now_read = pulled.readings[source_id]
        pulled.readings[source_id] = now_read._replace(problems=now_read.problems + reading.problems)
        if progress is not None:
            progress(source_id, kept, kept + reading.left)


def _take(
    house: House, pulled: Pulled, state: SourceState, reading: Reading, before: Mapping[str, TaskFeatures]
) -> None:
    now = house.clock.now_ms()
    pulled.readings[state.id] = reading
    pulled.tasks[state.id] = []
    for signal in reading.tasks:
        features = task_features(signal, house.refs)
        if pulled.forgotten.names(features.ref, features.routine_ref):
            continue
        features = aged(features, before.get(features.ref), now)
        pulled.tasks[state.id].append(features)
        pulled.signals[features.ref] = signal
    told = (completion(signal, house.refs, house.zone) for signal in reading.done)
    pulled.done += filter(pulled.remembers, told)


def all_tasks(house: House, pulled: Pulled) -> list[TaskFeatures]:
    """Open tasks as just read, and as last known for the sources that were not read."""
    known = [task for task in records.tasks(house.store.conn) if task.source not in pulled.tasks]
    return known + [task for tasks in pulled.tasks.values() for task in tasks]


def busy_spans(house: House, pulled: Pulled, now: int) -> list[Stretch]:
    """When the person is taken, as just read, and as last known for what told nothing new; in order, merged."""
    told = {id: reading.busy for id, reading in pulled.readings.items() if reading.busy is not None} | pulled.at_home
    known = [block for block in busy.blocks(house.store.conn, now) if block.source not in told]
    fresh = (block for blocks in told.values() for block in blocks)
    return merged((block.from_ms, block.until_ms) for block in (*known, *fresh))


def fresh_completions(house: House, pulled: Pulled, known: Iterable[TaskCompletion]) -> list[TaskCompletion]:
    """Completions not known yet. A day-only one adds nothing to one of the same task on the same local day."""
    exact = {(c.source, c.ref, c.at) for c in known}
    days = {(c.source, c.ref, local(c.at, house.zone).date()) for c in known}
    fresh = []
    for c in pulled.done:
        day = (c.source, c.ref, local(c.at, house.zone).date())
        if (c.source, c.ref, c.at) in exact or (not c.timed and day in days):
            continue
        days.add(day)
        fresh.append(c)
    return fresh


def record(house: House, pulled: Pulled, fresh: list[TaskCompletion], now: int) -> tuple[str, ...]:
    """Write what was pulled, inside the caller's write transaction; the problems that were not told before."""
    conn = house.store.conn
    news: list[str] = []
    # One that was disconnected while it was being read stays forgotten.
    connected = profile.sources(conn)
    for source in [source for source in pulled.readings if source not in connected]:
        del pulled.readings[source]
        fresh[:] = [c for c in fresh if c.source != source]
    for source, reading in pulled.readings.items():
        if profile.note_problems(conn, source, reading.problems):
            news += reading.problems
        records.replace_tasks(conn, source, now, pulled.tasks[source])
        profile.source_read(conn, source, now, reading.mark)
        if reading.busy is not None:
            keep_busy(house, source, reading.busy)
        agenda.served(house, agenda.source_duty(source), now, every=house.doors.every(source))
        if reading.progress is not None:
            history.set_progress(conn, source, reading.progress)
        house.bus.publish(conn, SourceRefreshed(source, len(pulled.tasks[source]), len(reading.done)), now)
    for source in pulled.at_home.keys() & connected.keys():
        keep_busy(house, source, pulled.at_home[source])
    for source, error in pulled.failures.items():
        path = connected[source].watch_path if source in connected else None
        profile.source_failed(conn, source, type(error).__name__, shelf.mark_of(path) if path else None)
        if source in connected:
            agenda.fell(house, agenda.source_duty(source), type(error).__name__, now, every=house.doors.every(source))
        house.bus.publish(conn, SourceFailed(source, type(error).__name__), now)
    records.add_completions(conn, fresh)
    return tuple(news)


def keep_busy(house: House, source: str, blocks: Iterable[BusyBlock]) -> None:
    """Keep these as the times when a source knows the person to be taken, inside the caller's write transaction."""
    busy.replace(house.store.conn, source, merged((block.from_ms, block.until_ms) for block in blocks))
