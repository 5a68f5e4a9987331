"""Features of what the person says they feel, and what it suggests of their energy."""

from __future__ import annotations

from collections.abc import Iterable

from oo_cli.engine.when import DAY_MS, HOUR_MS
from oo_data.contracts.feature import Feature
from oo_data.contracts.signal import MoodSignal
from oo_data.contracts.tip import Energy

LAST, MEAN = "mood.last", "mood.mean_7d"
LAST_MS, MEAN_MS = 12 * HOUR_MS, 7 * DAY_MS
SOURCE = "mood"
LOW, MIDDLING = 2.0, 3.0


def last(moods: Iterable[MoodSignal], now: int) -> MoodSignal | None:
    """The newest mood, as long as it is younger than half a day."""
    recent = [mood for mood in moods if now - LAST_MS < mood.at <= now]
    return max(recent, key=lambda mood: mood.at, default=None)


def mean(moods: Iterable[MoodSignal], now: int) -> float | None:
    """The mean of the last seven days, or None where nothing was said in them."""
    scores = [mood.score for mood in moods if now - MEAN_MS < mood.at <= now]
    return round(sum(scores) / len(scores), 2) if scores else None


def features(moods: Iterable[MoodSignal], now: int) -> tuple[Feature, ...]:
    """Both as features; one that is not known is absent. The last one is fresh until it is half a day old."""
    known = list(moods)
    newest, week = last(known, now), mean(known, now)
    found = []
    if newest is not None:
        found.append(Feature(LAST, float(newest.score), now, newest.at + LAST_MS, (SOURCE,)))
    if week is not None:
        found.append(Feature(MEAN, week, now, now + DAY_MS, (SOURCE,)))
    return tuple(found)


def energy(moods: Iterable[MoodSignal], now: int) -> Energy | None:
    """How much energy to count on: low when feeling low, medium when middling; None where nothing speaks for less.

    What was said last counts; without that, only a low week does.
    """
    known = list(moods)
    newest, week = last(known, now), mean(known, now)
    if newest is not None:
        return "low" if newest.score <= LOW else "medium" if newest.score <= MIDDLING else None
    return "low" if week is not None and week <= LOW else None
