"""A few times to put something off to, that fit the person's day."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.when import HOUR_MS, at_local, day_after, local

EVENING, MORNING = 19, 8
APART_MS = HOUR_MS  # nearer ones are one and the same to a person


class Day(NamedTuple):
    """The hours a person keeps: quiet from and to, the best ones in their order, and when a morning begins."""

    quiet_start: int = 22
    quiet_end: int = 7
    best: tuple[int, ...] = ()
    morning: int = MORNING


class Offer(NamedTuple):
    """A time (UTC ms), what people call it, and how they would say it where that names a day ("" otherwise)."""

    label: str
    at: int
    when: str = ""


def offers(now: int, zone: ZoneInfo, day: Day) -> list[Offer]:
    """Times to choose from, soonest first: two to five, none in the quiet hours, no two within an hour."""
    today = local(now, zone).date()
    best = [at_local(today, time(hour), zone) for hour in sorted(day.best)]
    wanted = [
        *[Offer("at your best hour", at) for at in best if at >= now + HOUR_MS][:1],
        Offer("in three hours", now + 3 * HOUR_MS),
        Offer("tonight", at_local(today, time(EVENING), zone)),
    ]
    found: list[Offer] = []
    for offer in wanted:
        apart = all(abs(offer.at - other.at) >= APART_MS for other in found)
        if offer.at > now and apart and _fits(offer.at, today, day, zone):
            found.append(offer)
    if not found and _fits(now + HOUR_MS, today, day, zone):
        found.append(Offer("in an hour", now + HOUR_MS))
    morning = time(max(day.morning, day.quiet_end) if day.quiet_end < 12 else day.morning)
    tomorrow, monday = day_after(today), today + timedelta(days=7 - today.weekday())
    found.append(Offer("tomorrow morning", at_local(tomorrow, morning, zone), "tomorrow"))
    if monday != tomorrow:
        found.append(Offer("next week", at_local(monday, morning, zone), "next week"))
    return sorted(found, key=lambda offer: offer.at)


def _fits(at: int, today: date, day: Day, zone: ZoneInfo) -> bool:
    """Whether it is still today, and not in the quiet hours."""
    moment = local(at, zone)
    hour, start, end = moment.hour, day.quiet_start, day.quiet_end
    quiet = start <= hour < end if start <= end else hour >= start or hour < end
    return moment.date() == today and not quiet
