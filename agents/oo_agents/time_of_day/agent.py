"""When in the day things get finished, and when the person is quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.circle import mode, quiet_run
from oo_agents.kit.clock import HOUR_MS, find_zone, hour
from oo_agents.kit.history import Tick, ticks
from oo_agents.kit.stats import mean, quantile
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import clock
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

LEAST_TIMED = 20
LEAST_SPAN_DAYS = 14
NEAR_HOURS = 2  # on either side of the preferred hour
NEAR_SHARE = 0.4  # of all that has a known time; by chance it would be a sixth
AHEAD_HOURS = 1  # so long before the preferred hour it is said already
MOST_PEAKS = 6  # a quarter of the day; more hours than that are no peak
LEAST_QUIET, MOST_QUIET, REST = 4, 12, 10
USUAL_NIGHT = frozenset((22, 23, *range(7)))


class TimeOfDay(BaseAgent):
    """Speaks when the hour comes at which most things get finished."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Said around the preferred hour only, and where the features bear it out; it ends with that time."""
        zone = find_zone(context.tz)
        by_hour = row(context.features, "done.by_hour", 24)
        preferred = round(number(context.params, "preferred_hour"))
        near = sum(by_hour[(preferred + offset) % 24] for offset in range(-NEAR_HOURS, NEAR_HOURS))
        total = sum(by_hour)
        if zone is None or total < LEAST_TIMED or near < total * NEAR_SHARE:
            return None
        now = hour(context.now_ms, zone)
        passed = (now - preferred + AHEAD_HOURS) % 24 - AHEAD_HOURS
        if passed >= NEAR_HOURS:
            return None
        span = f"between {clock(preferred - NEAR_HOURS)} and {clock(preferred + NEAR_HOURS)}"
        text = f"Around now you usually get things done: {near:.0f} of {total:.0f} {span}."
        weight = near / total if int(now) in row(context.params, "peak_hours") else near / total / 2
        said = self.say(context, text, weight)
        over = context.now_ms + round((NEAR_HOURS - passed) * HOUR_MS)
        return said._replace(expires_at=min(said.expires_at, over))

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """Hours come from completions with a known time only; many sources know just the day."""
        if find_zone(history.tz) is None:
            return {}
        found: dict[str, ParamValue] = {"tz": history.tz}
        timed = ticks(history)
        if len(timed) < LEAST_TIMED or _span(timed) < LEAST_SPAN_DAYS:
            return found
        by_hour = [0.0] * 24
        for tick in timed:
            by_hour[int(tick.hour)] += tick.weight
        centre = mode((tick.hour, tick.weight) for tick in timed)
        if centre is not None:
            found["preferred_hour"] = round(centre) % 24
        peaks = _peaks(by_hour)
        if peaks:
            found["peak_hours"] = peaks
        quiet = _quiet(by_hour)
        if quiet:
            found["quiet_start"], found["quiet_end"] = quiet
        return found


def _span(timed: Sequence[Tick]) -> int:
    """Days from the first to the last."""
    return max(tick.ago for tick in timed) - min(tick.ago for tick in timed)


def _peaks(by_hour: Sequence[float]) -> tuple[int, ...]:
    """Hours above the active ones' upper quartile and twice the mean of all; none where too many tie."""
    busy = {at: count for at, count in enumerate(by_hour) if count >= 2 * mean(by_hour)}
    quartile = quantile([count for count in by_hour if count], 0.75)
    peaks = tuple(at for at in busy if busy[at] > quartile) or tuple(at for at in busy if busy[at] == quartile)
    return peaks if len(peaks) <= MOST_PEAKS else ()


def _quiet(by_hour: Sequence[float]) -> tuple[int, int] | None:
    """The first quiet hour and the first that no longer is.

    A run over half the day is not all rest: if it covers the usual night the default stands, else its middle.
    """
    start, length = quiet_run(by_hour) or (0, 0)
    if length < LEAST_QUIET:
        return None
    if length > MOST_QUIET:
        if {(start + offset) % 24 for offset in range(length)} >= USUAL_NIGHT:
            return None
        start, length = start + (length - REST) // 2, REST
    return start % 24, (start + length) % 24
