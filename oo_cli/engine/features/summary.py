"""Features of the whole list and the whole history: all that agents get to see."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, HOUR_MS, day_after, due_of, local, midnight
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value

DAYS = 28
RECENT_DAYS = 90
FRESH_MS = DAY_MS
LEAST_PER_PROJECT = 3  # dated completions from which a project has a usual lateness


def summarise(
    tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion], now: int, zone: ZoneInfo
) -> tuple[Feature, ...]:
    """Every summary feature, fresh for a day, with the sources it came from."""
    of_tasks = tuple(sorted({task.source for task in tasks}))
    of_done = tuple(sorted({c.source for c in done}))
    recent = _Recent(done, now, zone)
    open_values = _open_values(tasks, now, zone)
    done_values = _done_values(recent) | {
        "done.total": float(len(done)),
        "done.last_at": float(max((c.at for c in done), default=0)),
    }
    both_values = _both_values(tasks, recent.completions, now, zone)
    return tuple(
        Feature(key, value, now, now + FRESH_MS, origin)
        for values, origin in (
            (open_values, of_tasks),
            (done_values, of_done),
            (both_values, tuple(sorted({*of_tasks, *of_done}))),
        )
        for key, value in values.items()
    )


class _Recent:
    """Completions of the last 90 local days and of today, each with its day and its hour.

    By day, not by instant: one known by its day only stands at noon, which may still be to come. Days are found
    among the midnights between them; a completion needs a conversion of its own only where a clock was changed.
    """

    def __init__(self, done: Sequence[TaskCompletion], now: int, zone: ZoneInfo) -> None:
        today = local(now, zone).date()
        days = [today - timedelta(days=back) for back in range(RECENT_DAYS, -1, -1)]
        self.begins = [midnight(day, zone) for day in (*days, day_after(today))]
        self.zone, self.today = zone, today
        self.completions = [c for c in done if self.begins[0] <= c.at < self.begins[-1]]

    def days_ago(self) -> Iterator[tuple[TaskCompletion, int]]:
        """Each completion with the days that have passed since its own."""
        begins, last = self.begins, len(self.begins) - 1
        for c in self.completions:
            yield c, last - bisect_right(begins, c.at)

    def hour(self, at: int, ago: int) -> int:
        """The local hour of an instant of that day."""
        begin, end = self.begins[-2 - ago : len(self.begins) - ago]
        return (at - begin) // HOUR_MS if end - begin == DAY_MS else local(at, self.zone).hour


def _open_values(tasks: Sequence[TaskFeatures], now: int, zone: ZoneInfo) -> dict[str, Value]:
    overdue: dict[str, float] = {}
    today, due_today = local(now, zone).date(), 0
    for task in tasks:
        due = due_of(task.due, zone)
        if due is None:
            continue
        late = due.days_late(now, zone)
        if late > 0:
            overdue[task.ref] = round(late, 2)
        due_today += due.day == today
    return {
        "task.open_count": float(len(tasks)),
        "task.overdue_days": overdue,
        "task.due_today_count": float(due_today),
    }


def _done_values(recent: _Recent) -> dict[str, Value]:
    per_day, by_hour, by_weekday = [0.0] * DAYS, [0.0] * 24, [0.0] * 7
    by_project: dict[str, float] = {}
    weekday = recent.today.weekday()
    for c, ago in recent.days_ago():
        if ago < DAYS:
            per_day[DAYS - 1 - ago] += 1
        by_weekday[(weekday - ago) % 7] += 1
        if c.timed:
            by_hour[recent.hour(c.at, ago)] += 1
        if c.project_ref:
            by_project[c.project_ref] = by_project.get(c.project_ref, 0.0) + 1
    return {
        "done.per_day": tuple(per_day),
        "done.by_hour": tuple(by_hour),
        "done.by_weekday": tuple(by_weekday),
        "done.lateness": tuple(c.lateness_days for c in recent.completions if c.lateness_days is not None),
        "done.by_project": by_project,
    }


def _both_values(
    tasks: Sequence[TaskFeatures], recent: Sequence[TaskCompletion], now: int, zone: ZoneInfo
) -> Mapping[str, Value]:
    """How late what is overdue would usually be: by task, the median lateness of its project, if that has one."""
    late = {task.ref: task.project_ref for task in tasks if task.project_ref and _is_late(task, now, zone)}
    lateness: dict[str, list[float]] = {project: [] for project in late.values() if project}
    for c in recent:
        if c.lateness_days is not None and c.project_ref in lateness:
            lateness[c.project_ref].append(c.lateness_days)
    usual = {project: _usual(days) for project, days in lateness.items() if len(days) >= LEAST_PER_PROJECT}
    return {"task.overdue_usual_days": {ref: usual[project] for ref, project in late.items() if project in usual}}


def _usual(lateness: Sequence[float]) -> float:
    """The median, in days; early counts as on time."""
    ordered, middle = sorted(lateness), len(lateness) // 2
    return max(0.0, ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2)


def _is_late(task: TaskFeatures, now: int, zone: ZoneInfo) -> bool:
    due = due_of(task.due, zone)
    return due is not None and due.days_late(now, zone) > 0
