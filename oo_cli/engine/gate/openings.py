"""Which half hours of the next two days are worth speaking in, and how the day's tips are spread over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oo_cli.engine.gate.settings import HORIZON_DAYS, QUIET_SCOPE
from oo_cli.engine.when import DAY_MS, day_after, local, midnight
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan

if TYPE_CHECKING:
    from oo_cli.engine.moments.rhythm import Rhythm

MOMENT_ORIGIN = "moment"
SLOT_MS = 1_800_000
LEAST_ACTIVE = 20.0  # half hours with a completion before a rhythm closes any moment
ROOM, LEAST_OPEN = 2, 6  # open half hours a day for each tip, and at least
PEAK = {"user": 2.0, "inferred": 1.25}
MOST_WINDOWS = 12
MOST_STRETCHES = 12

Stretch = tuple[int, int]


def unlikely(
    likelier: Sequence[float], rhythm: Rhythm | None, closed: Sequence[Stretch], tips: int, now: int, zone: ZoneInfo
) -> list[Stretch]:
    """Stretches of half hours that are not among the best of their day ahead, where enough history tells them apart.

    Those left open hold the day's tips `ROOM` times over.
    """
    if rhythm is None or rhythm.active(now) < LEAST_ACTIVE:
        return []
    found: list[Stretch] = []
    for begin in range(now, now + HORIZON_DAYS * DAY_MS, DAY_MS):
        useful = {
            at: rhythm.probability(at, now, zone) * likelier[local(at, zone).hour]
            for at in _half_hours(closed, begin, begin + DAY_MS)
        }
        worst = sorted(useful, key=lambda at: (-useful[at], at))[max(LEAST_OPEN, ROOM * tips) :]
        found += [(at, min(begin + DAY_MS, at // SLOT_MS * SLOT_MS + SLOT_MS)) for at in worst]
    longest = sorted(merged(found), key=lambda stretch: stretch[0] - stretch[1])[:MOST_STRETCHES]
    return sorted(longest)


def windows(
    likelier: Sequence[float], rhythm: Rhythm | None, quiet: Sequence[Stretch], tips: int, now: int, zone: ZoneInfo
) -> list[SilentSpan]:
    """The day's tips spread over today and tomorrow: windows of equal weight by the usual hours, a tip in each.

    They go by long habit, not by the hour at hand, so that a refresh an hour later finds much the same ones.
    """
    usual = [likelier[hour] * (1.0 if rhythm is None else rhythm.usual(hour)) for hour in range(24)]
    found: list[SilentSpan] = []
    day = local(now, zone).date()
    for _ in range(HORIZON_DAYS):
        begin, end = midnight(day, zone), midnight(day_after(day), zone)
        weights = {at: usual[local(at, zone).hour] for at in _half_hours(quiet, begin, end)}
        bounds = [begin, *_cuts(weights, min(tips, MOST_WINDOWS)), end]
        shown = ceil(tips / MOST_WINDOWS)
        found += [
            SilentSpan(f"pace.{day}.{n}", since, until, "habituation", shown, "ambient", MOMENT_ORIGIN)
            for n, (since, until) in enumerate(pairwise(bounds))
            if since < until
        ]
        day = day_after(day)
    return found


def _cuts(weights: Mapping[int, float], parts: int) -> list[int]:
    """Where to cut half hours, in order, into that many parts of about equal weight."""
    each = sum(weights.values()) / max(1, parts)
    cuts: list[int] = []
    gathered = 0.0
    for at, weight in weights.items():
        if len(cuts) + 1 < parts and gathered >= each * (len(cuts) + 1):
            cuts.append(at)
        gathered += weight
    return cuts


def _half_hours(closed: Sequence[Stretch], begin: int, end: int) -> list[int]:
    """The half hours between two instants that do not start in a closed stretch; the first may be cut short."""
    starts = (max(begin, at) for at in range(begin // SLOT_MS * SLOT_MS, end, SLOT_MS))
    return [at for at in starts if not any(since <= at < until for since, until in closed)]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as can be, in order."""
    found: list[Stretch] = []
    for begin, end in sorted(each for each in stretches if each[0] < each[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def peak_factors(prefs: Mapping[tuple[str, str], Pref]) -> list[float]:
    """By local hour, how much likelier peak hours and the preferred hour make it; a default says nothing."""
    found = [1.0] * 24
    for key in ("peak_hours", "preferred_hour"):
        pref = prefs.get((QUIET_SCOPE, key))
        if pref is None or pref.source not in PEAK:
            continue
        for hour in pref.value if isinstance(pref.value, tuple) else (pref.value,):
            if isinstance(hour, (int, float)):
                found[int(hour) % 24] = max(PEAK[pref.source], found[int(hour) % 24])
    return found
