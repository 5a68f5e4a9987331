"""Silence that settings make: quiet hours and daily budgets, over midnight and clock changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from oo_cli.engine.gate.habituation import PAUSE_MINUTES
from oo_cli.engine.when import DAY_MS, at_local, day_after, local, midnight
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan

ORIGIN = "gate"
HORIZON_DAYS = 2
QUIET_START, QUIET_END, TIPS_PER_DAY = 22, 7, 12
QUIET_SCOPE, GLOBAL_SCOPE = "time-of-day", "global"


def quiet_hours(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[SilentSpan]:
    """Every quiet stretch that touches the next two days, also one that is on."""
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


def budgets(prefs: Mapping[tuple[str, str], Pref], now: int, zone: ZoneInfo) -> list[SilentSpan]:
    """What the frequency dial allows today and tomorrow."""
    limit, binding = dial(prefs)
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


def dial(prefs: Mapping[tuple[str, str], Pref]) -> tuple[int, str]:
    """How many tips a day at most, and whom that binds."""
    return _number(prefs, (GLOBAL_SCOPE, "tips.per_day"), TIPS_PER_DAY)


def pause_minutes(prefs: Mapping[tuple[str, str], Pref]) -> int:
    """How long surfaces that speak by themselves keep quiet after an answer."""
    minutes, _ = _number(prefs, (GLOBAL_SCOPE, "tips.pause"), PAUSE_MINUTES)
    return minutes


def _number(prefs: Mapping[tuple[str, str], Pref], name: tuple[str, str], default: int) -> tuple[int, str]:
    """The value in force, and whom it binds: a default, also one in place of an unreadable value, is no one's word."""
    pref = prefs.get(name)
    if pref is None or not isinstance(pref.value, (int, float)):
        return default, "ambient"
    return int(pref.value), "always" if pref.source == "user" else "ambient"
