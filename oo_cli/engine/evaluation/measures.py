"""Figures made of scores: accuracy with intervals, differences in pairs, calibration, acceptance by hour."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.evaluation.contest import Score
from oo_cli.engine.offpolicy.bootstrap import Interval, mean_interval
from oo_cli.engine.when import local

BINS = 10


class Accuracy(NamedTuple):
    """How often the right thing came first, or among three, and the mean reciprocal rank, with intervals by day."""

    hit1: Interval
    hit3: Interval
    mrr: Interval


class Bin(NamedTuple):
    """One bin of a reliability curve: mean stated probability, share that came true, number of answers."""

    stated: float
    came_true: float
    answers: int


class Calibration(NamedTuple):
    """How far stated probabilities can be believed. `brier` is the mean squared error, `ece` the mean gap by bin."""

    bins: tuple[Bin, ...]
    ece: float
    brier: float
    answers: int


class Hour(NamedTuple):
    """Tips of one hour of the day (0..23) that have an outcome, and how many of them were taken up."""

    hour: int
    shown: int
    accepted: int


def accuracy(scores: Sequence[Score], chance: random.Random) -> Accuracy | None:
    """The measures of one ranker; None without scores."""
    hit1 = mean_interval(((score.day, score.hit1) for score in scores), chance)
    hit3 = mean_interval(((score.day, score.hit3) for score in scores), chance)
    mrr = mean_interval(((score.day, score.reciprocal) for score in scores), chance)
    return Accuracy(hit1, hit3, mrr) if hit1 and hit3 and mrr else None


def difference(scores: Sequence[Score], other: Sequence[Score], measure: str, chance: random.Random) -> Interval | None:
    """Mean difference to another ranker at the same moments, in pairs; `measure` names a field of `Score`."""
    pairs = zip(scores, other, strict=True)
    return mean_interval(((one.day, getattr(one, measure) - getattr(two, measure)) for one, two in pairs), chance)


def calibration(scores: Sequence[Score]) -> Calibration | None:
    """Reliability in ten even bins (Murphy & Winkler 1977), ECE (Naeini et al. 2015) and Brier score (1950).

    None where no probability was stated.
    """
    stated = [(score.likely, score.hit1) for score in scores if score.likely is not None]
    if not stated:
        return None
    bins: list[list[tuple[float, float]]] = [[] for _ in range(BINS)]
    for likely, hit in stated:
        bins[min(int(likely * BINS), BINS - 1)].append((likely, hit))
    curve = tuple(
        Bin(sum(likely for likely, _ in found) / len(found), sum(hit for _, hit in found) / len(found), len(found))
        for found in bins
        if found
    )
    total = len(stated)
    ece = sum(found.answers * abs(found.stated - found.came_true) for found in curve) / total
    brier = sum((likely - hit) ** 2 for likely, hit in stated) / total
    return Calibration(curve, ece, brier, total)


def by_hour(outcomes: Iterable[tuple[int, bool]], zone: ZoneInfo) -> list[Hour]:
    """Acceptance by local hour, of (shown at, UTC ms; taken up); hours without any are left out."""
    counts: dict[int, list[bool]] = {}
    for at, accepted in outcomes:
        counts.setdefault(local(at, zone).hour, []).append(accepted)
    return [Hour(hour, len(found), sum(found)) for hour, found in sorted(counts.items())]
