"""Tasks that are later than the person usually lets them be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import recent
from oo_agents.kit.stats import median
from oo_agents.kit.values import number, table
from oo_agents.kit.wording import count
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

WINDOW_DAYS = 90
LEAST_DATED = 5
LEAST_PER_PROJECT = 3
MOST_REFS = 5
FARTHEST_DAYS = 3650  # a date farther off is a slip or a jest, not a plan
HALF_WEIGHT_DAYS = 7  # this far beyond the tolerance, half the full weight


class OverdueTask(BaseAgent):
    """Speaks once a task is late beyond the person's own tolerance."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Counts every late task; names the latest first."""
        overdue = table(context.features, "task.overdue_days")
        latest_first = sorted((-days, ref) for ref, days in overdue.items() if days > 0)
        if not latest_first:
            return None
        oldest = -latest_first[0][0]
        beyond = oldest - number(context.params, "lateness_tolerance_days")
        if beyond <= 0:
            return None
        weight = number(context.params, "project_realness") * beyond / (beyond + HALF_WEIGHT_DAYS)
        refs = tuple(ref for _, ref in latest_first[:MOST_REFS])
        return self.say(context, _sentence(len(latest_first), oldest), weight, refs, today=True)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """Tolerance is the median lateness of what had a due date; done early counts as no tolerance."""
        dated = [
            (done.lateness_days, done.project_ref)
            for done in recent(history, WINDOW_DAYS)
            if done.lateness_days is not None and abs(done.lateness_days) <= FARTHEST_DAYS
        ]
        if len(dated) < LEAST_DATED:
            return {}
        lateness = [days for days, _ in dated]
        found: dict[str, ParamValue] = {"lateness_tolerance_days": _tolerance(lateness)}
        realness = _realness(dated)
        if realness is not None:
            found["project_realness"] = realness
        return found


def _sentence(tasks: int, days: float) -> str:
    by = count(days, "day") if days >= 1 else "less than a day"
    return f"1 task is late by {by}." if tasks == 1 else f"{tasks} tasks are late, the oldest by {by}."


def _tolerance(lateness: Sequence[float]) -> float:
    """The median; early counts as on time."""
    return max(0.0, median(lateness))


def _realness(dated: Sequence[tuple[float, str | None]]) -> float | None:
    """How real due dates are: `min(1, (1 + global median) / (1 + project median))`, averaged by size."""
    projects: dict[str, list[float]] = {}
    for days, project in dated:
        if project is not None:
            projects.setdefault(project, []).append(days)
    sized = [lateness for lateness in projects.values() if len(lateness) >= LEAST_PER_PROJECT]
    if len(sized) < 2:
        return None
    overall = 1 + _tolerance([days for days, _ in dated])
    real = sum(len(lateness) * min(1.0, overall / (1 + _tolerance(lateness))) for lateness in sized)
    return real / sum(len(lateness) for lateness in sized)
