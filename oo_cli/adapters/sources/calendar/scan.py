"""The lines of a calendar that tell when somebody is busy; every other line, titles first, is dropped unread.

What is left is small, so that a calendar of ten years costs what its coming days cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

# Lines of an event that its times follow from.
KEPT = frozenset(
    ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "UID", "DTSTAMP")
)
FREE = "X-OO-FREE"  # on an event that blocks nothing, and still takes the place of an occurrence that would
MAX_SERIES = 2_000
MAX_ZONES = 50
MAX_LINE = 100_000
FAR = timedelta(days=2)  # more than any zone shifts a day
_LASTS = re.compile(r"\+?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?")
_MAIL = re.compile(r"mailto:\s*([^\s;\"]+)", re.IGNORECASE)


class TooManyError(Exception):
    """The calendar holds more events to be worked out than oO will."""


@dataclass(slots=True)
class Series:
    """All components of one event: itself and its exceptions, each as lines. `zone` is the calendar's own default."""

    zone: str = ""
    events: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Scanned:
    """What a calendar tells of the time asked for: its VTIMEZONE components by name, and its free-busy periods too."""

    calendars: int = 0
    series: dict[tuple[int, str], Series] = field(default_factory=dict)
    zones: dict[str, list[str]] = field(default_factory=dict)
    spans: list[str] = field(default_factory=list)
    unread: int = 0


def scan(text: str, since: date, until: date, me: frozenset[str]) -> Scanned:
    """Look through iCalendar text for what touches those days; `me` are addresses (lower case) of the person's own.

    Never raises for what the text holds, but for `TooManyError`.
    """
    found = Scanned()
    zone = ""
    inside: list[str] = []
    lines: list[str] = []
    for line in _unfolded(text):
        name = line[: _name_ends(line)].upper()
        value = line.rpartition(":")[2].strip()
        if name == "BEGIN":
            inside.append(value.upper())
            if inside[-1] == "VCALENDAR":
                found.calendars, zone = found.calendars + 1, ""
            if inside[-1] in ("VEVENT", "VTIMEZONE"):
                lines = []
        if name == "X-WR-TIMEZONE":
            zone = value
        elif "VTIMEZONE" in inside or (inside[-1:] == ["VEVENT"] and name not in ("BEGIN", "END")):
            lines.append(line)
        elif inside[-1:] == ["VFREEBUSY"] and name == "FREEBUSY" and "FBTYPE=FREE" not in line.upper().split(":")[0]:
            found.spans += value.split(",")
        if name == "END" and inside:
            if inside[-1] == "VTIMEZONE":
                named = next((each.partition(":")[2] for each in lines if each.upper().startswith("TZID")), "")
                if len(found.zones) < MAX_ZONES:
                    found.zones.setdefault(named, lines)
            elif inside[-1] == "VEVENT":
                _take(found, zone, lines, since - FAR, until + FAR, me)
            inside.pop()
    found.series = {key: each for key, each in found.series.items() if not all(map(_is_free, each.events))}
    return found


def _take(found: Scanned, zone: str, lines: list[str], since: date, until: date, me: frozenset[str]) -> None:
    """Add an event, in the few lines that matter, unless it cannot touch the days asked for."""
    if any(len(line) > MAX_LINE for line in lines if line[: _name_ends(line)].upper() in KEPT):
        found.unread += 1
        return
    by_name: dict[str, list[str]] = {}
    for line in lines:
        by_name.setdefault(line[: _name_ends(line)].upper(), []).append(line)
    if "DTSTART" not in by_name:
        found.unread += 1
        return
    if not _may_touch(by_name, since, until):
        return
    kept = [line for name in by_name if name in KEPT for line in by_name[name]]
    if _blocks_nothing(by_name, me):
        kept.append(f"{FREE}:1")
    uid = by_name.get("UID", [f"{len(found.series)}"])[0]
    key = (found.calendars, uid)
    if key not in found.series:
        if len(found.series) >= MAX_SERIES:
            raise TooManyError
        found.series[key] = Series(zone)
    found.series[key].events.append(kept)


def _may_touch(by_name: dict[str, list[str]], since: date, until: date) -> bool:
    """Whether an event can matter for those days, judged by the dates in its lines alone."""
    days = [_day(by_name[name][0]) for name in ("DTSTART", "DTEND", "RECURRENCE-ID") if name in by_name]
    duration = lasts(_value(by_name, "DURATION") or "P0D")
    rules = by_name.get("RRULE", [])
    if None in days or duration is None or "RDATE" in by_name or len(rules) > 1:
        return True
    first, last = min(filter(None, days)), max(filter(None, days))
    if first > until:
        return False
    if rules:
        ends = re.search(r"UNTIL=(\d{8})", rules[0].upper())
        final = _date(ends[1]) if ends else None
        return final is None or final + (last - first) + duration >= since
    return last + duration >= since or any("RANGE" in line for line in by_name.get("RECURRENCE-ID", ()))


def lasts(text: str) -> timedelta | None:
    """A duration (RFC 5545, 3.3.6); None where it cannot be read, or goes backwards."""
    told = _LASTS.fullmatch(text.strip().upper())
    if told is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in told.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _blocks_nothing(by_name: dict[str, list[str]], me: frozenset[str]) -> bool:
    """Whether the person is free all the same: cancelled, shown as free, declined, or a day that is not marked busy."""
    status, shown, office = (_value(by_name, name) for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"))
    if status == "CANCELLED" or shown == "TRANSPARENT" or office == "FREE" or _declined(by_name, me):
        return True
    whole_day = re.fullmatch(r"\d{8}", by_name["DTSTART"][0].rpartition(":")[2].strip()) is not None
    return whole_day and shown != "OPAQUE" and office not in ("BUSY", "OOF")


def _declined(by_name: dict[str, list[str]], me: frozenset[str]) -> bool:
    """Whether the person declined; where nobody is known to be them, whether everyone who was asked did."""
    answers = {}
    for line in by_name.get("ATTENDEE", ()):
        found = _MAIL.search(line)
        answers[found[1].lower() if found else line] = "PARTSTAT=DECLINED" in line.upper()
    own = [declined for who, declined in answers.items() if who in me]
    return all(own) if own else bool(answers) and all(answers.values())


def _is_free(event: list[str]) -> bool:
    return event[-1].startswith(FREE)


def _value(by_name: dict[str, list[str]], name: str) -> str:
    return by_name.get(name, [""])[0].rpartition(":")[2].strip().upper()


def _day(line: str) -> date | None:
    return _date(line.rpartition(":")[2].strip()[:8])


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _name_ends(line: str) -> int:
    ends = [at for at in (line.find(":"), line.find(";")) if at >= 0]
    return min(ends, default=len(line))


def _unfolded(text: str) -> Iterator[str]:
    """Content lines, with those that were folded put together again (RFC 5545, 3.1)."""
    parts: list[str] = []
    for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield "".join(parts)
        parts = [line] if line else []
    if parts:
        yield "".join(parts)
