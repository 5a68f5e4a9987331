"""When a context is on: schedules like "mon-fri 9:00-17:00", read by what the wall clock shows.

A range is on while the local clock shows a time in it. So an hour that a spring change skips is never in a range, and
one that an autumn change repeats is in it twice; no instant has to be worked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.when import local
from oo_data.contracts.signal import ContextSignal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_RANGES, MAX_LENGTH = 21, 400
MIDNIGHT = 24 * 60
_NAMED = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?-([0-9]{1,2})(?::([0-9]{2}))?")


class Range(NamedTuple):
    """Minutes of the day, on these weekdays (Monday is 0); one that ends by its begin runs into the next day."""

    days: tuple[int, ...]
    begin: int
    end: int


def parse(text: str) -> tuple[Range, ...]:
    """The ranges of a schedule, commas between them; no day means every day. Raises ValueError for anything else."""
    if len(text) > MAX_LENGTH:
        raise ValueError("too long")
    parts = [_tidy(part) for part in text.split(",")]
    ranges = []
    days: list[str] = []
    for words in parts:
        *named, last = words or [""]
        hours = _HOURS.fullmatch(last)
        days += named if hours else words  # "mon, wed 9-17": days wait for their hours
        if hours:
            ranges.append(Range(_days(days), *_minutes(hours)))
            days = []
        elif not words:
            raise ValueError("nothing between commas")
    if days or len(ranges) > MAX_RANGES:
        raise ValueError("days without hours" if days else "too many ranges")
    return tuple(sorted(set(ranges)))


def normal(ranges: Iterable[Range]) -> str:
    """The same in fixed words, which `parse` reads back."""
    return ",".join(f"{_spelled(r.days)} {_clock(r.begin)}-{_clock(r.end)}" for r in ranges)


def scheduled(schedule: str, now: int, zone: ZoneInfo) -> bool:
    """Whether a normalised schedule is on at an instant (UTC ms); an empty one never is."""
    if not schedule:
        return False
    moment = local(now, zone)
    today, minute = moment.weekday(), moment.hour * 60 + moment.minute
    return any(_holds(each, today, minute) for each in parse(schedule))


def active(contexts: Iterable[ContextSignal], now: int, zone: ZoneInfo) -> frozenset[str]:
    """The references of the contexts that are on, by hand or by schedule."""
    return frozenset(c.ref for c in contexts if c.active or scheduled(c.schedule, now, zone))


def spellings(name: str) -> frozenset[str]:
    """The ways in which a list may write the name of a context."""
    return frozenset((name, name.lower(), name.upper(), name.title(), name.capitalize()))


def _holds(each: Range, today: int, minute: int) -> bool:
    if each.begin < each.end:
        return today in each.days and each.begin <= minute < each.end
    return (today in each.days and minute >= each.begin) or ((today - 1) % 7 in each.days and minute < each.end)


def _tidy(part: str) -> list[str]:
    """Words in lower case, with plain dashes and no blank around them."""
    plain = re.sub(r"\s*[-\u2010-\u2015\u2212]\s*", "-", part.casefold())
    return plain.split()


def _days(words: list[str]) -> tuple[int, ...]:
    if not words:
        return tuple(range(7))
    found: set[int] = set()
    for word in words:
        first, dash, last = word.partition("-")
        if word in _NAMED:
            found.update(_NAMED[word])
        elif dash:
            begin = _day(first)
            found.update((begin + step) % 7 for step in range((_day(last) - begin) % 7 + 1))
        else:
            found.add(_day(word))
    return tuple(sorted(found))


def _day(word: str) -> int:
    return DAYS.index(word) if word in DAYS else _FULL.index(word)


def _minutes(hours: re.Match[str]) -> tuple[int, int]:
    begin, end = (int(hours[at]) * 60 + int(hours[at + 1] or 0) for at in (1, 3))
    if begin >= MIDNIGHT or end > MIDNIGHT or begin == end or any(int(hours[at] or 0) > 59 for at in (2, 4)):
        raise ValueError("no such hours")
    return begin, end


def _spelled(days: tuple[int, ...]) -> str:
    """Runs of three days and more as first-last, others one by one."""
    if len(days) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return " ".join(
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else " ".join(DAYS[day] for day in run) for run in runs
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
