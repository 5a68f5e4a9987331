"""From signals to what is kept: keyed references and numbers. The words stay behind."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from oo_cli.engine.refs import Refs
from oo_cli.engine.twins import folded
from oo_cli.engine.when import due_of
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.signal import DoneSignal, TaskSignal
from oo_data.text import show

_OWN_FIELDS = TaskFeatures._fields.index("words") + 1  # those before are the source's own


def task_features(signal: TaskSignal, refs: Refs) -> TaskFeatures:
    """One open task without its words."""
    title = show(signal.title)
    words = folded(title)
    return TaskFeatures(
        ref=refs.task(signal.source, signal.handle),
        source=signal.source,
        due=signal.due,
        start=signal.start,
        priority=signal.priority,
        project_ref=refs.project(signal.source, signal.project) if signal.project else None,
        label_refs=tuple(refs.label(label) for label in signal.labels),
        added_at=signal.added_at,
        recurring=signal.recurring,
        minutes=signal.minutes,
        words=len(title.split()),
        started=signal.started,
        starred=signal.starred,
        blocked=signal.blocked,
        blocking=signal.blocking,
        notes=signal.notes,
        every_days=signal.every_days,
        routine_ref=refs.task(signal.source, signal.routine) if signal.routine else None,
        title_ref=refs.title(words) if words else None,
    )


def aged(task: TaskFeatures, before: TaskFeatures | None, now: int) -> TaskFeatures:
    """The task with what was seen of its changes so far; a field that differs from `before` is one more."""
    if before is None:
        return task
    if task[:_OWN_FIELDS] == before[:_OWN_FIELDS] and task.started == before.started and task.notes == before.notes:
        return task._replace(changed_at=before.changed_at, changes=before.changes)
    return task._replace(changed_at=now, changes=before.changes + 1)


def completion(signal: DoneSignal, refs: Refs, zone: ZoneInfo) -> TaskCompletion:
    """One completion without its words; how late it was follows from its due date."""
    due = due_of(signal.due, zone)
    return TaskCompletion(
        ref=refs.task(signal.source, signal.handle),
        source=signal.source,
        at=signal.at,
        timed=signal.timed,
        due=signal.due,
        lateness_days=due.days_late(signal.at, zone) if due else None,
        project_ref=refs.project(signal.source, signal.project) if signal.project else None,
        priority=signal.priority,
        recurring=signal.recurring,
        added_at=signal.added_at,
        label_refs=tuple(refs.label(label) for label in signal.labels),
        every_days=signal.every_days,
        routine_ref=refs.task(signal.source, signal.routine) if signal.routine else None,
    )
