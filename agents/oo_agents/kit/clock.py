"""Local time from UTC milliseconds, right across changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

__all__ = ["DAY_MS", "HOUR_MS", "UTC", "day", "end_of_day", "find_zone", "hour", "midnights", "weekday"]

DAY_MS, HOUR_MS = 86_400_000, 3_600_000


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


def midnights(now_ms: int, zone: tzinfo, days: int) -> list[int]:
    """When each of the last `days` local days began, today the last of them, and when tomorrow begins; UTC ms."""
    today = day(now_ms, zone)
    return [_midnight(date.fromordinal(today + offset), zone) for offset in range(1 - days, 2)]


def end_of_day(at_ms: int, zone: tzinfo) -> int:
    """The next local midnight in UTC milliseconds."""
    return _midnight(datetime.fromtimestamp(at_ms / 1000, zone).date() + timedelta(days=1), zone)


def _midnight(at: date, zone: tzinfo) -> int:
    return round(datetime(at.year, at.month, at.day, tzinfo=zone).timestamp() * 1000)
