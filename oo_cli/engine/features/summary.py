"""Features of the whole list and the whole history: all that agents get to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, due_of, local
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value

DAYS = 28
RECENT_DAYS = 90
FRESH_MS = DAY_MS


def summarise(
    tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion], now: int, zone: ZoneInfo
) -> tuple[Feature, ...]:
    """Every summary feature, fresh for a day, with the sources it came from."""
    today = local(now, zone).date()
    # By day, not by instant: a completion known by its day only stands at noon, which may still be to come.
    recent = [c for c in done if 0 <= (today - local(c.at, zone).date()).days <= RECENT_DAYS]
    of_tasks = tuple(sorted({task.source for task in tasks}))
    of_done = tuple(sorted({c.source for c in done}))
    open_values = _open_values(tasks, now, today, zone)
    done_values = _done_values(recent, today, zone) | {
        "done.total": float(len(done)),
        "done.last_at": float(max((c.at for c in done), default=0)),
    }
    return tuple(
        Feature(key, value, now, now + FRESH_MS, origin)
        for values, origin in ((open_values, of_tasks), (done_values, of_done))
        for key, value in values.items()
    )


def _open_values(tasks: Sequence[TaskFeatures], now: int, today: date, zone: ZoneInfo) -> dict[str, Value]:
    overdue: dict[str, float] = {}
    due_today = 0
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


def _done_values(recent: Sequence[TaskCompletion], today: date, zone: ZoneInfo) -> dict[str, Value]:
    per_day, by_hour, by_weekday = [0.0] * DAYS, [0.0] * 24, [0.0] * 7
    by_project: dict[str, float] = {}
    for c in recent:
        moment = local(c.at, zone)
        age = (today - moment.date()).days
        if 0 <= age < DAYS:
            per_day[DAYS - 1 - age] += 1
        by_weekday[moment.weekday()] += 1
        if c.timed:
            by_hour[moment.hour] += 1
        if c.project_ref:
            by_project[c.project_ref] = by_project.get(c.project_ref, 0.0) + 1
    return {
        "done.per_day": tuple(per_day),
        "done.by_hour": tuple(by_hour),
        "done.by_weekday": tuple(by_weekday),
        "done.lateness": tuple(c.lateness_days for c in recent if c.lateness_days is not None),
        "done.by_project": by_project,
    }
