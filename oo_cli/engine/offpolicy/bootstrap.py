"""Percentile intervals from drawing whole clusters anew (Efron & Tibshirani, An Introduction to the Bootstrap, §13.3).

What happens on one day hangs together, so days are drawn, not single observations (cluster bootstrap: Cameron, Gelbach
& Miller 2008). Every statistic here is a ratio of sums, so each cluster is boiled down to its two sums once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

ROUNDS = 1000
LEVEL = 0.95


class Interval(NamedTuple):
    """An estimate with its interval at `LEVEL`, and how many clusters it rests on."""

    value: float
    low: float
    high: float
    clusters: int

    def holds(self, value: float) -> bool:
        """Whether the interval contains a value."""
        return self.low <= value <= self.high


def ratio_interval(
    parts: Iterable[tuple[Hashable, float, float]], chance: Random, rounds: int = ROUNDS
) -> Interval | None:
    """Sum of numerators over sum of denominators, from (cluster, numerator, denominator); None without a denominator.

    One cluster alone says nothing of how much clusters differ: its interval is unbounded.
    """
    sums: dict[Hashable, tuple[float, float]] = {}
    for cluster, above, below in parts:
        known = sums.get(cluster, (0.0, 0.0))
        sums[cluster] = (known[0] + above, known[1] + below)
    clusters = list(sums.values())
    total = sum(below for _, below in clusters)
    if not total:
        return None
    value = sum(above for above, _ in clusters) / total
    if len(clusters) == 1:
        return Interval(value, float("-inf"), float("inf"), 1)
    drawn = []
    for _ in range(rounds):
        sample = chance.choices(clusters, k=len(clusters))
        below = sum(part[1] for part in sample)
        if below:
            drawn.append(sum(part[0] for part in sample) / below)
    drawn.sort()
    return Interval(value, quantile(drawn, (1 - LEVEL) / 2), quantile(drawn, (1 + LEVEL) / 2), len(clusters))


def mean_interval(values: Iterable[tuple[Hashable, float]], chance: Random) -> Interval | None:
    """The mean of values given with their clusters; None without any."""
    return ratio_interval(((cluster, value, 1.0) for cluster, value in values), chance)


def quantile(ordered: list[float], share: float) -> float:
    """The value below which that share lies, linear between neighbours (Hyndman & Fan 1996, definition 7)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
