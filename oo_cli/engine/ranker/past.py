"""What the completions so far say of a person: habits by project, label and routine, and what was ticked last."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.when import MINUTE_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

RECENT = 8  # ticks that are kept whole
FADE = 0.5 ** (1 / 10)  # a habit counts half after ten further ticks of anything
KEEP = 2 ** (1 / 40)  # a tick in a tally counts half after forty further ticks
PAUSE_MS = 30 * MINUTE_MS  # closer ticks of a routine are one sitting
AGES, DUES, PRIORITIES = 16, 12, 4
_AGE_EDGES = tuple(MINUTE_MS * 2 ** (kind / 0.75) for kind in range(1, AGES))
_DUE_EDGES = (-30, -7, -1, 0, 1, 2, 4, 8, 15, 61)
_FADES = tuple(FADE**step for step in range(64))
_TOO_LARGE = 1e12


class Habit:
    """How often, how lately and at which hours one kind of task was ticked. `gap` is its usual pause in ms,
    `clocked` how many ticks had an hour."""

    __slots__ = ("at", "clocked", "count", "gap", "hours", "index", "weekend", "weight")

    def __init__(self) -> None:
        self.count = 0
        self.clocked = 0
        self.weight = 0.0
        self.index = 0
        self.at: int | None = None
        self.gap: float | None = None
        self.hours = [0] * 24
        self.weekend = [0, 0]

    def note(self, at: int, index: int, hour: int | None, weekend: bool) -> None:
        """One more tick (UTC ms), the `index`-th of the person; `hour` is the local one where it is known."""
        if self.at is not None:
            pause = at - self.at
            if pause > PAUSE_MS:
                self.gap = pause if self.gap is None else 0.7 * self.gap + 0.3 * pause
            self.weight *= fade(index - self.index)
        self.count += 1
        self.weight += 1.0
        self.at, self.index = at, index
        if hour is not None:
            self.clocked += 1
            self.hours[hour] += 1
            self.weekend[weekend] += 1

    def weight_at(self, index: int) -> float:
        """The faded count as it stands at the person's `index`-th tick."""
        return self.weight * fade(index - self.index)


class Tally:
    """Counts over few kinds, the latest worth most. Shares do not depend on the growing stake."""

    __slots__ = ("counts", "stake", "total")

    def __init__(self, size: int) -> None:
        self.counts = [0.0] * size
        self.stake = 1.0
        self.total = 0.0

    def note(self, kind: int) -> None:
        """One more of a kind."""
        self.stake *= KEEP
        self.counts[kind] += self.stake
        self.total += self.stake
        if self.stake > _TOO_LARGE:
            self.counts = [count / self.stake for count in self.counts]
            self.total, self.stake = self.total / self.stake, 1.0


class Tick(NamedTuple):
    """A completion among the last few: the day it was due as an ordinal, if any."""

    done: TaskCompletion
    due_day: int | None


class Past:
    """Completions folded in the order of time; bounded by the number of projects, labels and routines."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.count = 0
        self.every = Habit()
        self.projects: dict[str, Habit] = {}
        self.labels: dict[str, Habit] = {}
        self.routines: dict[str, Habit] = {}
        self.ages, self.dues, self.priorities = Tally(AGES), Tally(DUES), Tally(PRIORITIES)
        self.recent: deque[Tick] = deque(maxlen=RECENT)

    def fold(self, done: TaskCompletion) -> None:
        """Take in one completion, none older than those before. Day-only ones say nothing of hours or of order."""
        self.count += 1
        clock = datetime.fromtimestamp(done.at / 1000, self.zone)
        hour, weekend = (clock.hour if done.timed else None), clock.weekday() >= 5
        self.every.note(done.at, self.count, hour, weekend)
        if done.project_ref is not None:
            _habit(self.projects, done.project_ref).note(done.at, self.count, hour, weekend)
        for label in done.label_refs:
            _habit(self.labels, label).note(done.at, self.count, hour, weekend)
        routine = routine_of(done)
        if routine is not None:
            _habit(self.routines, routine).note(done.at, self.count, hour, weekend)
        due_day = _due_day(done, clock)
        if done.added_at is not None:
            self.ages.note(age_kind(done.at - done.added_at))
        self.dues.note(due_kind(None if due_day is None else due_day - clock.toordinal()))
        self.priorities.note(priority_kind(done.priority))
        if done.timed:
            self.recent.append(Tick(done, due_day))


def _habit(habits: dict[str, Habit], ref: str) -> Habit:
    habit = habits.get(ref)
    if habit is None:
        habit = habits[ref] = Habit()
    return habit


def _due_day(done: TaskCompletion, clock: datetime) -> int | None:
    if done.lateness_days is None:
        return None
    day = (clock.hour * 60 + clock.minute) / 1440
    return clock.toordinal() + int((day - done.lateness_days) // 1)


def routine_of(task: TaskFeatures | TaskCompletion) -> str | None:
    """What the occurrences of a repeating task share: the name its source gives them, else the task itself."""
    return task.routine_ref or (task.ref if task.recurring else None)


def age_kind(age_ms: float) -> int:
    """Of `AGES` kinds, each four thirds of an octave, from a minute."""
    return bisect_right(_AGE_EDGES, age_ms)


def due_kind(days_ahead: int | None) -> int:
    """Of `DUES` kinds: none, long overdue, ... yesterday, today, tomorrow, ... in months."""
    if days_ahead is None:
        return 0
    return 1 + bisect_right(_DUE_EDGES, days_ahead)


def priority_kind(priority: int) -> int:
    """Of `PRIORITIES` kinds, none first; what a source says beyond them is held within."""
    return min(PRIORITIES, max(1, priority)) - 1


def fade(ticks: int) -> float:
    """What is left of a tick after so many further ones."""
    return _FADES[ticks] if ticks < len(_FADES) else FADE**ticks


def faded_total(count: int) -> float:
    """What all faded ticks of a person come to after `count` of them."""
    return (1.0 - FADE**count) / (1.0 - FADE)
