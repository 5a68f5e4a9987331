"""What is done again and again: how regularly, and how often in a row up to now.

The next time may come half a period late without breaking the row, and what follows within half a period counts as
the same time: a weekly habit done on Saturday and Sunday was done once, one done after nine days was not missed. A
daily one has no slack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, local
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures
from oo_data.contracts.signal import HabitSignal

STREAKS = "habit.streaks"
LEAST_STREAK = 3
LEAST_DONE = 3  # days that a period nobody states is worked out from
LATE, SAME = 1.5, 0.5  # in periods


def habits(done: Iterable[TaskCompletion], now: int, zone: ZoneInfo) -> tuple[HabitSignal, ...]:
    """Every repeating thing among these completions, by the reference that all its occurrences share."""
    today = local(now, zone).date()
    times: dict[str, list[TaskCompletion]] = defaultdict(list)
    for c in done:
        if c.recurring and c.at <= now:
            times[c.routine_ref or c.ref].append(c)
    found = (_habit(ref, sorted(each, key=lambda c: c.at), today, zone) for ref, each in sorted(times.items()))
    return tuple(signal for signal in found if signal is not None)


def streak(days: Sequence[date], every_days: float, today: date) -> int:
    """How many times in a row, up to today; days in order, without doubles. 0 once the next time is missed."""
    if not days or (today - days[-1]).days > LATE * every_days:
        return 0
    count, counted = 1, days[-1]
    for later, earlier in pairwise(reversed(days)):
        if (later - earlier).days > LATE * every_days:
            break
        if (counted - earlier).days >= SAME * every_days:
            count, counted = count + 1, earlier
    return count


def streaks(signals: Iterable[HabitSignal], tasks: Iterable[TaskFeatures] = ()) -> dict[str, float]:
    """Rows of three and more, by the reference of the open task where there is one."""
    open_refs = {task.routine_ref or task.ref: task.ref for task in tasks if task.recurring}
    return {open_refs.get(s.ref, s.ref): float(s.streak) for s in signals if s.streak >= LEAST_STREAK}


def features(
    done: Sequence[TaskCompletion], tasks: Iterable[TaskFeatures], now: int, zone: ZoneInfo
) -> tuple[Feature, ...]:
    """The rows as a feature, fresh for a day."""
    sources = tuple(sorted({c.source for c in done if c.recurring}))
    return (Feature(STREAKS, streaks(habits(done, now, zone), tasks), now, now + DAY_MS, sources),)


def _habit(ref: str, done: list[TaskCompletion], today: date, zone: ZoneInfo) -> HabitSignal | None:
    days = sorted({local(c.at, zone).date() for c in done})
    every = _period(done[-1].every_days, days)
    if every is None:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    kept = sum(SAME * every <= gap <= LATE * every for gap in gaps)
    regularity = round(kept / len(gaps), 3) if gaps else 0.0
    return HabitSignal(ref, every, len(days), streak(days, every, today), done[-1].at, regularity)


def _period(stated: float | None, days: list[date]) -> float | None:
    """What the task says, but no less than a day; else the median pause, once there are a few."""
    if stated is not None:
        return max(1.0, stated)
    if len(days) < LEAST_DONE:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    return float(gaps[len(gaps) // 2])
