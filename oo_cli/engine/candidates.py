"""What could be said now: open tasks that are not hidden or muted, and advice from agents."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from oo_cli.engine.when import due_of, local
from oo_data.contracts.agent import Snippet
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Candidate

ADVICE_SOURCE = "agent"
CONTEXT = "context"  # points at tasks as an agent does; the person's own word, it outweighs every habit
CONTEXT_WEIGHT = 10.0


def candidates(
    tasks: Iterable[TaskFeatures],
    snippets: Iterable[Snippet],
    muted: Container[str],
    granted: Container[str],
    now: int,
    zone: ZoneInfo,
    near: Container[str] = (),
) -> list[Candidate]:
    """Every candidate whose consent holds, without scores. `near`: labels and projects of an active context."""
    known = list(snippets)
    return [
        *_todos(tasks, known, muted, granted, now, zone, near),
        *_advice(known, muted, granted),
    ]


def _todos(
    tasks: Iterable[TaskFeatures],
    snippets: list[Snippet],
    muted: Container[str],
    granted: Container[str],
    now: int,
    zone: ZoneInfo,
    near: Container[str],
) -> Iterator[Candidate]:
    pointing: dict[str, tuple[str, ...]] = {}
    for snippet in snippets:
        for ref in snippet.refs:
            pointing[ref] = (*pointing.get(ref, ()), snippet.agent_id)
    today = local(now, zone).date()
    for task in tasks:
        consent = f"source.{task.source}"
        start = due_of(task.start, zone)
        hidden = (start is not None and start.day > today) or _early(task, today, zone)
        if hidden or task.ref in muted or consent not in granted:
            continue
        about = pointing.get(task.ref, ())
        if task.project_ref in near or any(label in near for label in task.label_refs):
            about = (*about, CONTEXT)
        yield Candidate(task.ref, "todo", task.source, consent, task, (), about)


def _early(task: TaskFeatures, today: date, zone: ZoneInfo) -> bool:
    """Whether a routine is due on a later day and was begun anew less than half its period ago."""
    due = due_of(task.due, zone)
    if due is None or not task.recurring or due.day <= today:
        return False
    return (due.day - today).days > (task.every_days or 1.0) / 2


def _advice(snippets: list[Snippet], muted: Container[str], granted: Container[str]) -> Iterator[Candidate]:
    for snippet in snippets:
        subject, consent = f"advice.{snippet.agent_id}", f"agent.{snippet.agent_id}"
        if subject not in muted and consent in granted:
            yield Candidate(subject, "advice", ADVICE_SOURCE, consent, None, (), (snippet.agent_id,))
