"""When somebody is busy, worked out from iCalendar text in a process of its own.

A rule can ask for every second of a century, so each event has a moment and the whole a limit; what breaks or hangs
here breaks nothing else. Only the two ends of each busy stretch leave this process.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from types import FrameType
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from oo_cli.adapters.sources.calendar.scan import FREE, Scanned, Series, TooManyError, lasts, scan

EVENT_SECONDS, AGAIN_SECONDS = 1.0, 0.1  # of processor time
MAX_ENDLESS = 5
CPU_SECONDS = 30
MEMORY_BYTES = 2 << 30
MAX_SPANS = 50_000
Found = TypeVar("Found")


class Window(NamedTuple):
    """The time asked for (UTC ms), the person's zone, and their addresses (lower case)."""

    since: int
    until: int
    zone: ZoneInfo
    me: frozenset[str] = frozenset()


class Busy(NamedTuple):
    """Busy stretches (UTC ms) in no order, and the events that could not be read or repeat too often."""

    spans: list[tuple[int, int]]
    unread: int
    endless: int


class _TimeUpError(BaseException):
    """The moment of one event is over; no library may take it for an error of its own."""


def busy(text: str, window: Window) -> Busy | None:
    """When the person is busy within the window; None where the text is no calendar. Raises `TooManyError`."""
    first, last = (datetime.fromtimestamp(at / 1000, window.zone).date() for at in (window.since, window.until))
    found = scan(text, first, last, window.me)
    if not found.calendars:
        return None
    _learn_zones(found)
    spans = [*_periods(found)]
    unread, endless = found.unread, 0
    for series in found.series.values():
        try:
            spans += _timed(partial(_occurrences, series, window))
        except _TimeUpError:
            endless += 1
        except Exception:  # noqa: BLE001 - whatever the libraries raise at a stranger's bytes
            unread += 1
        if len(spans) > MAX_SPANS or endless > MAX_ENDLESS:
            raise TooManyError
    inside = ((max(begin, window.since), min(end, window.until)) for begin, end in spans)
    return Busy([span for span in inside if span[0] < span[1]], unread, endless)


def _learn_zones(found: Scanned) -> None:
    """Let the library know the zones that this calendar brings along, where it does not know them by name."""
    from icalendar import Calendar
    from icalendar.timezone import tzp

    for named, lines in found.zones.items():
        with suppress(Exception, _TimeUpError):
            if named and tzp.timezone(named) is None:
                _timed(partial(Calendar.from_ical, _text("", [lines])))


def _occurrences(series: Series, window: Window) -> list[tuple[int, int]]:
    from icalendar import Calendar
    from recurring_ical_events import of

    text = _text(series.zone, [["BEGIN:VEVENT", *lines, "END:VEVENT"] for lines in series.events])
    here = window.zone
    # A floating time is taken in the zone of the ends it is compared with.
    since, until = (datetime.fromtimestamp(at / 1000, here) for at in (window.since, window.until))
    found = of(Calendar.from_ical(text)).between(since - timedelta(days=1), until + timedelta(days=1))
    return [(_ms(e["DTSTART"].dt, here), _ms(e["DTEND"].dt, here)) for e in found if FREE not in e]


def _text(zone: str, components: list[list[str]]) -> str:
    own = [f"X-WR-TIMEZONE:{zone}"] if zone and _is_zone(zone) else []
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//oO//", *own, *(line for c in components for line in c)]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (ValueError, OSError, LookupError):
        return False


def _ms(at: date, zone: ZoneInfo) -> int:
    """UTC milliseconds of an instant, of a floating time, or of the midnight that a day begins with."""
    moment = at if isinstance(at, datetime) else datetime.combine(at, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp() * 1000)


def _periods(found: Scanned) -> Iterator[tuple[int, int]]:
    """The free-busy periods (RFC 5545, 3.3.9); those that cannot be read are counted."""
    for text in found.spans:
        begins, _, ends = text.partition("/")
        try:
            begin, duration = _utc(begins), lasts(ends)
            end = _utc(ends) if duration is None else begin + duration
        except (ValueError, OverflowError):
            found.unread += 1
            continue
        yield int(begin.timestamp() * 1000), int(end.timestamp() * 1000)


def _utc(text: str) -> datetime:
    return datetime.strptime(text.strip().upper(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _timed(work: Callable[[], Found]) -> Found:
    """What `work` gives, if it does so in time; raises `_TimeUpError`, again and again where that is swallowed."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, EVENT_SECONDS, AGAIN_SECONDS)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def main() -> None:
    """Answer one question: a line of JSON, then the text, both on standard input."""
    for limit, value in ((resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY_BYTES)):
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (value, value))
    asked = json.loads(sys.stdin.buffer.readline())
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    window = Window(asked["since"], asked["until"], ZoneInfo(asked["zone"]), frozenset(asked["me"]))
    answer: dict[str, Any]
    try:
        found = busy(text, window)
        answer = found._asdict() if found is not None else {"failed": "no-calendar"}
    except TooManyError:
        answer = {"failed": "too-many"}
    sys.stdout.write(json.dumps(answer))
