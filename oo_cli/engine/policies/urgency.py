"""The cold-start policy: Taskwarrior's urgency, a fixed polynomial that needs no history.

Coefficients and the ramp of the due date are those of Taskwarrior 2.6 (`task show urgency`): due 12, priority
6.0 / 3.9 / 1.8, project 1, tags 1, age 2 at a year. Added to them: what agents point at, and advice itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from oo_cli.engine.policies.base import Moment, Ranking
from oo_cli.engine.when import DAY_MS, due_of
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Candidate, Term

DUE, PROJECT, TAGS, AGE, AGE_DAYS = 12.0, 1.0, 1.0, 2.0, 365.0
PRIORITY = {4: 6.0, 3: 3.9, 2: 1.8}
AGENT, ADVICE = 1.0, 2.0
TIRED = 8.0  # what was ignored or refused of late rotates away, by up to as much as a due date brings


class Urgency:
    """Most urgent first; ties go to the task that has waited longest, then to the reference."""

    name, version = "urgency", "1"

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """Score every candidate by its terms. Deterministic, so the propensity of the first is 1."""
        scored = [candidate._replace(terms=_terms(candidate, moment)) for candidate in candidates]
        scored.sort(key=lambda c: (-c.score, _added(c), c.subject))
        return Ranking(tuple(scored), 1.0)


def _terms(candidate: Candidate, moment: Moment) -> tuple[Term, ...]:
    tired = moment.fresh.get(candidate.subject, 1.0) - 1.0
    rest = (Term("turned down lately", round(tired, 4), TIRED),) if tired else ()
    return (*_of_itself(candidate, moment), *rest)


def _of_itself(candidate: Candidate, moment: Moment) -> tuple[Term, ...]:
    agents = tuple(
        Term(f"agent.{agent}", moment.weights.get(agent, 0.0), ADVICE if candidate.features is None else AGENT)
        for agent in candidate.snippets
    )
    if candidate.features is None:
        return agents
    return (*_task_terms(candidate.features, moment), *agents)


def _task_terms(task: TaskFeatures, moment: Moment) -> list[Term]:
    terms = []
    due = due_of(task.due, moment.zone)
    if due is not None:
        terms.append(Term("due", due_ramp(due.days_late(moment.now, moment.zone)), DUE))
    if task.priority in PRIORITY:
        terms.append(Term("priority", 1.0, PRIORITY[task.priority]))
    if task.project_ref:
        terms.append(Term("project", 1.0, PROJECT))
    if task.label_refs:
        terms.append(Term("labels", {1: 0.8, 2: 0.9}.get(len(task.label_refs), 1.0), TAGS))
    if task.added_at is not None:
        age = max(0.0, (moment.now - task.added_at) / DAY_MS)
        terms.append(Term("age", round(min(age / AGE_DAYS, 1.0), 4), AGE))
    return terms


def due_ramp(days_late: float) -> float:
    """0.2 from two weeks ahead, rising evenly to 1.0 at a week late (Taskwarrior's `urgency_due`)."""
    if days_late >= 7:
        return 1.0
    if days_late >= -14:
        return round((days_late + 14) * 0.8 / 21 + 0.2, 4)
    return 0.2


def _added(candidate: Candidate) -> int:
    task = candidate.features
    return task.added_at if task and task.added_at is not None else 1 << 62
