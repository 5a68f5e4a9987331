"""Windows over a person's completions, in local days."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from oo_agents.kit import circle
from oo_agents.kit.clock import DAY_MS, HOUR_MS, UTC, day, find_zone, hour, midnights, weekday
from oo_data.contracts.agent import UserHistory
from oo_data.contracts.feature import TaskCompletion

YEAR = 365
LOOKBACKS = (14, 28, 56, 112, 224, YEAR)
ENOUGH = 30  # completions that a lookback should hold
HALF_YEAR = 182  # whole weeks, so that every weekday counts alike
AWAY_CHANCE = 0.001  # a run of empty days less likely than this was no chance but a holiday or an illness


class Tick(NamedTuple):
    """A completion with a known time: days before today, local hour, and how much it tells of habits.

    Several in the same hour of the same day weigh together the root of their number: half a habit, half one sitting.
    """

    ago: int
    hour: float
    weight: float


class Day(NamedTuple):
    """A full day of the past: days before today, its weekday (Monday is 0), and what was finished on it."""

    ago: int
    weekday: int
    done: int


def zone_of(history: UserHistory) -> tzinfo:
    """The person's time zone; UTC where it is unknown, which shifts days by hours but keeps their rhythm."""
    return find_zone(history.tz) or UTC


def recent(history: UserHistory, days: int) -> tuple[TaskCompletion, ...]:
    """Completions of the last `days` local days, today among them; none from a day to come."""
    begins = midnights(history.now_ms, zone_of(history), days)
    return tuple(done for done in history.completions if begins[0] <= done.at < begins[-1])


def lookback(history: UserHistory) -> tuple[int, tuple[TaskCompletion, ...]] | None:
    """The shortest lookback with enough completions, and those; None where a year holds too few."""
    held = recent(history, YEAR)
    for days in LOOKBACKS:
        begin = midnights(history.now_ms, zone_of(history), days)[0]
        if sum(done.at >= begin for done in held) >= ENOUGH:
            return days, tuple(done for done in held if done.at >= begin)
    return None


def ticks(history: UserHistory, days: int = HALF_YEAR) -> tuple[Tick, ...]:
    """Completions with a known time; those from before the person moved to another zone are turned to fit."""
    zone, begins = zone_of(history), midnights(history.now_ms, zone_of(history), days)
    seen = [_place(done.at, begins, zone) for done in recent(history, days) if done.timed]
    crowd = Counter((ago, int(at)) for ago, at in seen)
    found = tuple(Tick(ago, at, 1 / math.sqrt(crowd[ago, int(at)])) for ago, at in seen)
    weeks = [[0.0] * circle.HOURS for _ in range(days // 7)]
    for tick in found:
        if tick.ago < len(weeks) * 7:
            weeks[tick.ago // 7][int(tick.hour)] += tick.weight
    moved = circle.turn(weeks)
    if moved is None:
        return found
    since, hours = moved
    return tuple(t if t.ago < since * 7 else t._replace(hour=(t.hour + hours) % circle.HOURS) for t in found)


def full_days(history: UserHistory, days: int = HALF_YEAR) -> tuple[Day, ...]:
    """The days before today, oldest first, from the first on which anything was done, the person's days away left out.

    Before its first completion nothing is known of a history, so its days are not empty but unknown.
    """
    zone = zone_of(history)
    begins = midnights(history.now_ms, zone, days + 1)
    counts = Counter(bisect_right(begins, done.at) - 1 for done in recent(history, days + 1))
    first = 0 if any(done.at < begins[0] for done in history.completions) else min(counts, default=days)
    today = day(history.now_ms, zone)
    known = [Day(days - at, weekday(today - days + at), counts[at]) for at in range(first, days)]
    return tuple(each for each, gone in zip(known, _away(known), strict=True) if not gone)


def _place(at_ms: int, begins: Sequence[int], zone: tzinfo) -> tuple[int, float]:
    """Days before today and local hour."""
    at = bisect_right(begins, at_ms) - 1
    plain = begins[at + 1] - begins[at] == DAY_MS  # on the others a clock was changed
    return len(begins) - 2 - at, (at_ms - begins[at]) / HOUR_MS if plain else hour(at_ms, zone)


def _away(days: Sequence[Day]) -> list[bool]:
    """Whether each day lies in a run of empty days that the person's weekdays make too unlikely to be chance."""
    empty, total = [0.5] * 7, [1.0] * 7
    for each in days:
        empty[each.weekday] += not each.done
        total[each.weekday] += 1
    away: list[bool] = []
    for idle, run in groupby(days, key=lambda each: not each.done):
        held = list(run)
        chance = math.prod(empty[each.weekday] / total[each.weekday] for each in held)
        away += [idle and chance < AWAY_CHANCE] * len(held)
    return away
