"""Cycles of the week and of the day, when they are strong enough to be more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.clock import day, hour, weekday
from oo_agents.kit.history import ENOUGH, lookback, zone_of
from oo_agents.kit.stats import peak_to_mean
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import clock
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

STRONG = 0.5
LEAST_PEAK_DAYS = 2  # one day of clearing up is not a habit
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class RecentPatterns(BaseAgent):
    """Speaks of the stronger of the two cycles."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """The parameters say whether there is a cycle; the numbers in the sentence come from the features."""
        weekly, daily = number(context.params, "weekly_cycle"), number(context.params, "daily_cycle")
        strength = max(weekly, daily)
        if strength <= STRONG:
            return None
        by_weekday = row(context.features, "done.by_weekday", 7)
        windows = _three_hours(row(context.features, "done.by_hour", 24))
        counts, total = (by_weekday, sum(by_weekday)) if weekly >= daily else (windows, sum(windows) / 3)
        if total < ENOUGH:
            return None
        peak = max(range(len(counts)), key=counts.__getitem__)
        if weekly >= daily:
            text = f"Of {total:.0f} things finished, {counts[peak]:.0f} fell on a {DAYS[peak]}."
        else:
            hours = f"between {clock(peak - 1)} and {clock(peak + 2)}"
            text = f"Of {total:.0f} things finished at a known time, {counts[peak]:.0f} fell {hours}."
        return self.say(context, text, strength / 2)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """The week from all completions of the lookback, the day from those with a known time."""
        found = lookback(history)
        if found is None:
            return {}
        days, held = found
        zone = zone_of(history)
        params: dict[str, ParamValue] = {"lookback_days": days}
        weekdays = [(day(done.at, zone), weekday(day(done.at, zone))) for done in held]
        params["weekly_cycle"] = _cycle(weekdays, 7, 0)
        hours = [(day(done.at, zone), int(hour(done.at, zone))) for done in held if done.timed]
        if len(hours) >= ENOUGH:
            params["daily_cycle"] = _cycle(hours, 24, 1)
        return params


def _cycle(seen: Sequence[tuple[int, int]], size: int, reach: int) -> float:
    """Peak to mean on the circle, each place counted with its neighbours; 0 where one day made the peak."""
    counts = [0.0] * size
    for _, place in seen:
        for offset in range(-reach, reach + 1):
            counts[(place + offset) % size] += 1
    peak = max(range(size), key=counts.__getitem__)
    near = {(peak + offset) % size for offset in range(-reach, reach + 1)}
    days = {on for on, place in seen if place in near}
    return peak_to_mean(counts) if len(days) >= LEAST_PEAK_DAYS else 0.0


def _three_hours(by_hour: Sequence[float]) -> tuple[float, ...]:
    """Per hour, what lies in it and in both its neighbours: an hour alone is too fine for a habit."""
    return tuple(by_hour[at - 1] + by_hour[at] + by_hour[(at + 1) % 24] for at in range(24))
