"""When to keep quiet, worked out ahead as spans so that every door can obey without thinking.

A span made from the person's own setting binds always. One that oO inferred, or that is a default, binds only
surfaces that speak by themselves: whoever types `oo tip` has asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.gate.habituation import (
    IGNORED,
    PAUSE_MINUTES,
    acceptance,
    allowance,
    freshness,
    pause_ends,
    welcome_by_hour,
)
from oo_cli.engine.gate.openings import MOMENT_ORIGIN, Stretch, merged, peak_factors, unlikely, windows
from oo_cli.engine.gate.settings import (
    GLOBAL_SCOPE,
    HORIZON_DAYS,
    ORIGIN,
    QUIET_END,
    QUIET_SCOPE,
    QUIET_START,
    TIPS_PER_DAY,
    budgets,
    dial,
    pause_minutes,
    quiet_hours,
)
from oo_cli.engine.when import DAY_MS, HOUR_MS, day_after, local, midnight
from oo_data.contracts.agent import Reacted
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan

if TYPE_CHECKING:
    from oo_cli.engine.moments.rhythm import Rhythm

__all__ = [
    "GLOBAL_SCOPE", "IGNORED", "MOMENT_ORIGIN", "NOTHING", "ORIGIN", "PAUSE", "PAUSE_MINUTES", "QUIET_END",
    "QUIET_SCOPE", "QUIET_START", "TIPS_PER_DAY", "Known", "Stretch", "acceptance", "allowance", "freshness",
    "nothing_open", "pause", "pause_minutes", "spans",
]  # fmt: skip

PAUSE = "pause"  # the id of the span that follows a reaction
NOTHING = "nothing-open"  # the id of the span over an empty shelf
LEAST_WORTH = 0.02
WORTH_MS = 3 * HOUR_MS


class Known(NamedTuple):
    """What the gate may go by beside settings; what is missing closes nothing.

    `reactions` are oldest first, ignored tips among them. `busy` are stretches of a calendar (UTC ms). `best` is the
    chance, in 0..1, that the best candidate is welcome, its freshness counted in.
    """

    rhythm: Rhythm | None = None
    reactions: Sequence[Reacted] | None = None
    busy: Sequence[Stretch] = ()
    best: float | None = None


def spans(
    prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo, known: Known | None = None
) -> list[SilentSpan]:
    """All silence that touches the next two days.

    What settings make has the origin `ORIGIN`; what is worked out from `known` has `MOMENT_ORIGIN` and binds only
    surfaces that speak by themselves.
    """
    quiet = quiet_hours(prefs, now, zone)
    found = [*quiet, *budgets(prefs, now, zone)]
    limit, _ = dial(prefs)
    if known is None or limit == 0:
        return found
    nights = [(span.from_at, span.until_at) for span in quiet]
    busy = merged((max(since, now), min(until, now + HORIZON_DAYS * DAY_MS)) for since, until in known.busy)
    found += _stretches("busy", "busy", busy)
    tips, likelier = limit, peak_factors(prefs)
    if known.reactions is not None:
        tips = allowance(limit, known.reactions, now)
        if tips < limit:
            found += _fewer(tips, now, zone)
        welcome = welcome_by_hour(known.reactions, now, zone)
        likelier = [peak * factor for peak, factor in zip(likelier, welcome, strict=True)]
        found += windows(likelier, known.rhythm, _whole_days(prefs, now, zone), tips, now, zone)
        found += [] if (span := pause(known.reactions, now, pause_minutes(prefs))) is None else [span]
    closed = [*nights, *busy]
    found += _stretches("unlikely", "unlikely-moment", unlikely(likelier, known.rhythm, closed, tips, now, zone))
    if known.best is not None and known.best < LEAST_WORTH:
        found.append(_moment("stale", now, now + WORTH_MS, "nothing-fresh"))
    return found


def pause(reactions: Sequence[Reacted], now: int, minutes: int = PAUSE_MINUTES) -> SilentSpan | None:
    """The pause after the last reaction, if it is still on; `minutes` is how long the person likes it."""
    until = pause_ends(reactions, minutes)
    if until <= now:
        return None
    return _moment(PAUSE, now, until, "habituation" if reactions[-1].reaction == IGNORED else "cool-down")


def nothing_open(now: int, zone: ZoneInfo, put_off: bool = False) -> SilentSpan:
    """Silence until midnight because nothing is open, or all of it `put_off`; a change in a source ends it earlier."""
    until = midnight(day_after(local(now, zone).date()), zone)
    return SilentSpan(NOTHING, now, until, "put-off" if put_off else "nothing-open", 0, "always", "shelf")


def _whole_days(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[Stretch]:
    """Quiet stretches from the first midnight on, so that the windows of a day are the same all day."""
    return [(span.from_at, span.until_at) for span in quiet_hours(prefs, midnight(local(now, zone).date(), zone), zone)]


def _fewer(tips: int, now: int, zone: ZoneInfo) -> list[SilentSpan]:
    """Fewer tips a day than the dial allows, as long as they are ignored."""
    found = []
    day = local(now, zone).date()
    for _ in range(HORIZON_DAYS):
        begin, day = day, day_after(day)
        span = _moment(f"fewer.{begin}", midnight(begin, zone), midnight(day, zone), "habituation")
        found.append(span._replace(after_shown=tips))
    return found


def _stretches(name: str, reason: str, stretches: Sequence[Stretch]) -> list[SilentSpan]:
    return [_moment(f"{name}.{n}", begin, end, reason) for n, (begin, end) in enumerate(stretches)]


def _moment(name: str, begin: int, end: int, reason: str) -> SilentSpan:
    return SilentSpan(name, begin, end, reason, 0, "ambient", MOMENT_ORIGIN)
