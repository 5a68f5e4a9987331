"""The few statistics that agents need; the standard module is slow to import."""

from __future__ import annotations

import math
from collections.abc import Sequence


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; 0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0


def stdev(values: Sequence[float]) -> float:
    """The sample standard deviation; 0 of fewer than two."""
    if len(values) < 2:
        return 0.0
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a `share` (0..1) of all lie, interpolated linearly; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """The middle value; 0 of nothing."""
    return quantile(values, 0.5)


def peak_to_mean(counts: Sequence[float]) -> float:
    """How far the peak stands above the mean, 0..1: `(p - mean) / p` with `p = peak - 2 * sqrt(peak)`.

    By chance alone the highest count is above the mean, so two standard deviations of a count are taken off.
    """
    peak = max(counts, default=0.0)
    sure = peak - 2 * math.sqrt(peak)
    return max(0.0, (sure - mean(counts)) / sure) if sure > 0 else 0.0


def standard_errors(earlier: Sequence[float], later: Sequence[float]) -> float:
    """By how many standard errors the later mean lies above the earlier one (Welch); 0 where neither varies."""
    error = math.sqrt(stdev(earlier) ** 2 / len(earlier) + stdev(later) ** 2 / len(later))
    return (mean(later) - mean(earlier)) / error if error else 0.0


def chance_of_week(weeks: Sequence[Sequence[float]]) -> float:
    """The chance of weekdays that differ as much as these, if the days of each week could be swapped freely; 0..1.

    Friedman's test on `weeks` of seven values (J. Am. Stat. Assoc. 32, 1937), on the roots of counts in place of
    ranks, so that weeks with one or two completions count too. Comparing within weeks, it holds whatever the
    trend, and for bursts. The statistic is about chi-squared with six degrees of freedom; 1 where nothing varies.
    """
    sums, within = [0.0] * 7, 0.0
    for week in weeks:
        roots = [math.sqrt(count) for count in week]
        centre = mean(roots)
        sums = [total + root - centre for total, root in zip(sums, roots, strict=True)]
        within += math.fsum((root - centre) ** 2 for root in roots)
    half = 3 * math.fsum(total * total for total in sums) / within if within else 0.0
    return math.exp(-half) * (1 + half + half * half / 2)
