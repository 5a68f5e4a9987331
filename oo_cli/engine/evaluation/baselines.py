"""What a person would use instead: fixed orders of the list, and the policies as rankers of it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from oo_cli.engine.evaluation.contest import Contestant, Guess
from oo_cli.engine.policies.base import Moment, Policy
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.when import due_of, local
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Candidate

UNKNOWN_AGE = 0  # a task of unknown age counts as the oldest


def baselines(zone: ZoneInfo) -> list[Contestant]:
    """Oldest first, newest first, and the order of Todoist's Today view."""
    return [
        Contestant("oldest", lambda now, tasks, past: Guess(_by_age(tasks, 1))),
        Contestant("newest", lambda now, tasks, past: Guess(_by_age(tasks, -1))),
        Contestant("due-first", lambda now, tasks, past: Guess(_due_first(now, tasks, zone))),
    ]


def as_ranker(policy: Policy, zone: ZoneInfo) -> Contestant:
    """A policy that needs nothing but the list."""

    def rank(now: int, tasks: Sequence[TaskFeatures], past: Past) -> Guess:
        ranking = policy.rank(as_candidates(tasks), Moment(now, zone, {}))
        return Guess([candidate.subject for candidate in ranking.order])

    return Contestant(policy.name, rank, policy=True)


def as_candidates(tasks: Sequence[TaskFeatures]) -> list[Candidate]:
    """Tasks as candidates that nobody points at."""
    return [Candidate(task.ref, "todo", task.source, f"source.{task.source}", task) for task in tasks]


def _by_age(tasks: Sequence[TaskFeatures], sign: int) -> list[str]:
    ordered = sorted(tasks, key=lambda t: (sign * (t.added_at or UNKNOWN_AGE), t.ref))
    return [task.ref for task in ordered]


def _due_first(now: int, tasks: Sequence[TaskFeatures], zone: ZoneInfo) -> list[str]:
    """Overdue and due today by date, then upcoming by date, then undated; within a date by priority, then age."""
    today = local(now, zone).date()

    def key(task: TaskFeatures) -> tuple[int, str, int, int, str]:
        due = due_of(task.due, zone)
        band = 2 if due is None else int(due.day > today)
        return band, due.day.isoformat() if due else "", -task.priority, task.added_at or UNKNOWN_AGE, task.ref

    return [task.ref for task in sorted(tasks, key=key)]
