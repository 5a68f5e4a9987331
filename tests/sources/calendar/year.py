"""A made-up year of appointments, its iCalendar text, and when the person is free, worked out without any iCalendar.

The oracle shares nothing with the product: rules are walked day by day, zones are the standard library's.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), UTC, None)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CANARY = "Kanarienvogel"
Span = tuple[int, int]


class Event(NamedTuple):
    """One appointment or series. `zone` None is floating; `every` days or, with `weekdays`, weeks; 0 is once.

    `moved` maps an occurrence (local start) to its new start, or to None where that one is cancelled.
    """

    uid: str
    start: datetime
    minutes: int
    zone: object
    every: int = 0
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    skipped: tuple[datetime, ...] = ()
    added: tuple[datetime, ...] = ()
    moved: tuple[tuple[datetime, datetime | None], ...] = ()
    state: str = ""
    whole_day: bool = False


def year(seed: int, count: int, first: date = date(2026, 1, 1)) -> list[Event]:
    """So many events in and around a year: once, daily, on weekdays, with exceptions, in six zones."""
    rng = random.Random(seed)
    return [_event(rng, number, first) for number in range(count)]


def _event(rng: random.Random, number: int, first: date) -> Event:
    begins = datetime.combine(
        first + timedelta(days=rng.randrange(360)), time(rng.randrange(24), rng.choice((0, 15, 30)))
    )
    event = Event(f"{number}@{CANARY}", begins, rng.choice((15, 30, 45, 60, 90, 300)), rng.choice(ZONES))
    event = event._replace(state=rng.choice(("", "", "", "", "free", "cancelled", "declined", "tentative")))
    kind = rng.choice(("once", "once", "daily", "weekly", "whole"))
    if kind == "whole":
        begins = datetime.combine(begins.date(), time())
        marked = rng.choice(("", "busy", "out"))
        return event._replace(start=begins, minutes=1440 * rng.randint(1, 3), zone=None, whole_day=True, state=marked)
    if kind == "once":
        return event
    if kind == "daily":
        event = event._replace(every=rng.randint(1, 5))
    else:
        chosen = {begins.weekday(), *rng.sample(range(7), rng.randint(0, 2))}
        event = event._replace(every=rng.randint(1, 3), weekdays=tuple(sorted(chosen)))
    until = begins.date() + timedelta(days=rng.randint(10, 300)) if rng.random() < 0.7 else None
    event = event._replace(until=until)
    starts = list(_rule(event, begins.date() + timedelta(days=200)))
    picked = rng.sample(starts[1:], min(len(starts) - 1, 4))
    moves = [(at, None if rng.random() < 0.3 else at + timedelta(hours=rng.randint(1, 50))) for at in picked[2:]]
    extra = (begins + timedelta(days=rng.randint(1, 90), minutes=7),) if rng.random() < 0.3 else ()
    return event._replace(skipped=tuple(picked[:2]), moved=tuple(moves), added=extra)


def _rule(event: Event, last: date) -> Iterator[datetime]:
    """The local starts that the rule alone gives, up to a day."""
    monday = event.start.date() - timedelta(days=event.start.weekday())
    day = event.start.date()
    while day <= min(last, event.until or last):
        if event.weekdays:
            fits = day.weekday() in event.weekdays and (day - monday).days // 7 % event.every == 0
        else:
            fits = (day - event.start.date()).days % event.every == 0
        if fits:
            yield datetime.combine(day, event.start.time())
        day += timedelta(days=1)


def busy(events: Iterable[Event], since: int, until: int) -> list[Span]:
    """When the person, in Berlin, is busy (UTC ms), merged."""
    spans = []
    last = datetime.fromtimestamp(until / 1000, UTC).date() + timedelta(days=3)
    for event in events:
        if event.state in ("free", "cancelled", "declined") or (event.whole_day and not event.state):
            continue
        starts: list[datetime] = [event.start]
        if event.every:
            moved = dict(event.moved)
            starts = [at for at in (*_rule(event, last), *event.added) if at not in (*event.skipped, *moved)]
            starts += [at for at in moved.values() if at is not None]
        for at in starts:
            ends = at + timedelta(minutes=event.minutes)
            spans.append((max(since, _ms(at, event.zone)), min(until, _ms(ends, event.zone))))
    return merged(spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def gaps(spans: Iterable[Span], since: int, until: int) -> list[Span]:
    """The free time between merged spans."""
    edges = [since, *(edge for span in spans for edge in span), until]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _ms(at: datetime, zone: object) -> int:
    return int(at.replace(tzinfo=zone if isinstance(zone, ZoneInfo) or zone is UTC else BERLIN).timestamp() * 1000)


def ics(events: Iterable[Event], me: str = "ada@example.org") -> str:
    """The events as one calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{CANARY}//", f"X-WR-CALNAME:{CANARY}"]
    for event in events:
        lines += vevents(event, me)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def vevents(event: Event, me: str = "ada@example.org") -> list[str]:
    """One event with its moved occurrences, as lines; long ones folded."""
    lines = [*_open(event, event.start, me)]
    if event.every:
        rule = f"RRULE:FREQ={'WEEKLY' if event.weekdays else 'DAILY'};INTERVAL={event.every}"
        rule += f";BYDAY={','.join(DAYS[day] for day in event.weekdays)};WKST=MO" if event.weekdays else ""
        if event.until:
            ends = datetime.combine(event.until, time(23, 59, 59))
            zoned = isinstance(event.zone, ZoneInfo) or event.zone is UTC
            rule += (
                f";UNTIL={datetime.fromtimestamp(_ms(ends, event.zone) / 1000, UTC):%Y%m%dT%H%M%SZ}" if zoned else ""
            )
            rule += "" if zoned else f";UNTIL={ends:%Y%m%dT%H%M%S}"
        lines.append(rule)
    lines += [_at("EXDATE", at, event) for at in event.skipped]
    lines += [_at("RDATE", at, event) for at in event.added]
    lines.append("END:VEVENT")
    for original, moved in event.moved:
        exception = event if moved else event._replace(state="cancelled")
        lines += [*_open(exception, moved or original, me), _at("RECURRENCE-ID", original, event), "END:VEVENT"]
    return [f"{line[:60]}\r\n {line[60:]}" if len(line) > 60 else line for line in lines]


def _open(event: Event, start: datetime, me: str) -> list[str]:
    states = {
        "free": ["TRANSP:TRANSPARENT"],
        "cancelled": ["STATUS:CANCELLED"],
        "tentative": ["STATUS:TENTATIVE"],
        "declined": [f"ATTENDEE;PARTSTAT=DECLINED:mailto:{me}", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org"],
        "busy": ["TRANSP:OPAQUE"],
        "out": ["X-MICROSOFT-CDO-BUSYSTATUS:OOF"],
    }
    head = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:{CANARY} with Bob",
        f"LOCATION:{CANARY}",
    ]
    ends = start + timedelta(minutes=event.minutes)
    return [*head, _at("DTSTART", start, event), _at("DTEND", ends, event), *states.get(event.state, [])]


def _at(name: str, at: datetime, event: Event) -> str:
    if event.whole_day:
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    if event.zone is UTC:
        return f"{name}:{at:%Y%m%dT%H%M%S}Z"
    return f"{name};TZID={event.zone}:{at:%Y%m%dT%H%M%S}" if event.zone else f"{name}:{at:%Y%m%dT%H%M%S}"
