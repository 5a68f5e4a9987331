"""When in the day things get finished, and when the person is quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.clock import circular_mean, day, find_zone, hour
from oo_agents.kit.history import recent
from oo_agents.kit.stats import mean, quantile
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import clock
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

WINDOW_DAYS = 90
LEAST_TIMED = 20
LEAST_SPAN_DAYS = 14
AGREEMENT = 0.3  # below this the hours lie all round the clock and their mean means nothing
MOST_PEAKS = 6  # a quarter of the day; more hours than that are no peak
LEAST_QUIET, MOST_QUIET, REST = 4, 12, 10
USUAL_NIGHT = frozenset((22, 23, *range(7)))


class TimeOfDay(BaseAgent):
    """Speaks of the hour at which most things get finished."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Said only when at least half of what has a known time lies within two hours of that."""
        by_hour = row(context.features, "done.by_hour", 24)
        preferred = round(number(context.params, "preferred_hour"))
        near = sum(by_hour[(preferred + offset) % 24] for offset in (-2, -1, 0, 1))
        total = sum(by_hour)
        if total < LEAST_TIMED or near < total / 2:
            return None
        zone = find_zone(context.tz)
        in_peak = zone is not None and int(hour(context.now_ms, zone)) in row(context.params, "peak_hours")
        weight = near / total if in_peak else near / total / 2
        return self.say(context, f"You usually finish things around {clock(preferred)}.", weight)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """Hours come from completions with a known time only; many sources know just the day."""
        zone = find_zone(history.tz)
        if zone is None:
            return {}
        found: dict[str, ParamValue] = {"tz": history.tz}
        timed = [done.at for done in recent(history, WINDOW_DAYS) if done.timed]
        if len(timed) < LEAST_TIMED or day(max(timed), zone) - day(min(timed), zone) < LEAST_SPAN_DAYS:
            return found
        hours = [hour(at, zone) for at in timed]
        by_hour = [0] * 24
        for each in hours:
            by_hour[int(each)] += 1
        centre, agreement = circular_mean(hours)
        if agreement >= AGREEMENT:
            found["preferred_hour"] = round(centre) % 24
        peaks = _peaks(by_hour)
        if peaks:
            found["peak_hours"] = peaks
        quiet = _quiet(by_hour)
        if quiet:
            found["quiet_start"], found["quiet_end"] = quiet
        return found


def _peaks(by_hour: Sequence[int]) -> tuple[int, ...]:
    """Hours above the active ones' upper quartile and twice the mean of all; none where too many tie."""
    busy = {at: count for at, count in enumerate(by_hour) if count >= 2 * mean(by_hour)}
    quartile = quantile([count for count in by_hour if count], 0.75)
    peaks = tuple(at for at in busy if busy[at] > quartile) or tuple(at for at in busy if busy[at] == quartile)
    return peaks if len(peaks) <= MOST_PEAKS else ()


def _quiet(by_hour: Sequence[int]) -> tuple[int, int] | None:
    """The first and the first no longer quiet hour of the longest run below a quarter of the mean.

    A run over half the day is not all rest: if it covers the usual night the default stands, else its middle.
    """
    baseline = mean(by_hour) / 4
    start, length = _longest_run([count < baseline for count in by_hour])
    if length < LEAST_QUIET:
        return None
    if length > MOST_QUIET:
        if {(start + offset) % 24 for offset in range(length)} >= USUAL_NIGHT:
            return None
        start, length = start + (length - REST) // 2, REST
    return start % 24, (start + length) % 24


def _longest_run(low: Sequence[bool]) -> tuple[int, int]:
    """Start and length of the longest run of true on the circle; the earliest of equals."""
    best = (0, 0)
    for start in range(24):
        length = 0
        while length < 24 and low[(start + length) % 24]:
            length += 1
        if length > best[1]:
            best = (start, length)
    return best
