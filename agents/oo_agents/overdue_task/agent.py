"""Tasks that are later than is usual for the person and for their project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import YEAR, recent
from oo_agents.kit.stats import median
from oo_agents.kit.values import number, table
from oo_agents.kit.wording import count
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

LEAST_DATED = 5
LEAST_PER_PROJECT = 3
MOST_REFS = 5
FARTHEST_DAYS = 3650  # a date farther off is a slip or a jest, not a plan
HALF_WEIGHT_DAYS = 7  # this far beyond the usual, half the full weight
LEAST_WEIGHT = 0.05  # some hours beyond the usual, or many days where dates mean little: not worth a word
ON_TIME_DAYS = 0.5


class _Late(NamedTuple):
    """A task that is later than usual, by its weight."""

    weight: float
    ref: str
    days: float


class OverdueTask(BaseAgent):
    """Speaks once a task is late beyond what is usual."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Names the most unusual first: late by many days, in a project whose dates are usually kept."""
        tolerance = number(context.params, "lateness_tolerance_days")
        overdue = table(context.features, "task.overdue_days")
        usual = table(context.features, "task.overdue_usual_days")
        realness = number(context.params, "project_realness")
        late = []
        for ref, days in overdue.items():
            beyond = days - max(tolerance, usual.get(ref, 0.0))
            if beyond <= 0:
                continue
            real = _real(tolerance, usual[ref]) if ref in usual else realness
            weight = real * beyond / (beyond + HALF_WEIGHT_DAYS)
            if weight >= LEAST_WEIGHT:
                late.append(_Late(weight, ref, days))
        if not late:
            return None
        late.sort(key=lambda each: (-each.weight, each.ref))
        text = self._sentence(context, len(late), max(each.days for each in late))
        return self.say(context, text, late[0].weight, tuple(each.ref for each in late[:MOST_REFS]), today=True)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """Tolerance is the median lateness of all that had a due date; done early counts as on time."""
        dated = _dated(history)
        if len(dated) < LEAST_DATED:
            return {}
        tolerance = _tolerance([days for days, _ in dated])
        found: dict[str, ParamValue] = {"lateness_tolerance_days": tolerance}
        realness = _realness(dated, tolerance)
        if realness is not None:
            found["project_realness"] = realness
        return found

    def _sentence(self, context: AgentContext, tasks: int, days: float) -> str:
        """What is usual is said only once it was learned."""
        by = count(days, "day") if days >= 1 else "less than a day"
        learned = any(context.params[param.name] != param.default for param in self.manifest.params)
        if tasks > 1:
            return f"{tasks} tasks are {'later than usual' if learned else 'late'}, the oldest by {by}."
        usual = number(context.params, "lateness_tolerance_days")
        if not learned:
            return f"One task is late by {by}."
        if usual < ON_TIME_DAYS:
            return f"One task is late by {by}; mostly you are on time."
        return f"One task is late by {by}; your usual is {count(max(1.0, usual), 'day')}."


def _dated(history: UserHistory) -> list[tuple[float, str | None]]:
    """Lateness in days and project of all that had a due date; a year, for these ways change slowly."""
    return [
        (done.lateness_days, done.project_ref)
        for done in recent(history, YEAR)
        if done.lateness_days is not None and abs(done.lateness_days) <= FARTHEST_DAYS
    ]


def _tolerance(lateness: Sequence[float]) -> float:
    """The median; early counts as on time."""
    return max(0.0, median(lateness))


def _real(overall: float, project: float) -> float:
    """How real the dates of a project are beside all others, 0..1, from both medians in days."""
    return min(1.0, (1 + overall) / (1 + project))


def _realness(dated: Sequence[tuple[float, str | None]], overall: float) -> float | None:
    """How real due dates are on the whole: that of each project, averaged by its completions."""
    projects: dict[str, list[float]] = {}
    for days, project in dated:
        if project is not None:
            projects.setdefault(project, []).append(days)
    sized = [lateness for lateness in projects.values() if len(lateness) >= LEAST_PER_PROJECT]
    if len(sized) < 2:
        return None
    real = sum(len(lateness) * _real(overall, _tolerance(lateness)) for lateness in sized)
    return real / sum(len(lateness) for lateness in sized)
