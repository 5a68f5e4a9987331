"""The person's own past decisions, rebuilt from what is kept: what was open, what was done next, what was known then.

A decision is a tick, or a run of ticks less than two minutes apart; it is placed two minutes before the first of them.
Tasks that were deleted are not known any more, and how a task looked back then is known only where a completion tells:
marks that completions do not keep are blanked on all tasks, so that they cannot give away which ones are still open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past, routine_of
from oo_cli.engine.ranker.terms import terms
from oo_cli.engine.when import MINUTE_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

RUN_MS = LEAD_MS = 2 * MINUTE_MS
CLEAN_UP = 10  # more ticks than this in one run are a clean-up
LONGEST = 120  # open tasks of one decision; half of what is cut to is the newest, the rest is evenly spaced by age
MOST = 60  # decisions learnt in one go, the latest ones
_NEVER = 1 << 62


class Moment(NamedTuple):
    """A decision as it was. `right` are refs of `open`; `past` goes on with the replay: use it before the next one."""

    now: int
    open: tuple[TaskFeatures, ...]
    right: frozenset[str]
    past: Past


class _Stay(NamedTuple):
    """A task's time on the list, UTC ms: from `start` until `end`, when it was done."""

    start: int
    end: int
    task: TaskFeatures


def moments(
    tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion], zone: ZoneInfo, since: int = 0
) -> Iterator[Moment]:
    """Decisions later than `since` (UTC ms), oldest first, from what is open now and what was ever completed."""
    yield from _replayed(Past(zone), tasks, sorted(done, key=_when), since)


def learn_past(
    model: Model, tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion], zone: ZoneInfo, most: int = MOST
) -> Past:
    """Teach the model what it has not seen of the past, at most so many decisions; the past up to its end."""
    ordered, past = sorted(done, key=_when), Past(zone)
    newer = ordered[bisect_right(ordered, model.at, key=_when) :]
    starts = [run[0].at for run in _runs(newer) if run[0].at - LEAD_MS > model.at]
    since = max(model.at, starts[-most] - LEAD_MS - 1) if len(starts) > most else model.at
    for moment in _replayed(past, tasks, ordered, since) if starts else ():
        rows = terms(moment.open, past, moment.now, zone)
        right = {index for index, task in enumerate(moment.open) if task.ref in moment.right}
        model.learn(rows, right, moment.now)
    for completion in ordered[past.count :]:
        past.fold(completion)
    return past


def _replayed(
    past: Past, tasks: Sequence[TaskFeatures], ordered: Sequence[TaskCompletion], since: int
) -> Iterator[Moment]:
    waiting = sorted(_stays(tasks, ordered, since), key=lambda stay: stay.start)
    coming, open_now, leaving = 0, dict[int, _Stay](), list[tuple[int, int]]()
    for run in _runs(ordered[bisect_right(ordered, since, key=_when) :]):
        now = run[0].at - LEAD_MS
        if now <= since:
            continue
        while coming < len(waiting) and waiting[coming].start <= now:
            open_now[coming] = waiting[coming]
            heappush(leaving, (waiting[coming].end, coming))
            coming += 1
        while leaving and leaving[0][0] <= now:
            del open_now[heappop(leaving)[1]]
        while past.count < len(ordered) and ordered[past.count].at <= now:
            past.fold(ordered[past.count])
        moment = _moment(now, run, list(open_now.values()), past)
        if moment is not None:
            yield moment


def _moment(now: int, run: Sequence[TaskCompletion], stays: Sequence[_Stay], past: Past) -> Moment | None:
    """One decision, or None where there was no choice or the done task was not on the list yet."""
    shown: dict[str, TaskFeatures] = {}
    for stay in stays:
        key = routine_of(stay.task) or stay.task.ref
        known = shown.get(key)
        if known is None or (stay.task.due or "~") < (known.due or "~"):
            shown[key] = stay.task
    ticked = {key for each in run if (key := routine_of(each) or each.ref) in shown}
    if not ticked or len(ticked) == len(shown):
        return None
    kept = _cut(shown, ticked)
    return Moment(now, tuple(shown[key] for key in kept), frozenset(shown[key].ref for key in ticked), past)


def _cut(shown: dict[str, TaskFeatures], ticked: set[str]) -> list[str]:
    keys = list(shown)
    if len(keys) <= LONGEST:
        return keys
    half = LONGEST // 2
    older = keys[:-half]
    spaced = {older[at * len(older) // half] for at in range(half)}
    kept = {*keys[-half:], *spaced, *ticked}
    return [key for key in keys if key in kept]


def _runs(ordered: Sequence[TaskCompletion]) -> list[list[TaskCompletion]]:
    """Runs of ticks whose time of day is known, without clean-ups."""
    runs: list[list[TaskCompletion]] = []
    last = -_NEVER
    for each in ordered:
        if not each.timed:
            continue
        if each.at - last > RUN_MS:
            runs.append([])
        runs[-1].append(each)
        last = each.at
    return [run for run in runs if len(run) <= CLEAN_UP]


def _stays(tasks: Sequence[TaskFeatures], ordered: Sequence[TaskCompletion], since: int) -> Iterator[_Stay]:
    """When each task still open at `since` was open. One whose time of adding is unknown is left out."""
    before: dict[str, int] = {}
    for each in ordered:
        if each.added_at is not None and each.at > since:
            yield _Stay(max(each.added_at, before.get(each.ref, 0)), each.at, _bare(each))
        before[each.ref] = each.at
    for task in tasks:
        if task.added_at is not None:
            yield _Stay(max(task.added_at, before.get(task.ref, 0)), _NEVER, _bare(task))


def _bare(known: TaskCompletion | TaskFeatures) -> TaskFeatures:
    """The task with what a completion keeps of it, and nothing else."""
    return TaskFeatures(
        ref=known.ref,
        source=known.source,
        due=known.due,
        start=None,
        priority=known.priority,
        project_ref=known.project_ref,
        label_refs=known.label_refs,
        added_at=known.added_at,
        recurring=known.recurring,
        minutes=None,
        words=0,
        every_days=known.every_days,
        routine_ref=known.routine_ref,
    )


def _when(done: TaskCompletion) -> int:
    return done.at
