"""Terms of a task's place on the list, and of its nearness to the last tick."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import log

from oo_cli.engine.ranker.alone import Now, Seen
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.scales import Boxes, Ramp
from oo_cli.engine.when import MINUTE_MS

BATCH_MS = 2 * MINUTE_MS  # added this close together is one batch
SITTING_MS = 30 * MINUTE_MS  # a tick this close is still the same sitting
FADE = 0.7  # each further tick back counts this much of the one after it

NEWEST = Boxes("newest", (1, 2, 3, 5, 8), ("first", "second", "third", "fourth or fifth", "to eighth", "further"))
FURTHER = Ramp("newest", (log(9), log(25), log(100), log(1000)), ("beyond eight", "beyond 24", "beyond a hundred"))
SOONEST = Boxes("soonest", (1, 2, 3, 5, 8), ("first", "second", "third", "fourth or fifth", "to eighth", "further"))
TOUCHED = Boxes("touched", (1, 2, 3, 5), ("last", "second last", "third last", "lately", "further"))
APART = Ramp(
    "beside", (0.0, log(60), log(1440), log(43200)), ("added within an hour", "within a day", "within a month")
)
_LIST = (
    "newest: share of the list", "newest: last of all", "newest: oldest of all", "soonest: share of the list",
    "soonest: in its project", "project: open tasks", "project: newest in it", "project: oldest in it",
    "batch: added together", "batch: first of it", "newest: added since your last tick",
    "touched: since your last tick", "newest: since your last tick, same sitting",
)  # fmt: skip
_TICK = (
    "beside: next after your last tick", "beside: second after your last tick", "beside: just before your last tick",
    "beside: steps away", "beside: added after your last tick", "beside: same batch as your last tick",
    "beside: next of the same batch", "same: project as your last tick", "same: label as your last tick",
    "same: priority as your last tick", "same: due time as your last tick", "same: due day as your last tick",
    "same: both repeat or both not", "same: project as your last few ticks",
)  # fmt: skip
_SITTING = (
    "beside: next after, same sitting", "beside: same batch, same sitting", "same: project, same sitting",
    "same: label, same sitting", "same: due day, same sitting", "newest: last of all, same sitting",
    "repeats: same sitting", "due: has a date, same sitting",
)  # fmt: skip
NAMES = (
    *NEWEST.names, *FURTHER.names, *SOONEST.names, *TOUCHED.names, *_LIST, *APART.names, *_TICK, *_SITTING,
)  # fmt: skip


class Place:
    """The list in its orders, made once and asked for every task on it."""

    def __init__(self, tasks: Sequence[Seen], past: Past, now: Now) -> None:
        self.size = len(tasks)
        self.added = sorted(seen.added for seen in tasks)
        self.changed = sorted(seen.changed for seen in tasks)
        self.dues = sorted(seen.due.at for seen in tasks if seen.due)
        order = sorted(range(self.size), key=lambda index: tasks[index].added)
        self.position = {index: place for place, index in enumerate(order)}
        self.projects: dict[str | None, list[int]] = {}
        self.first_due: dict[str | None, int] = {}
        for seen in tasks:
            project = seen.task.project_ref
            self.projects.setdefault(project, []).append(seen.added)
            if seen.due:
                self.first_due[project] = min(seen.due.at, self.first_due.get(project, seen.due.at))
        for times in self.projects.values():
            times.sort()
        self.last = past.recent[-1] if past.recent else None
        self.since = self.last.done.at if self.last else 0
        self.sitting = float(self.last is not None and now.at - self.since < SITTING_MS)
        self.affinity: dict[str, float] = {}
        for back, tick in enumerate(reversed(past.recent)):
            if tick.done.project_ref is not None:
                known = self.affinity.get(tick.done.project_ref, 0.0)
                self.affinity[tick.done.project_ref] = known + FADE**back
        last_added = self.last.done.added_at if self.last else None
        self.slot = None if last_added is None else bisect_left(self.added, last_added)

    def terms(self, index: int, seen: Seen) -> tuple[float, ...]:
        """The terms of the task at `index` of the list, in the order of `NAMES`."""
        position = self.position[index]
        newer = self.size - bisect_right(self.added, seen.added)
        latest = float(position == self.size - 1)
        fresh = float(self.last is not None and seen.added > self.since)
        beside, same = self._beside(position, seen), self._same(seen)
        sitting = self.sitting
        return (
            *NEWEST(newer),
            *FURTHER(log(1 + newer)),
            *self._soonest(seen),
            *TOUCHED(self.size - bisect_right(self.changed, seen.changed)),
            newer / self.size,
            latest,
            float(seen.added == self.added[0]),
            bisect_left(self.dues, seen.due.at) / len(self.dues) if seen.due else 0.0,
            float(seen.due is not None and seen.due.at == self.first_due[seen.task.project_ref]),
            *self._project(seen),
            *self._batch(position, seen),
            fresh,
            float(self.last is not None and seen.changed > self.since),
            fresh * sitting,
            *beside,
            *same,
            beside[3] * sitting,
            beside[8] * sitting,
            same[0] * sitting,
            same[1] * sitting,
            same[4] * sitting,
            latest * sitting,
            sitting if seen.routine is not None else 0.0,
            sitting if seen.due is not None else 0.0,
        )

    def _soonest(self, seen: Seen) -> tuple[float, ...]:
        return SOONEST.none if seen.due is None else SOONEST(bisect_left(self.dues, seen.due.at))

    def _project(self, seen: Seen) -> tuple[float, float, float]:
        times = self.projects[seen.task.project_ref]
        return (log(len(times)), float(seen.added == times[-1]), float(seen.added == times[0]))

    def _batch(self, position: int, seen: Seen) -> tuple[float, float]:
        first = bisect_left(self.added, seen.added - BATCH_MS)
        size = bisect_right(self.added, seen.added + BATCH_MS) - first
        return (log(size), float(size > 1 and position == first))

    def _beside(self, position: int, seen: Seen) -> tuple[float, ...]:
        """Steps in the order of adding from where the last ticked task stood."""
        if self.last is None or self.slot is None or self.last.done.added_at is None:
            return (0.0,) * 10
        step = position - self.slot
        step = step + 1 if step >= 0 else step
        apart = seen.added - self.last.done.added_at
        batch = float(abs(apart) < BATCH_MS)
        return (
            *APART(log(abs(apart) / MINUTE_MS + 1.0)),
            float(step == 1),
            float(step == 2),
            float(step == -1),
            log(abs(step)),
            float(step > 0),
            batch,
            batch if step == 1 else 0.0,
        )

    def _same(self, seen: Seen) -> tuple[float, ...]:
        """What a task has in common with the one ticked last."""
        if self.last is None:
            return (0.0,) * 7
        task, done = seen.task, self.last.done
        return (
            float(task.project_ref is not None and task.project_ref == done.project_ref),
            float(any(label in done.label_refs for label in task.label_refs)),
            float(task.priority == done.priority),
            float(task.due is not None and task.due == done.due),
            float(seen.due_day is not None and seen.due_day == self.last.due_day),
            float(task.recurring == done.recurring),
            self.affinity.get(task.project_ref, 0.0) if task.project_ref is not None else 0.0,
        )
