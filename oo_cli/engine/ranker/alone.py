"""Terms a task has by itself: its dates, its age, its marks."""

from __future__ import annotations

from math import log
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker.past import routine_of
from oo_cli.engine.ranker.scales import Boxes, Ramp
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS, Due, due_of
from oo_data.contracts.feature import TaskFeatures

FRESH_MS, OLD_MS, SOON_MS = DAY_MS, 30 * DAY_MS, 3 * HOUR_MS
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def _knots(*spans: tuple[int, str]) -> tuple[float, ...]:
    return tuple(log(count * _MINUTES[unit]) for count, unit in spans)


AGE = Ramp(
    "age",
    _knots((1, "m"), (5, "m"), (30, "m"), (3, "h"), (1, "d"), (4, "d"), (14, "d"), (60, "d"), (365, "d")),
    ("minutes", "half an hour", "some hours", "a day", "some days", "two weeks", "two months", "a year"),
)
CHANGED = Ramp(
    "changed",
    _knots((1, "m"), (10, "m"), (2, "h"), (1, "d"), (7, "d"), (60, "d")),
    ("minutes ago", "hours ago", "within a day", "within a week", "long ago"),
)
DUE = Boxes(
    "due",
    (-60, -14, -6, -2, -1, 0, 1, 2, 4, 8, 15, 61),
    (
        "months ago", "weeks ago", "two weeks ago", "some days ago", "two days ago", "yesterday", "today", "tomorrow",
        "in two or three days", "within a week", "within two weeks", "within two months", "later",
    ),
)  # fmt: skip
PERIOD = Boxes(
    "repeats",
    (0.9, 1.5, 6.5, 8.0, 40.0),
    ("several times a day", "daily", "every few days", "weekly", "monthly", "more rarely"),
)
_MARKS = (
    "changed: how often", "changed: ever", "due: has a date", "due: earlier today", "due: within three hours",
    "due: a routine, overdue", "due: a routine, today", "due: a routine, later", "due: tomorrow, in the evening",
    "due: none, and old", "due: has a date, and new", "start: has come", "start: still ahead", "started: at it now",
    "priority: low", "priority: medium", "priority: high", "priority: high and overdue", "marked: as next",
    "labels: how many", "project: has one", "blocked: waits for another", "blocked: others wait for it",
    "notes: how many", "words: how many", "repeats: yes", "repeats: in the morning",
)  # fmt: skip
NAMES = (*AGE.names, *CHANGED.names, *DUE.names, *PERIOD.names, *_MARKS)


class Now(NamedTuple):
    """The instant (UTC ms) as terms see it: the local day as an ordinal, and the part of the day."""

    at: int
    day: int
    hour: int
    weekend: bool
    zone: ZoneInfo


class Seen(NamedTuple):
    """A task with its dates read once. An unknown time of adding counts as a month ago. Times are UTC ms."""

    task: TaskFeatures
    added: int
    changed: int
    due: Due | None
    due_day: int | None
    routine: str | None


def see(task: TaskFeatures, now: int, zone: ZoneInfo) -> Seen:
    """Read a task's dates at an instant (UTC ms); what is said to be added later counts as added now."""
    added = now - OLD_MS if task.added_at is None else min(task.added_at, now)
    changed = added if task.changed_at is None else min(max(added, task.changed_at), now)
    due = due_of(task.due, zone)
    return Seen(task, added, changed, due, None if due is None else due.day.toordinal(), routine_of(task))


def alone(seen: Seen, now: Now) -> tuple[float, ...]:
    """The terms of one task, in the order of `NAMES`."""
    task = seen.task
    age = (now.at - seen.added) / MINUTE_MS
    still = (now.at - seen.changed) / MINUTE_MS
    repeats = float(seen.routine is not None)
    return (
        *AGE(log(age) if age > 1.0 else 0.0),
        *CHANGED(log(still) if still > 1.0 else 0.0),
        *_due(seen, now),
        *(PERIOD.none if task.every_days is None else PERIOD(task.every_days)),
        min(task.changes, 6) / 3.0,
        float(task.changes > 0),
        *_due_marks(seen, now, repeats),
        *_start(task, now),
        float(task.started),
        float(task.priority == 2),
        float(task.priority == 3),
        float(task.priority >= 4),
        float(task.priority >= 4 and seen.due_day is not None and seen.due_day < now.day),
        float(task.starred),
        float(min(len(task.label_refs), 3)),
        float(task.project_ref is not None),
        float(task.blocked),
        float(task.blocking),
        float(min(task.notes, 3)),
        log(1.0 + max(0, task.words)),
        repeats,
        repeats if 5 <= now.hour < 11 else 0.0,
    )


def _due(seen: Seen, now: Now) -> tuple[float, ...]:
    return DUE.none if seen.due_day is None else DUE(seen.due_day - now.day)


def _due_marks(seen: Seen, now: Now, repeats: float) -> tuple[float, ...]:
    age = now.at - seen.added
    if seen.due is None or seen.due_day is None:
        return (0.0,) * 7 + (float(age > OLD_MS), 0.0)
    days = seen.due_day - now.day
    ahead = seen.due.at - now.at
    return (
        1.0,
        float(days == 0 and ahead < 0),
        float(0 <= ahead < SOON_MS and seen.due.timed),
        repeats if days < 0 else 0.0,
        repeats if days == 0 else 0.0,
        repeats if days > 0 else 0.0,
        float(days == 1 and now.hour >= 17),
        0.0,
        float(age < FRESH_MS),
    )


def _start(task: TaskFeatures, now: Now) -> tuple[float, float]:
    start = due_of(task.start, now.zone)
    if start is None:
        return (0.0, 0.0)
    come = start.at <= now.at if start.timed else start.day.toordinal() <= now.day
    return (1.0, 0.0) if come else (0.0, 1.0)
