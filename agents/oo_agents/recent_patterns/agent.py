"""Cycles of the week and of the day, when they are strong enough to be more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.history import ENOUGH, Day, Tick, full_days, lookback, ticks
from oo_agents.kit.stats import chance_of_week, mean, peak_to_mean
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import clock
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

STRONG = 0.5
CHANCE = 0.01  # beyond which weekdays that differ count as chance
YEAR_OF_WEEKS, LEAST_WEEKS = 52, 4
LEAST_PEAK_DAYS = 2  # one day of clearing up is not a habit
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PEAK, CLEAR, LOW = 1.5, 1.5, 0.5  # a weekday in means, and how far the first is before the second
MOST, FEW = 0.6, 0.14  # the weekend's share, by chance two in seven
LEAST_SHARE = 0.4  # of the day in three hours; by chance an eighth


class RecentPatterns(BaseAgent):
    """Speaks of the stronger of the two cycles."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """The parameters say whether there is a cycle; the numbers in the sentence come from the features."""
        weekly, daily = number(context.params, "weekly_cycle"), number(context.params, "daily_cycle")
        strength = max(weekly, daily)
        by_weekday, by_hour = row(context.features, "done.by_weekday", 7), row(context.features, "done.by_hour", 24)
        if strength <= STRONG or sum(by_weekday if weekly >= daily else by_hour) < ENOUGH:
            return None
        text = _weekly(by_weekday) if weekly >= daily else _daily(by_hour)
        return self.say(context, text, strength / 2) if text else None

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """A cycle takes many turns to show: a year for the week and half a year for the day, whatever the lookback."""
        found: dict[str, ParamValue] = {}
        looked = lookback(history)
        if looked is None:
            return found
        found["lookback_days"] = looked[0]
        weeks = _weeks(full_days(history, YEAR_OF_WEEKS * 7))
        if len(weeks) >= LEAST_WEEKS:
            found["weekly_cycle"] = _week_strength(weeks)
        timed = ticks(history)
        if len(timed) >= ENOUGH:
            found["daily_cycle"] = _day_strength(timed)
        return found


def _weeks(days: Sequence[Day]) -> list[list[float]]:
    """Counts by weekday of the whole weeks, back from yesterday; a week with a day away is none."""
    by_week: dict[int, dict[int, float]] = {}
    for each in days:
        by_week.setdefault((each.ago - 1) // 7, {})[each.weekday] = float(each.done)
    return [[week[at] for at in range(7)] for week in by_week.values() if len(week) == 7]


def _week_strength(weeks: Sequence[Sequence[float]]) -> float:
    """How far the weekday farthest from the mean is from it, in means, 1 at most; 0 where that may be chance.

    Up or down: a week shows as often by its free days as by its busy ones. That there is a cycle takes all weeks to
    tell; how strong it is, the latest half of a year.
    """
    if chance_of_week(weeks) > CHANCE:
        return 0.0
    by_weekday = [mean(counts) for counts in zip(*weeks[-YEAR_OF_WEEKS // 2 :], strict=True)]
    centre = mean(by_weekday)
    return min(1.0, max(abs(count - centre) for count in by_weekday) / centre) if centre else 0.0


def _day_strength(timed: Sequence[Tick]) -> float:
    """Peak to mean over three-hour windows; many completions in one hour of one day count as one."""
    seen = {(tick.ago, int(tick.hour)) for tick in timed}
    by_hour = [0.0] * 24
    for _, at in seen:
        by_hour[at] += 1
    windows = _three_hours(by_hour)
    peak = max(range(24), key=windows.__getitem__)
    days = {ago for ago, at in seen if (at - peak + 1) % 24 < 3}
    return peak_to_mean(windows) if len(days) >= LEAST_PEAK_DAYS else 0.0


def _three_hours(by_hour: Sequence[float]) -> tuple[float, ...]:
    """Per hour, what lies in it and in both its neighbours: an hour alone is too fine for a habit."""
    return tuple(by_hour[at - 1] + by_hour[at] + by_hour[(at + 1) % 24] for at in range(24))


def _weekly(by_weekday: Sequence[float]) -> str | None:
    """The week in one sentence; None where the last 90 days do not bear it out."""
    total, weekend, centre = sum(by_weekday), sum(by_weekday[5:]), mean(by_weekday)
    low, *_, second, high = sorted(range(7), key=by_weekday.__getitem__)
    if weekend >= MOST * total:
        return f"Most things get done at the weekend: {weekend:.0f} of {total:.0f} in 90 days."
    if by_weekday[high] >= max(PEAK * centre, CLEAR * by_weekday[second]):
        return f"{DAYS[high]} is your strongest day: {by_weekday[high]:.0f} of {total:.0f} things in 90 days."
    if weekend <= FEW * total:
        return f"Your weekends are mostly free: {weekend:.0f} of {total:.0f} things in 90 days."
    if by_weekday[low] <= LOW * centre:
        return f"{DAYS[low]} is your quietest day: {by_weekday[low]:.0f} of {total:.0f} things in 90 days."
    return None


def _daily(by_hour: Sequence[float]) -> str | None:
    """The day in one sentence; None where no three hours hold enough of it."""
    windows, total = _three_hours(by_hour), sum(by_hour)
    peak = max(range(24), key=windows.__getitem__)
    if windows[peak] < LEAST_SHARE * total:
        return None
    span = f"{clock(peak - 1)} to {clock(peak + 2)}"
    return f"Your strongest hours are {span}: {windows[peak]:.0f} of {total:.0f} timed things in 90 days."
