"""The hours of the day as a circle: their mode, their longest quiet run, and a turn of all of them at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

HOURS = 24
STEPS = 4  # places an hour at which the density is worked out
BANDWIDTH = 1.0  # hours; about what people mean by "around ten"
SURE = 3.0  # standard errors by which a mode must stand above an even day: one false in a hundred
QUIET, STIRRING = 0.05, 0.35  # the rates compared, as shares of the mean hour
QUIET_ODDS = math.log(20)
LEAST_AFTER, LEAST_BEFORE, LEAST_WEIGHT = 2, 3, 15.0  # weeks on either side of a turn, and what they hold
TURN_ODDS, TURN_ODDS_EACH = 10.0, 0.25
LEAST_TURN = 2  # hours; less hardly blurs a habit


def mode(hours: Iterable[tuple[float, float]]) -> float | None:
    """The hour around which most weight lies, from `(hour, weight)`; None where that may be chance.

    The peak of a Gaussian kernel density on the circle. Its error at an even density follows from the kernel's
    roughness, 1 / (2 * bandwidth * sqrt(pi)); see Silverman, Density Estimation (1986), chapter 3.
    """
    size = HOURS * STEPS
    bins, weight, squares = [0.0] * size, 0.0, 0.0
    for at, each in hours:
        bins[int(at * STEPS) % size] += each
        weight, squares = weight + each, squares + each * each
    if not weight:
        return None
    kernel = [math.exp(-((min(step, size - step) / STEPS / BANDWIDTH) ** 2) / 2) for step in range(size)]
    density = [sum(bins[other] * kernel[at - other] for other in range(size)) for at in range(size)]
    peak = max(range(size), key=density.__getitem__)
    ratio = density[peak] / (sum(density) / size)
    error = math.sqrt(HOURS / (2 * BANDWIDTH * math.sqrt(math.pi)) * squares) / weight
    return (peak + 0.5) / STEPS if ratio - 1 > SURE * error else None


def quiet_run(by_hour: Sequence[float]) -> tuple[int, int] | None:
    """First hour and length of the run in which hardly anything happens; None where the evidence is thin.

    Each hour adds the log of its Poisson likelihood at a quiet rate over that at a low but ordinary one; the run is
    the arc with the greatest sum. So a stray tick weighs against its hour, but a night around it outweighs it.
    """
    mean = sum(by_hour) / HOURS
    gain = [(STIRRING - QUIET) * mean - count * math.log(STIRRING / QUIET) for count in by_hour]
    best, start, length = QUIET_ODDS, 0, 0
    for begin in range(HOURS):
        total = 0.0
        for hours in range(1, HOURS):
            total += gain[(begin + hours - 1) % HOURS]
            if total > best:
                best, start, length = total, begin, hours
    return (start, length) if length else None


def turn(weeks: Sequence[Sequence[float]]) -> tuple[int, int] | None:
    """Since how many weeks, and by how many hours, the whole day lies elsewhere; None where it does not.

    `weeks` hold weight by hour, the latest first. That is what a move to another zone does to a history kept in UTC,
    and neither shifts nor holidays do. Of all splits and turns the one is taken under which the later weeks are most
    likely by the earlier ones, if it beats no turn at all by far, in sum and for each completion.
    """
    later, earlier = [0.0] * HOURS, [sum(week[at] for week in weeks) for at in range(HOURS)]
    best, found = 0.0, None
    for since, week in enumerate(weeks[: len(weeks) - LEAST_BEFORE], 1):
        later = [held + more for held, more in zip(later, week, strict=True)]
        earlier = [held - more for held, more in zip(earlier, week, strict=True)]
        if since < LEAST_AFTER or min(sum(later), sum(earlier)) < LEAST_WEIGHT:
            continue
        likely = _log_density(earlier)
        fits = [sum(held * likely[at - by] for at, held in enumerate(later)) for by in range(HOURS)]
        by = max(range(HOURS), key=fits.__getitem__)
        gain = fits[by] - fits[0]
        needed = max(TURN_ODDS, TURN_ODDS_EACH * sum(later), best)
        if LEAST_TURN <= by <= HOURS - LEAST_TURN and gain > needed:
            best, found = gain, (since, by)
    return found


def _log_density(by_hour: Sequence[float]) -> list[float]:
    """The log of each hour's share, blurred by half an hour to either side and never of nothing."""
    blurred = [(by_hour[at - 1] + 2 * by_hour[at] + by_hour[(at + 1) % HOURS]) / 4 + 1 / 4 for at in range(HOURS)]
    total = sum(blurred)
    return [math.log(each / total) for each in blurred]
