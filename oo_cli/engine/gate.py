"""When to keep quiet, worked out ahead as spans so that every door can obey without thinking.

A span made from the person's own setting binds always. One that oO inferred, or that is a default, binds only
surfaces that speak by themselves: whoever types `oo tip` has asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, at_local, day_after, local, midnight
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan

ORIGIN = "gate"
HORIZON_DAYS = 2
QUIET_START, QUIET_END, TIPS_PER_DAY = 22, 7, 12
QUIET_SCOPE, GLOBAL_SCOPE = "time-of-day", "global"


def spans(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[SilentSpan]:
    """Quiet hours and daily budgets that touch the next two days."""
    return [*_quiet_hours(prefs, now, zone), *_budgets(prefs, now, zone)]


def nothing_open(now: int, zone: ZoneInfo) -> SilentSpan:
    """Silence until midnight because there is nothing to say; a change in a source ends it earlier."""
    return SilentSpan("nothing-open", now, _midnight_after(now, zone), "nothing-open", 0, "always", "shelf")


def _quiet_hours(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[SilentSpan]:
    start, start_binding = _number(prefs, (QUIET_SCOPE, "quiet_start"), QUIET_START)
    end, end_binding = _number(prefs, (QUIET_SCOPE, "quiet_end"), QUIET_END)
    start, end = start % 24, end % 24
    if start == end:
        return []
    binding = "always" if "always" in (start_binding, end_binding) else "ambient"
    found = []
    first = local(now, zone).date() - timedelta(days=1)
    for offset in range(HORIZON_DAYS + 2):
        day = first + timedelta(days=offset)
        begin = at_local(day, time(start), zone)
        finish = at_local(day if end > start else day_after(day), time(end), zone)
        # Hours that a spring change skips leave nothing, or less.
        if max(begin, now) < finish and begin < now + HORIZON_DAYS * DAY_MS:
            found.append(SilentSpan(f"quiet.{day}", begin, finish, "quiet-hours", 0, binding, ORIGIN))
    return found


def _budgets(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[SilentSpan]:
    limit, binding = _number(prefs, (GLOBAL_SCOPE, "tips.per_day"), TIPS_PER_DAY)
    day = local(now, zone).date()
    found = []
    for _ in range(HORIZON_DAYS):
        begin, finish = midnight(day, zone), midnight(day_after(day), zone)
        if limit == 0:
            found.append(SilentSpan(f"off.{day}", begin, finish, "off", 0, binding, ORIGIN))
        else:
            found.append(SilentSpan(f"budget.{day}", begin, finish, "daily-budget", limit, binding, ORIGIN))
        day = day_after(day)
    return found


def _number(prefs: Mapping[tuple[str, str], Pref], name: tuple[str, str], default: int) -> tuple[int, str]:
    """The value in force, and whom it binds: a default, also one in place of an unreadable value, is no one's word."""
    pref = prefs.get(name)
    if pref is None or not isinstance(pref.value, (int, float)):
        return default, "ambient"
    return int(pref.value), "always" if pref.source == "user" else "ambient"


def _midnight_after(now: int, zone: ZoneInfo) -> int:
    return midnight(day_after(local(now, zone).date()), zone)
