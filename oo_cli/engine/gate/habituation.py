"""What reactions teach about how often to speak: fewer tips to who ignores them, rest for what was ignored.

The chance that a tip is welcome has a Beta posterior in which older reactions count less, so that silence heals:
recovery with rest, as in the dual-process account of habituation (Rankin et al. 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, MINUTE_MS, local
from oo_data.contracts.agent import Reacted

IGNORED = "ignored"
# How much of a welcome each reaction is. "Later" says the right thing at a wrong time.
WELCOME = {"done": 1.0, "later": 0.5, "no": 0.0, IGNORED: 0.0}
GUESS, GUESS_STRENGTH = 0.3, 5.0
FULL = 0.5  # from this chance on, the whole of the budget is used
HALF_LIFE_MS = 7 * DAY_MS
REST_HALF_LIFE_MS = 2 * DAY_MS
HOUR_HALF_LIFE_MS, HOUR_STRENGTH = 28 * DAY_MS, 4.0
NEAR_HOURS = (0.25, 0.5, 1.0, 0.5, 0.25)
FORGOTTEN = 8  # half-lives after which a reaction counts for nothing
PAUSE_MINUTES, LONGEST_PAUSE_MS = 30, 240 * MINUTE_MS


def acceptance(reactions: Sequence[Reacted], now: int) -> float:
    """The expected chance, in 0..1, that a tip is welcome now."""
    welcome, weight = GUESS * GUESS_STRENGTH, GUESS_STRENGTH
    for reacted in reactions:
        counts = _faded(now - reacted.at, HALF_LIFE_MS)
        welcome += counts * WELCOME.get(reacted.reaction, 0.0)
        weight += counts
    return welcome / weight


def allowance(limit: int, reactions: Sequence[Reacted], now: int) -> int:
    """How many tips a day a surface may speak by itself, from 1 to the frequency dial's `limit`."""
    return max(1, round(limit * min(1.0, acceptance(reactions, now) / FULL)))


def welcome_by_hour(reactions: Sequence[Reacted], now: int, zone: ZoneInfo) -> list[float]:
    """By local hour, how much likelier than on average a tip is welcome; hours near by count too."""
    mean = acceptance(reactions, now)
    weights, welcomes = [0.0] * 24, [0.0] * 24
    for reacted in reactions:
        counts = _faded(now - reacted.at, HOUR_HALF_LIFE_MS)
        if counts:
            hour = local(reacted.at, zone).hour
            weights[hour] += counts
            welcomes[hour] += counts * WELCOME.get(reacted.reaction, 0.0)
    found = []
    for hour in range(24):
        weight, welcome = (
            sum(near * values[(hour + away) % 24] for away, near in enumerate(NEAR_HOURS, -2))
            for values in (weights, welcomes)
        )
        found.append((welcome + HOUR_STRENGTH * mean) / (weight + HOUR_STRENGTH) / mean)
    return found


def freshness(reactions: Sequence[Reacted], now: int) -> dict[str, float]:
    """By subject, what is left of its chance after it was ignored or refused: halved by one, a third left by two.

    Subjects not named have all of theirs (1.0). Half of each miss is forgotten in two days; "done" clears them all.
    """
    misses: dict[str, float] = {}
    for reacted in reactions:
        if reacted.reaction == "done":
            misses.pop(reacted.subject, None)
        elif reacted.reaction in (IGNORED, "no"):
            counts = _faded(now - reacted.at, REST_HALF_LIFE_MS)
            misses[reacted.subject] = misses.get(reacted.subject, 0.0) + counts
    return {subject: 1.0 / (1.0 + missed) for subject, missed in misses.items() if missed > 0.0}


def pause_ends(reactions: Sequence[Reacted], minutes: int = PAUSE_MINUTES) -> int:
    """Until when (UTC ms) to leave the person alone after the last reaction; 0 where they need not be.

    Who answers is there, and may see the next tip at once; one "not this" even asks for it. An ignored tip, and every
    miss after the first in a row, brings a pause, each twice as long as the one before, up to four hours.
    """
    missed = 0
    for reacted in reversed(reactions[-8:]):
        if reacted.reaction not in (IGNORED, "no"):
            break
        missed += 1
    if not missed or not minutes or (missed == 1 and reactions[-1].reaction == "no"):
        return 0
    return reactions[-1].at + min(LONGEST_PAUSE_MS, minutes * MINUTE_MS << (missed - 1))


def _faded(age_ms: int, half_life_ms: int) -> float:
    lives = max(0, age_ms) / half_life_ms
    return float(0.5**lives) if lives < FORGOTTEN else 0.0
