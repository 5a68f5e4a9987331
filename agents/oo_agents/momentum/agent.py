"""How today and the past week compare with what is usual."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import Day, full_days
from oo_agents.kit.stats import mean, standard_errors, stdev
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import compared, rounded
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

WINDOW = 28
LEAST_DAYS = 14
LEAST_DONE = 10
LEAST_STDEV = 0.5  # whole tasks are counted, so an even history must not make one task a wonder
TODAY_Z, WEEK_Z = 1.0, 1.5
LEAST_ACTIVE = 4  # days; a week with fewer may be a holiday or an illness, and is nobody's business
TREND_ERRORS = 2.0
RARE = 1.0  # completions a day, below which people think in weeks


class Momentum(BaseAgent):
    """Weighs by z-scores, and speaks of today when it is well above the usual, else of a week far from it."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Silent until the features themselves hold enough to call anything usual."""
        *full, today = row(context.features, "done.per_day", WINDOW)
        known = _known(full)
        if not _tells(known):
            return None
        usual, spread = self._usual(context, known)
        z = (today - usual) / spread
        # A day that is always a busy one is no news.
        if z >= TODAY_Z and today > max(full[-7::-7]):
            return self.say(context, f"{rounded(today)} done today{_than_usual(today, usual)}.", z / 4, today=True)
        week, usual_week = sum(full[-7:]), usual * 7
        z = (week - usual_week) / (spread * math.sqrt(7))
        if abs(z) < WEEK_Z or round(week) == round(usual_week):
            return None
        if z > 0:
            text = f"{rounded(week)} done in the week before today, {compared(week, usual_week)}."
            return self.say(context, text, z / 6, today=True)
        if sum(done > 0 for done in full[-7:]) < LEAST_ACTIVE:
            return None
        text = f"A quieter week: {rounded(week)} done in the 7 days before today, usually about {usual_week:.0f}."
        return self.say(context, text, -z / 12, today=True)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """From the last 28 full days without those away; if few are left, from as many days before them.

        Today is not over and does not count. The trend compares them with the 28 days before, and is 0 where the
        difference may be chance.
        """
        days = full_days(history)
        latest = [each for each in days if each.ago <= WINDOW]
        if len(latest) < LEAST_DAYS:
            latest = list(days[-LEAST_DAYS:])
        done = [float(each.done) for each in latest]
        if not _tells(done):
            return {}
        found: dict[str, ParamValue] = {"baseline_completions_per_day": mean(done), "stdev": stdev(done)}
        earlier = [each for each in days[: -len(latest)] if each.ago <= 2 * WINDOW]
        if len(earlier) >= LEAST_DAYS:
            found["engagement_trend"] = _trend(earlier, latest)
        return found

    def _usual(self, context: AgentContext, known: Sequence[float]) -> tuple[float, float]:
        """Mean and spread per day; from the features while the parameters are mere cold-start defaults."""
        usual, spread = (number(context.params, name) for name in ("baseline_completions_per_day", "stdev"))
        if all(context.params[param.name] == param.default for param in self.manifest.params):
            usual, spread = mean(known), stdev(known)
        return usual, max(spread, LEAST_STDEV)


def _trend(earlier: Sequence[Day], latest: Sequence[Day]) -> float:
    """`(latest - earlier) / (latest + earlier)` of both means, -1..1; 0 where the difference may be chance.

    Weekdays differ by habit, so what is usual for each is taken off before the two are compared.
    """
    usual = [mean([each.done for each in (*earlier, *latest) if each.weekday == at]) for at in range(7)]
    before, since = ([each.done - usual[each.weekday] for each in part] for part in (earlier, latest))
    if abs(standard_errors(before, since)) < TREND_ERRORS:
        return 0.0
    was, now = (mean([each.done for each in part]) for part in (earlier, latest))
    return (now - was) / (now + was)


def _than_usual(today: float, usual: float) -> str:
    return f", {compared(today, usual)}" if usual >= RARE else f"; your usual is about {usual * 7:.0f} a week"


def _known(per_day: Sequence[float]) -> Sequence[float]:
    """The days from the first on which anything was done; before it nothing is known."""
    first = next((index for index, done in enumerate(per_day) if done), len(per_day))
    return per_day[first:]


def _tells(known: Sequence[float]) -> bool:
    """Whether there are days and completions enough to call something usual."""
    return len(known) >= LEAST_DAYS and sum(known) >= LEAST_DONE
