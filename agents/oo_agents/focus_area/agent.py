"""Where most of the finished work lies; areas are projects, known by reference only."""

from __future__ import annotations

from collections.abc import Mapping

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import ENOUGH, lookback
from oo_agents.kit.values import refs, table
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

AREAS = 2
LEAST_PER_AREA = 3
LEAST_SHARE = 0.6


class FocusArea(BaseAgent):
    """Speaks when one or two of several projects take most of what gets finished."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """With no more projects than areas there is no focus to speak of."""
        by_project = {ref: done for ref, done in table(context.features, "done.by_project").items() if done > 0}
        areas = [ref for ref in refs(context.params, "preferred_areas") if ref in by_project]
        total = sum(by_project.values())
        held = sum(by_project[ref] for ref in areas)
        if total < ENOUGH or len(by_project) <= AREAS or held < total * LEAST_SHARE:
            return None
        where = f"{len(areas)} of {len(by_project)} projects"
        text = f"In the last 90 days, {held:.0f} of {total:.0f} project tasks were finished in {where}."
        return self.say(context, text, held / total / 2)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """The two projects with most completions in the lookback; a project with hardly any is no area."""
        found = lookback(history)
        if found is None:
            return {}
        counts: dict[str, int] = {}
        for done in found[1]:
            if done.project_ref is not None:
                counts[done.project_ref] = counts.get(done.project_ref, 0) + 1
        ranked = sorted((ref for ref in counts if counts[ref] >= LEAST_PER_AREA), key=lambda ref: (-counts[ref], ref))
        return {"preferred_areas": tuple(ranked[:AREAS])} if ranked else {}
