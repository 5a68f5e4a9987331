"""Do the tips help? Half days drawn by lot, with tips and without, compared.

The lot of a block is an HMAC of its name, so it can be neither foreseen nor chosen, and is the same however often it
is drawn. Blocks are compared within strata of weekday and part of day, so that a lively Monday morning is not held
against a Saturday night.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.offpolicy.bootstrap import LEVEL
from oo_cli.engine.when import DAY_MS, at_local, day_after, local, midnight
from oo_data.contracts.tip import SilentSpan

if TYPE_CHECKING:
    from random import Random

ORIGIN, REASON = "holdout", "hold-out"
PARTS = ("am", "pm")
STRATA = 7 * len(PARTS)
MIDDAY = 14  # halves the hours in which people are awake
HORIZON_DAYS = 2
ROUNDS = 1000
LEAST = 8  # blocks of each kind before any figure is told
_POWER_Z, _LEVEL_Z = 0.8416, 1.96  # 80 % power at the 5 % level


class Block(NamedTuple):
    """Half a local day. Times are UTC ms; `stratum` is its weekday (0 is Monday) and its part."""

    id: str
    begin: int
    end: int
    stratum: str


class Outcome(NamedTuple):
    """What was completed within one block, and whether tips were withheld in it."""

    stratum: str
    held: bool
    completions: int


class Effect(NamedTuple):
    """Completions per half day with tips, less those without; the interval is that of an inverted permutation test."""

    value: float
    low: float
    high: float
    p_value: float
    with_tips: float
    without: float


def blocks(now: int, zone: ZoneInfo) -> list[Block]:
    """The half day under way and those that begin within two days."""
    day = local(now, zone).date()
    names = [f"{day + timedelta(days=ahead)}.{part}" for ahead in range(HORIZON_DAYS + 1) for part in PARTS]
    found = [block_of(name, zone) for name in names]
    return [block for block in found if block.end > now and block.begin < now + HORIZON_DAYS * DAY_MS]


def block_of(name: str, zone: ZoneInfo) -> Block:
    """The block of that name, such as 2026-12-01.am."""
    day = date.fromisoformat(name[:10])
    noon = at_local(day, time(MIDDAY), zone)
    begin, end = (midnight(day, zone), noon) if name[11:] == PARTS[0] else (noon, midnight(day_after(day), zone))
    return Block(name, begin, end, f"{day.weekday()}.{name[11:]}")


def is_held(secret: bytes, block_id: str, share: float) -> bool:
    """Whether tips are withheld in a block: its lot, even in [0, 1), is below the share."""
    lot = int.from_bytes(hmac.digest(secret, f"holdout\x1f{block_id}".encode(), "sha256")[:7], "big") / (1 << 56)
    return lot < share


def span(block: Block) -> SilentSpan:
    """The silence of a block that is held out: it binds what speaks by itself, never an answer to a typed command."""
    return SilentSpan(f"{ORIGIN}.{block.id}", block.begin, block.end, REASON, 0, "ambient", ORIGIN)


def effect(outcomes: Sequence[Outcome], chance: Random, rounds: int = ROUNDS) -> Effect | None:
    """The difference and its interval; None before `LEAST` comparable blocks of each kind.

    Within each stratum the difference of means counts n₁ n₀ / (n₁ + n₀); strata with one kind only tell nothing.
    The interval holds every constant effect that a permutation of the labels within strata does not refute
    (Rosenbaum, Observational Studies, §2.6): right in small samples, whatever the counts are distributed like.
    """
    usable = _usable(outcomes)
    held = sum(outcome.held for strata in usable for outcome in strata)
    if min(held, sum(map(len, usable)) - held) < LEAST:
        return None
    counts = [[float(outcome.completions) for outcome in strata] for strata in usable]
    tips = [[0.0 if outcome.held else 1.0 for outcome in strata] for strata in usable]
    seen = _difference(counts, tips)
    draws = []
    for _ in range(rounds):
        drawn = [chance.sample(labels, len(labels)) for labels in tips]
        draws.append((_difference(counts, drawn), _difference(tips, drawn)))
    reach = max(1.0, max(map(max, counts)) - min(map(min, counts)))
    low = _edge(draws, seen, seen - 2 * reach)
    high = _edge(draws, seen, seen + 2 * reach)
    every = [outcome for strata in usable for outcome in strata]
    return Effect(seen, low, high, _p_value(draws, seen, 0.0), _mean(every, held=False), _mean(every, held=True))


def blocks_needed(outcomes: Sequence[Outcome], share: float, size: float) -> int:
    """How many blocks in all would show an effect of `size` in four of five trials (5 % level, two-sided).

    From the variance within strata: n = (z₁ + z₂)² s² / (size² share (1 - share)), and one more for each stratum,
    since E[n₁ n₀ / n] is (n - 1) share (1 - share). A variance of 1 stands in for what few blocks cannot tell.
    """
    strata: dict[str, list[int]] = {}
    for outcome in outcomes:
        strata.setdefault(outcome.stratum, []).append(outcome.completions)
    squares, free = 1.0, 1
    for counts in strata.values():
        mean = sum(counts) / len(counts)
        squares += sum((count - mean) ** 2 for count in counts)
        free += len(counts) - 1
    return math.ceil((_POWER_Z + _LEVEL_Z) ** 2 * (squares / free) / (size**2 * share * (1 - share))) + STRATA


def _usable(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Outcomes by stratum, without strata that hold one kind only."""
    strata: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        strata.setdefault(outcome.stratum, []).append(outcome)
    return [found for _, found in sorted(strata.items()) if len({outcome.held for outcome in found}) == 2]


def _difference(values: Sequence[Sequence[float]], labels: Sequence[Sequence[float]]) -> float:
    """The weighted difference of means between label 1 and label 0 within strata; linear in the values."""
    above = below = 0.0
    for row, marks in zip(values, labels, strict=True):
        ones = sum(marks)
        zeros = len(marks) - ones
        total = sum(value * mark for value, mark in zip(row, marks, strict=True))
        # n₁ n₀ / n times (mean₁ - mean₀)
        above += (total * zeros - (sum(row) - total) * ones) / len(row)
        below += ones * zeros / len(row)
    return above / below


def _p_value(draws: Sequence[tuple[float, float]], seen: float, effect: float) -> float:
    """How often chance differs at least as much from a constant effect; the observed labels count as one draw."""
    bar = abs(seen - effect) - 1e-12
    return (1 + sum(abs(drawn - effect * moved) >= bar for drawn, moved in draws)) / (1 + len(draws))


def _edge(draws: Sequence[tuple[float, float]], seen: float, far: float) -> float:
    """Where, between what was seen and a value far off, effects begin to be refuted."""
    near = seen
    for _ in range(40):
        middle = (near + far) / 2
        if _p_value(draws, seen, middle) > 1 - LEVEL:
            near = middle
        else:
            far = middle
    return near


def _mean(outcomes: Sequence[Outcome], held: bool) -> float:
    counts = [outcome.completions for outcome in outcomes if outcome.held == held]
    return sum(counts) / len(counts)
