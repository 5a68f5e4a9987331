"""What sources hand over: read into memory, turned into features, then dropped."""

from __future__ import annotations

from typing import NamedTuple

from oo_data.contracts.tip import Energy
from oo_data.text import Untrusted


class TaskSignal(NamedTuple):
    """One open task as a source has it. Text and source ids live in memory only.

    `handle` is the source's own name for the task. `due` is ISO 8601 in one of three forms: a whole day, a floating
    local time, or an instant ending in Z. `start` hides the task before that day. `priority` runs from 1 (none) to
    4 (most urgent). `added_at` is UTC milliseconds. `started`: the person is at it; `starred`: singled out as next.
    `every_days` is the period of a repeating task, `routine` a name that all its occurrences share where each has a
    handle of its own.
    """

    source: str
    handle: str
    title: Untrusted
    due: str | None = None
    start: str | None = None
    priority: int = 1
    project: str | None = None
    labels: tuple[str, ...] = ()
    added_at: int | None = None
    recurring: bool = False
    minutes: int | None = None
    started: bool = False
    starred: bool = False
    blocked: bool = False
    blocking: bool = False
    notes: int = 0
    every_days: float | None = None
    routine: str | None = None


class DoneSignal(NamedTuple):
    """One completed task as a source has it. `timed` tells whether `at` (UTC ms) is more exact than its day.

    `added_at` is UTC ms; `every_days` and `routine` are as in `TaskSignal`.
    """

    source: str
    handle: str
    at: int
    timed: bool
    due: str | None = None
    project: str | None = None
    priority: int = 1
    recurring: bool = False
    added_at: int | None = None
    labels: tuple[str, ...] = ()
    every_days: float | None = None
    routine: str | None = None


class BusyBlock(NamedTuple):
    """A span (UTC ms) in which a source says the person is taken; what for is not read."""

    source: str
    from_ms: int
    until_ms: int


class Reading(NamedTuple):
    """One complete look at a source: everything open, and the completions it can tell of.

    `mark` is what `os.stat` said of a watched file when it was read; `problems` are fixed words for `oo status`.

    A reading of the history has no `tasks`. `retracted` takes completions back: of a recurring task the one at `at`,
    of any other task all up to `at`. What is told again may be two seconds off. `progress` is what to hand in next
    time, once this reading is kept; `left` says how many readings of the same history follow.

    `busy` is when the person is taken from now on, in no order; None leaves what was known as it is.
    """

    tasks: tuple[TaskSignal, ...] = ()
    done: tuple[DoneSignal, ...] = ()
    mark: str | None = None
    tz: str | None = None
    problems: tuple[str, ...] = ()
    retracted: tuple[DoneSignal, ...] = ()
    progress: str | None = None
    left: int = 0
    busy: tuple[BusyBlock, ...] | None = None


class HabitSignal(NamedTuple):
    """How one thing done again and again fares, seen from now.

    `done` counts local days with a completion, `streak` those in a row up to now (0 once it has broken);
    `last_done_at` is UTC ms; `regularity` (0..1) is the share of pauses that kept to the period.
    """

    ref: str
    every_days: float
    done: int
    streak: int
    last_done_at: int
    regularity: float


class MoodSignal(NamedTuple):
    """How the person said they felt at an instant (UTC ms): 1 (low) to 5."""

    at: int
    score: int


class ContextSignal(NamedTuple):
    """One context. `active`: switched on by hand; `schedule`: when it is on by itself, normalised, or empty."""

    ref: str
    active: bool
    schedule: str


class Stated(NamedTuple):
    """The person's own word on what a task asks for; None where they said nothing."""

    minutes: int | None
    energy: Energy | None
