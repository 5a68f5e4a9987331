"""What is true of a task now, as far as words can tell it.

Words are made ahead and said later, so a fact counts only if it still holds when they run out (`until`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.when import HOUR_MS, MINUTE_MS, due_of, local
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

LATEST_DUE_DAYS = 59  # a date further off is no reason to do it now
OLDEST_OF = 3  # the oldest of fewer is nothing to speak of
LONGEST_MINUTES = 480
FREE_MS = 4 * HOUR_MS  # an appointment further off is not what a short task is fitted before
USUAL_HOURS = 1  # either side of the usual hour


class Facts(NamedTuple):
    """What holds for one task from now until its words run out, in the person's own days and clock.

    `at` is the time of a timed due date; `passed`: it was earlier today. `minutes` is a guess if `guessed`.
    `free_until` is the start of an appointment before which the task fits. `project_open` counts the open tasks of its
    project, itself among them. Unknown and untrue look alike: nothing is said.
    """

    today: date
    due: date | None = None
    at: time | None = None
    passed: bool = False
    priority: int = 1
    age_days: int | None = None
    just_added: bool = False
    oldest: bool = False
    started: bool = False
    starred: bool = False
    blocking: bool = False
    minutes: int | None = None
    guessed: bool = False
    free_until: time | None = None
    every_days: float | None = None
    last_done_days: int | None = None
    usual_hour: int | None = None
    project_open: int = 0
    project_today: bool = False
    project_last: bool = False
    put_off: int = 0
    follows: bool = False


class Context(NamedTuple):
    """What is known beyond one task. Keys are task, routine and project references; times are UTC ms.

    `last_done` is by routine or task, `minutes` by task, with whether they are a guess. `put_off` counts how often;
    `usual_hours` (0..23) is when such tasks are mostly done; `follows` are tasks that come next after the last one
    done, by the list or by habit. `busy_from` is when the next appointment begins.
    """

    oldest: str | None = None
    project_open: Mapping[str, int] = {}
    project_done: Mapping[str, int] = {}
    last_project: str | None = None
    last_done: Mapping[str, int] = {}
    put_off: Mapping[str, int] = {}
    minutes: Mapping[str, tuple[int, bool]] = {}
    usual_hours: Mapping[str, int] = {}
    follows: Collection[str] = ()
    busy_from: int | None = None


def context_of(tasks: Iterable[TaskFeatures], done: Iterable[TaskCompletion], zone: ZoneInfo) -> Context:
    """What all open tasks and the past completions tell; the rest is for the caller to add with `_replace`."""
    tasks = list(tasks)
    project_done: dict[str, int] = {}
    last_done: dict[str, int] = {}
    latest = None
    for each in done:
        if each.timed and (latest is None or each.at >= latest.at):
            latest = each
        if each.project_ref:
            project_done[each.project_ref] = max(each.at, project_done.get(each.project_ref, each.at))
        if each.recurring:
            key = each.routine_ref or each.ref
            last_done[key] = max(each.at, last_done.get(key, each.at))
    return Context(
        oldest=_oldest(tasks, zone),
        project_open=Counter(task.project_ref for task in tasks if task.project_ref),
        project_done=project_done,
        last_project=latest.project_ref if latest else None,
        last_done=last_done,
    )


def _oldest(tasks: list[TaskFeatures], zone: ZoneInfo) -> str | None:
    """The task added before all others, by day; none where an age is unknown or two share the first day."""
    days = [(local(task.added_at, zone).date(), task.ref) for task in tasks if task.added_at is not None]
    if len(days) < max(len(tasks), OLDEST_OF):
        return None
    (first, ref), (second, _) = sorted(days)[:2]
    return ref if first < second else None


def facts_of(
    task: TaskFeatures, now: int, zone: ZoneInfo, *, context: Context | None = None, until: int | None = None
) -> Facts:
    """What is true of the task from `now` to `until` (UTC ms, on one local day; `now` by default)."""
    known = context or Context()
    until = now if until is None else max(until, now)
    here = local(now, zone)
    today = here.date()
    due = due_of(task.due, zone)
    if due is not None and (due.day - today).days > LATEST_DUE_DAYS:
        due = None
    minutes, guessed = known.minutes.get(task.ref, (task.minutes or 0, False))
    in_bounds = 0 < minutes <= LONGEST_MINUTES
    project = task.project_ref or ""
    usual_hour = known.usual_hours.get(task.ref)
    near = usual_hour is not None and (here.hour - usual_hour + USUAL_HOURS) % 24 <= 2 * USUAL_HOURS
    return Facts(
        today=today,
        due=due.day if due else None,
        at=local(due.at, zone).time() if due and due.timed else None,
        passed=due is not None and due.timed and due.day == today and due.at < now,
        priority=task.priority,
        age_days=_days_ago(task.added_at, today, now, zone),
        just_added=task.added_at is not None and task.added_at <= now and until - task.added_at <= HOUR_MS,
        oldest=known.oldest == task.ref,
        started=task.started,
        starred=task.starred,
        blocking=task.blocking,
        minutes=minutes if in_bounds else None,
        guessed=guessed,
        free_until=_free_until(known.busy_from, minutes, now, until, zone) if in_bounds else None,
        every_days=task.every_days,
        last_done_days=_days_ago(known.last_done.get(task.routine_ref or task.ref), today, now, zone),
        usual_hour=usual_hour if near else None,
        project_open=known.project_open.get(project, 0),
        project_today=_days_ago(known.project_done.get(project), today, now, zone) == 0,
        project_last=_just_done(project, known, now, until),
        put_off=known.put_off.get(task.ref, 0),
        follows=task.ref in known.follows,
    )


def _days_ago(at: int | None, today: date, now: int, zone: ZoneInfo) -> int | None:
    return None if at is None or at > now else (today - local(at, zone).date()).days


def _just_done(project: str, known: Context, now: int, until: int) -> bool:
    """Whether the last thing done was of this project, and still is less than an hour old when the words run out."""
    if not project or known.last_project != project:
        return False
    at = known.project_done.get(project, now + 1)
    return at <= now and until - at <= HOUR_MS


def _free_until(busy_from: int | None, minutes: int, now: int, until: int, zone: ZoneInfo) -> time | None:
    if busy_from is None or busy_from - now > FREE_MS or busy_from - until < minutes * MINUTE_MS:
        return None
    return local(busy_from, zone).time()
