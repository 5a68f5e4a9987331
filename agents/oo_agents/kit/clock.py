"""Local time from UTC milliseconds, right across changes of summer time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo

__all__ = ["DAY_MS", "UTC", "circular_mean", "day", "end_of_day", "find_zone", "hour", "weekday"]

DAY_MS = 86_400_000


def find_zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name, or None where the name is empty or unknown."""
    if not name:
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, not a key, a directory of zones
        return None


def hour(at_ms: int, zone: tzinfo) -> float:
    """The local hour with its minutes as a fraction, 0 to just below 24."""
    moment = datetime.fromtimestamp(at_ms / 1000, zone)
    return moment.hour + moment.minute / 60


def day(at_ms: int, zone: tzinfo) -> int:
    """The local calendar day as its ordinal, so that days can be counted."""
    return datetime.fromtimestamp(at_ms / 1000, zone).toordinal()


def weekday(ordinal: int) -> int:
    """The weekday of a day's ordinal; Monday is 0."""
    return (ordinal + 6) % 7


def end_of_day(at_ms: int, zone: tzinfo) -> int:
    """The next local midnight in UTC milliseconds."""
    tomorrow = datetime.fromtimestamp(at_ms / 1000, zone).date() + timedelta(days=1)
    return round(_midnight(tomorrow, zone).timestamp() * 1000)


def _midnight(at: date, zone: tzinfo) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=zone)


def circular_mean(hours: Iterable[float]) -> tuple[float, float]:
    """The mean hour on the clock's circle, and how far the hours agree: 0 (all round) to 1 (all the same)."""
    angles = [hour * math.tau / 24 for hour in hours]
    if not angles:
        return 0.0, 0.0
    x = sum(math.cos(angle) for angle in angles) / len(angles)
    y = sum(math.sin(angle) for angle in angles) / len(angles)
    return math.atan2(y, x) * 24 / math.tau % 24, math.hypot(x, y)
