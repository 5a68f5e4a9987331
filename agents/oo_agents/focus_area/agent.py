"""Where most of the finished work lies, and what has gone quiet: by area of life, or else by project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import ENOUGH, lookback
from oo_agents.kit.snippet import MAX_TEXT
from oo_agents.kit.units import fit
from oo_agents.kit.values import refs, row, table
from oo_agents.kit.wording import count
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

AREAS = 2
LEAST_PER_AREA = 3
LEAST_SHARE = 0.6
WINDOW_DAYS = 90  # of `done.by_area`
QUIET_DAYS = 7
# Completions that would have been expected by now: by chance there are none in 5 % of such gaps (Poisson, e**-3).
MISSED = 3.0


class FocusArea(BaseAgent):
    """Speaks when one or two of several areas take most of what gets finished."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """With no more areas than preferred ones there is no focus to speak of."""
        return self._by_area(context) or self._by_project(context)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """The two areas with most completions in the lookback, or projects where too few have an area."""
        placed = tuple(done for done in history.completions if done.ref in history.areas)
        found = lookback(history._replace(completions=placed))
        if found is not None:
            return _top([history.areas[done.ref] for done in found[1]])
        found = lookback(history)
        return {} if found is None else _top([done.project_ref for done in found[1] if done.project_ref is not None])

    def _by_area(self, context: AgentContext) -> Snippet | None:
        focus = _focus(context, "done.by_area")
        if focus is None:
            return None
        areas, share, others = focus
        held = share * sum(table(context.features, "done.by_area").values())
        if held <= sum(row(context.features, "done.by_weekday", 7)) / 2:
            return None  # too much of the rest has no area to call this most of it
        said = [f"Mostly {_all(areas)} these {WINDOW_DAYS} days"]
        quiet = _quiet(others, table(context.features, "done.area_days"))
        if quiet is not None:
            area, days = quiet
            said.append(f"; nothing in {_plain(area)} for {count(days, 'day')}")
            waiting = table(context.features, "open.by_area").get(area, 0)
            said += [f", {count(waiting, 'task')} {'waits' if waiting == 1 else 'wait'}"] if waiting else []
        while len("".join(said)) >= MAX_TEXT:  # what is left out is the least of it
            said.pop()
        return self.say(context, "".join(said) + ".", share / 2)

    def _by_project(self, context: AgentContext) -> Snippet | None:
        focus = _focus(context, "done.by_project")
        if focus is None:
            return None
        areas, share, others = focus
        total = sum(table(context.features, "done.by_project").values())
        where = f"{len(areas)} of {len(areas) + len(others)} projects"
        much = f"{share * total:.0f} of {total:.0f} project tasks"
        return self.say(context, f"In the last {WINDOW_DAYS} days, {much} were finished in {where}.", share / 2)


def _top(places: Sequence[str]) -> Mapping[str, ParamValue]:
    """The two most frequent; one with hardly any completions is no area."""
    counts: dict[str, int] = {}
    for place in places:
        counts[place] = counts.get(place, 0) + 1
    held = [place for place in counts if counts[place] >= LEAST_PER_AREA and fit("refs", (place,)) is not None]
    ranked = sorted(held, key=lambda place: (-counts[place], place))
    return {"preferred_areas": tuple(ranked[:AREAS])} if ranked else {}


def _focus(context: AgentContext, feature: str) -> tuple[list[str], float, dict[str, float]] | None:
    """The preferred areas in use, their share of all completions, and the others; None where there is no focus."""
    used = {area: done for area, done in table(context.features, feature).items() if done > 0}
    areas = [area for area in refs(context.params, "preferred_areas") if area in used]
    total, held = sum(used.values()), sum(used[area] for area in areas)
    if total < ENOUGH or len(used) <= AREAS or held < total * LEAST_SHARE:
        return None
    return areas, held / total, {area: done for area, done in used.items() if area not in areas}


def _quiet(others: Mapping[str, float], days: Mapping[str, float]) -> tuple[str, float] | None:
    """The area that most completions are missing from, and since how many days; None where chance explains all."""
    gaps = {area: done * days.get(area, 0) / WINDOW_DAYS for area, done in others.items()}
    worst = max(sorted(gaps), key=lambda area: gaps[area], default=None)
    if worst is None or gaps[worst] < MISSED or days[worst] < QUIET_DAYS:
        return None
    return worst, days[worst]


def _plain(area: str) -> str:
    return area.replace("-", " ")


def _all(areas: Sequence[str]) -> str:
    words = [_plain(area) for area in areas]
    return (", and " if any(" and " in word for word in words) else " and ").join(words)
