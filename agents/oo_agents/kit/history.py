"""Windows over a person's completions, in local days."""

from __future__ import annotations

from datetime import tzinfo

from oo_agents.kit.clock import DAY_MS, UTC, day, find_zone
from oo_data.contracts.agent import UserHistory
from oo_data.contracts.feature import TaskCompletion

LOOKBACKS = (14, 28, 56, 112, 224, 365)
ENOUGH = 30  # completions that a lookback should hold


def zone_of(history: UserHistory) -> tzinfo:
    """The person's time zone; UTC where it is unknown, which shifts days by hours but keeps their rhythm."""
    return find_zone(history.tz) or UTC


def recent(history: UserHistory, days: int) -> tuple[TaskCompletion, ...]:
    """Completions of the last `days` local days, today among them; none from a day to come."""
    zone = zone_of(history)
    today = day(history.now_ms, zone)
    # Milliseconds first, with two days to spare: far fewer calendar days have to be worked out.
    near = [done for done in history.completions if -2 < (history.now_ms - done.at) / DAY_MS < days + 2]
    return tuple(done for done in near if 0 <= today - day(done.at, zone) < days)


def lookback(history: UserHistory) -> tuple[int, tuple[TaskCompletion, ...]] | None:
    """The shortest lookback with enough completions, and those; None where a year holds too few."""
    for days in LOOKBACKS:
        held = recent(history, days)
        if len(held) >= ENOUGH:
            return days, held
    return None
