"""Terms of habit: projects, labels and routines by rate and hour, and the ages and dates of what is ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from oo_cli.engine.ranker.alone import Now, Seen
from oo_cli.engine.ranker.past import Habit, Past, Tally, age_kind, due_kind, faded_total, priority_kind
from oo_cli.engine.ranker.scales import Boxes, clip
from oo_cli.engine.when import DAY_MS, MINUTE_MS, local

# Weights of the hours around now; they sum to three.
NEAR = ((0, 1.0), (-1, 0.7), (1, 0.7), (-2, 0.3), (2, 0.3))
GUESS, HOUR_GUESS = 0.3, 3.0  # ticks that a rate and an hour start from
LIMIT, HOUR_LIMIT = 4.0, 2.0
WEEK_DAYS = 7.0
PHASE = Boxes(
    "routine",
    (log(0.3), log(0.7), log(0.9), log(1.1), log(1.6)),
    ("just done", "done lately", "nearly time", "time again", "a little late", "long not done"),
)


_HABIT = ("ticked before", "your hours", "your days", "how often", "how often lately", "time since", "ticks since")

NAMES = (
    *(f"project: {name}" for name in _HABIT), *(f"routine: {name}" for name in _HABIT), *PHASE.names,
    "routine: done today", "routine: done yesterday",
    "labels: how often lately", "labels: your hours", "age: as you tick", "age: share ticked older", "due: as you tick",
    "priority: as you tick",
)  # fmt: skip


class Custom:
    """A person's habits against the present list, worked out once for each project, label, routine and kind."""

    def __init__(self, tasks: Sequence[Seen], past: Past, now: Now) -> None:
        self.past, self.now, self.size = past, now, len(tasks)
        self.total = faded_total(past.count)
        self.everyone = _around(past.every, now.hour)
        self.projects = Counter(seen.task.project_ref for seen in tasks)
        self.labels = Counter(label for seen in tasks for label in seen.task.label_refs)
        self.known_projects: dict[str | None, tuple[float, ...]] = {}
        self.known_labels: dict[str, tuple[float, float, int]] = {}
        self.ages = _against(past.ages, Counter(age_kind(now.at - seen.added) for seen in tasks), self.size)
        self.dues = _against(past.dues, Counter(due_kind(self._ahead(seen)) for seen in tasks), self.size)
        self.priorities = _against(
            past.priorities, Counter(priority_kind(seen.task.priority) for seen in tasks), self.size
        )
        self.older = _older(past.ages)

    def terms(self, seen: Seen) -> tuple[float, ...]:
        """The terms of one task, in the order of `NAMES`."""
        age = age_kind(self.now.at - seen.added)
        return (
            *self._project(seen.task.project_ref),
            *self._routine(seen),
            *self._label(seen.task.label_refs),
            self.ages[age],
            self.older[age],
            self.dues[due_kind(self._ahead(seen))],
            self.priorities[priority_kind(seen.task.priority)],
        )

    def _ahead(self, seen: Seen) -> int | None:
        return None if seen.due_day is None else seen.due_day - self.now.day

    def _project(self, ref: str | None) -> tuple[float, ...]:
        known = self.known_projects.get(ref)
        if known is None:
            habit = None if ref is None else self.past.projects.get(ref)
            known = self.known_projects[ref] = self._habit(habit, self.projects[ref])
        return known

    def _routine(self, seen: Seen) -> tuple[float, ...]:
        habit = None if seen.routine is None else self.past.routines.get(seen.routine)
        shared = self._habit(habit, 1)
        if habit is None or habit.at is None:
            return (*shared, *PHASE.none, 0.0, 0.0)
        usual = habit.gap or DAY_MS * max(seen.task.every_days or WEEK_DAYS, 0.01)
        since = max(self.now.at - habit.at, 10 * MINUTE_MS)
        days = self.now.day - self._day(habit.at)
        return (*shared, *PHASE(log(since / usual)), float(days == 0), float(days == 1))

    def _day(self, at: int) -> int:
        return local(at, self.now.zone).toordinal()

    def _habit(self, habit: Habit | None, open_now: int) -> tuple[float, ...]:
        """Seven terms; rates are logarithms against the share of the list that the kind makes up."""
        share, past = open_now / self.size, self.past
        count = habit.count if habit else 0
        weight = habit.weight_at(past.count) if habit else 0.0
        often = clip(log((count + 0.5) / (past.count + 10) / share), LIMIT)
        lately = clip(log((weight + GUESS) / (self.total * share + GUESS)), LIMIT)
        if habit is None or habit.at is None:
            return (0.0, 0.0, 0.0, often, lately, 0.0, 0.0)
        since = log(max(self.now.at - habit.at, 10 * MINUTE_MS) / (10 * MINUTE_MS)) / 5.0
        return (
            1.0,
            self._hours(habit),
            self._days(habit),
            often,
            lately,
            since,
            log(1.0 + past.count - habit.index),
        )

    def _hours(self, habit: Habit) -> float:
        """How much likelier around this hour than the person's ticks at large, as a logarithm."""
        usual = (self.everyone + 1.0) / (3.0 * self.past.every.clocked + 24.0)
        here = (_around(habit, self.now.hour) + 3.0 * HOUR_GUESS * usual) / (3.0 * habit.clocked + 3.0 * HOUR_GUESS)
        return clip(log(here / usual), HOUR_LIMIT)

    def _days(self, habit: Habit) -> float:
        every = self.past.every
        usual = (every.weekend[self.now.weekend] + 1.0) / (every.clocked + 2.0)
        here = (habit.weekend[self.now.weekend] + HOUR_GUESS * usual) / (habit.clocked + HOUR_GUESS)
        return clip(log(here / usual), HOUR_LIMIT)

    def _label(self, refs: Sequence[str]) -> tuple[float, float]:
        """The most telling label for the rate, the best known one for the hours."""
        lately, hours, most = 0.0, 0.0, 0
        for ref in refs:
            rate, clock, count = self._known_label(ref)
            if abs(rate) > abs(lately):
                lately = rate
            if count > most:
                hours, most = clock, count
        return (lately, hours)

    def _known_label(self, ref: str) -> tuple[float, float, int]:
        known = self.known_labels.get(ref)
        if known is None:
            habit = self.past.labels.get(ref)
            weight = habit.weight_at(self.past.count) if habit else 0.0
            rate = clip(log((weight + GUESS) / (self.total * self.labels[ref] / self.size + GUESS)), LIMIT)
            known = (rate, self._hours(habit) if habit else 0.0, habit.count if habit else 0)
            self.known_labels[ref] = known
        return known


def _around(habit: Habit, hour: int) -> float:
    return sum(weight * habit.hours[(hour + step) % 24] for step, weight in NEAR)


def _against(tally: Tally, here: Counter[int], size: int) -> list[float]:
    """The logarithm of the share among ticks over the share on the list, for each kind that is on the list."""
    total = tally.total / tally.stake + 1.0
    shares = [here[kind] / size for kind in range(len(tally.counts))]
    return [
        clip(log((count / tally.stake + share) / total / share), LIMIT) if share else 0.0
        for count, share in zip(tally.counts, shares, strict=True)
    ]


def _older(tally: Tally) -> list[float]:
    total = tally.total + tally.stake
    above = [sum(tally.counts[kind + 1 :]) for kind in range(len(tally.counts))]
    return [count / total for count in above]
