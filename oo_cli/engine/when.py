"""Local days and due dates: the person's zone is applied here and nowhere else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([1-9]\d{0,2})\s*(m|min|h|hours?|d|days?|w|weeks?)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LENGTH = re.compile(r"(?:([0-9]{1,2})h(?:ours?)?)?(?:([0-9]{1,4})m?(?:in)?(?:utes?)?)?")
_UNIT_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The local time of an instant (UTC ms)."""
    return datetime.fromtimestamp(ms / 1000, zone)


def to_ms(moment: datetime) -> int:
    """UTC milliseconds of an aware time."""
    return round(moment.timestamp() * 1000)


def at_local(day: date, clock: time, zone: ZoneInfo) -> int:
    """UTC ms of a wall-clock time; in the hour that a spring change skips, the same instant an hour on."""
    return to_ms(datetime.combine(day, clock, zone))


def midnight(day: date, zone: ZoneInfo) -> int:
    """UTC ms at which a local day begins."""
    return at_local(day, time(), zone)


def day_after(day: date) -> date:
    """The next calendar day; the last one of all, which people write for "some day", has none."""
    return day + timedelta(days=1) if day < date.max else day


class Due:
    """A due date seen from one zone. `at` is UTC ms: the instant, or the end of a whole day."""

    __slots__ = ("at", "day", "timed")

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        """Raises ValueError for text that is none of the three forms of `TaskSignal.due`."""
        self.timed = len(text) > 10
        if self.timed:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
            self.at, self.day = to_ms(moment), moment.date()
        else:
            self.day = date.fromisoformat(text)
            self.at = midnight(day_after(self.day), zone)

    def days_late(self, ms: int, zone: ZoneInfo) -> float:
        """Days past due at an instant, negative before; whole days for a whole-day date."""
        if self.timed:
            return (ms - self.at) / DAY_MS
        return float((local(ms, zone).date() - self.day).days)


def due_of(text: str | None, zone: ZoneInfo) -> Due | None:
    """The due date, or None where there is none that can be read."""
    if text is None:
        return None
    try:
        return Due(text, zone)
    except (ValueError, OverflowError):
        return None


def parse_later(text: str, now: int, zone: ZoneInfo) -> int | None:
    """When "later" is, in UTC ms: 30m, 2h, 3d, 18:30, tonight, tomorrow, monday, 2026-12-01; None if unreadable."""
    words = " ".join(text.lower().split())
    span = _SPAN.fullmatch(words.removeprefix("in "))
    if span:
        return now + int(span[1]) * _UNIT_MS[span[2][0]]
    here = local(now, zone)
    clock = _CLOCK.fullmatch(words)
    if clock:
        return _next(time(int(clock[1]), int(clock[2])), now, zone)
    if words == "tonight":
        return max(at_local(here.date(), time(19), zone), now + HOUR_MS)
    day_named = _named_day(words, here.date())
    return at_local(day_named, time(8), zone) if day_named and day_named > here.date() else None


def parse_span(text: str) -> int | None:
    """A length of time in minutes, up to a day: 15m, 90 min, 2h, 1h30m; None if unreadable."""
    found = _LENGTH.fullmatch("".join(text.lower().split()))
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    return minutes if 0 < minutes <= 24 * 60 else None


def _next(clock: time, now: int, zone: ZoneInfo) -> int:
    """When the clock next shows this, also in the hour that an autumn change repeats."""
    today = local(now, zone).date()
    coming = (at_local(today, clock, zone), at_local(today, clock.replace(fold=1), zone))
    return next((at for at in coming if at > now), at_local(day_after(today), clock, zone))


def _named_day(words: str, today: date) -> date | None:
    if words == "tomorrow":
        return day_after(today)
    if words == "next week":
        return today + timedelta(days=7 - today.weekday())
    for index, name in enumerate(WEEKDAYS):
        if words in (name, name[:3]):
            return today + timedelta(days=(index - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def default_later(now: int, zone: ZoneInfo) -> int:
    """Three hours on; from the late afternoon, tomorrow at eight."""
    here = local(now, zone)
    if here.hour < 16:
        return now + 3 * HOUR_MS
    return at_local(day_after(here.date()), time(8), zone)


def spoken(ms: int, now: int, zone: ZoneInfo) -> str:
    """A time to come as people say it: the weekday within six days, the date beyond."""
    moment, here = local(ms, zone), local(now, zone)
    if (moment.date() - here.date()).days < 7:
        return f"{moment:%a %H:%M}"
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}" if moment.year == here.year else f"{moment:%Y-%m-%d %H:%M}"


def utc_iso(ms: int) -> str:
    """An instant in ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
