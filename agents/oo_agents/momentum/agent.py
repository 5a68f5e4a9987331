"""How today and this week compare with what is usual."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.clock import DAY_MS, day
from oo_agents.kit.history import recent, zone_of
from oo_agents.kit.stats import mean, stdev
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import rounded
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

WINDOW = 28
LEAST_DAYS = 14
LEAST_DONE = 10
LEAST_STDEV = 0.5  # whole tasks are counted, so an even history must not make one task a wonder
TODAY_Z, WEEK_Z = 1.0, 1.5


class Momentum(BaseAgent):
    """Speaks in z-scores: of today when it is well above the usual, else of a week far from it."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Silent until the features themselves hold enough to call anything usual."""
        *full, today = row(context.features, "done.per_day", WINDOW)
        known = _known(full)
        if not _tells(known):
            return None
        usual, spread = self._usual(context, known)
        z = (today - usual) / spread
        if z >= TODAY_Z:
            text = f"{rounded(today)} done so far today, above your usual {rounded(usual)}."
            return self.say(context, text, z / 4, today=True)
        week = sum(full[-7:])
        z = (week / 7 - usual) / (spread / math.sqrt(7))
        if abs(z) < WEEK_Z or rounded(week) == rounded(usual * 7):
            return None
        side = "above" if z > 0 else "below"
        text = f"{rounded(week)} done in the 7 days before today, {side} your usual {rounded(usual * 7)}."
        return self.say(context, text, abs(z) / 6, today=True)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """From the last 28 full days, fewer in a younger history; today is not over and does not count."""
        zone = zone_of(history)
        today = day(history.now_ms, zone)
        per_day = [0.0] * WINDOW
        for done in recent(history, WINDOW + 1):
            age = today - day(done.at, zone)
            if age:
                per_day[WINDOW - age] += 1
        before = history.now_ms - WINDOW * DAY_MS
        known = per_day if any(done.at < before for done in history.completions) else _known(per_day)
        if not _tells(known):
            return {}
        half = len(known) // 2
        earlier, later = mean(known[:half]), mean(known[half:])
        return {
            "engagement_trend": (later - earlier) / (later + earlier),
            "baseline_completions_per_day": mean(known),
            "stdev": stdev(known),
        }

    def _usual(self, context: AgentContext, known: Sequence[float]) -> tuple[float, float]:
        """Mean and spread per day; from the features while the parameters are mere cold-start defaults."""
        usual, spread = (number(context.params, name) for name in ("baseline_completions_per_day", "stdev"))
        if all(context.params[param.name] == param.default for param in self.manifest.params):
            usual, spread = mean(known), stdev(known)
        return usual, max(spread, LEAST_STDEV)


def _known(per_day: Sequence[float]) -> Sequence[float]:
    """The days from the first on which anything was done; before it nothing is known."""
    first = next((index for index, done in enumerate(per_day) if done), len(per_day))
    return per_day[first:]


def _tells(known: Sequence[float]) -> bool:
    """Whether there are days and completions enough to call something usual."""
    return len(known) >= LEAST_DAYS and sum(known) >= LEAST_DONE
