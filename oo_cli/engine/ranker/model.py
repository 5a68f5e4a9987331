"""A softmax over the open list whose weights start from many people and move towards one.

The chance of a task is exp(row · w) over the sum for the list (conditional logit: McFadden 1973). The weights have a
Gaussian posterior, mean and full covariance, that begins at the shipped prior. A decision with several right answers
has the likelihood of their sum. Each decision is one step of an extended Kalman filter in which the curvature is the
outer product of the gradient (the empirical Fisher information), so that the update costs d² and stays positive
definite by Sherman and Morrison. Between decisions both mean and covariance drift back to the prior.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from math import exp, fsum, isfinite
from operator import mul
from pathlib import Path
from typing import NamedTuple

from oo_cli.engine.ranker.terms import NAMES
from oo_cli.engine.when import DAY_MS

VERSION = 1
HARDEST = 200  # of a longer list, only the likeliest are learnt against
HALF_LIFE_MS = 730 * DAY_MS  # half of what was learnt has drifted back to the prior after two years
DRIFT_MS = 7 * DAY_MS  # the drift is applied in steps of at least a week
DIGITS = 7


class Prior(NamedTuple):
    """What ships: the mean weight of each term (d), and how far a person may be from it (variance of each weight)."""

    mean: tuple[float, ...]
    variance: float
    temperature: float


@cache
def shipped() -> Prior:
    """The prior made by `benchmarks/train_ranker.py`; a term that it does not know weighs nothing."""
    held = json.loads(Path(__file__).with_name("prior.json").read_text(encoding="utf-8"))
    weights = held["weights"]
    return Prior(tuple(weights.get(name, 0.0) for name in NAMES), held["variance"], held["temperature"])


class Model:
    """The posterior of one person's weights. Rows are those of `terms`: d finite numbers each.

    `seen` counts the decisions learnt from, `at` is the time of the last one (UTC ms, 0 before the first).
    """

    __slots__ = ("_covariance", "_drifted", "_prior", "at", "mean", "seen")

    def __init__(self, prior: Prior) -> None:
        size = len(prior.mean)
        self._prior = prior
        self.mean = list(prior.mean)
        self._covariance = [[prior.variance if i == j else 0.0 for j in range(size)] for i in range(size)]
        self.seen = 0
        self.at = self._drifted = 0

    @classmethod
    def prior(cls) -> Model:
        """A person of whom nothing is known yet."""
        return cls(shipped())

    @property
    def temperature(self) -> float:
        """What logits are divided by before they are chances."""
        return self._prior.temperature

    def logits(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Row times weights, for each row."""
        mean = self.mean
        return [sum(map(mul, row, mean)) for row in rows]

    def probabilities(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """The chance of each row to be what comes next, calibrated; they sum to one."""
        return softmax([logit / self.temperature for logit in self.logits(rows)])

    def learn(self, rows: Sequence[Sequence[float]], right: Collection[int], at: int) -> None:
        """Take in one decision: the list as it was, the indexes of what was done, and when (UTC ms).

        Decisions are handed in by rising time. Nothing is learnt where there was no choice.
        """
        if not 0 < len(right) < len(rows):
            return
        self._drift(at)
        self.seen, self.at = self.seen + 1, at
        logits = self.logits(rows)
        kept = _hardest(logits, right)
        chances = softmax([logits[index] for index in kept])
        wanted = _share([index in right for index in kept], [logits[index] for index in kept])
        pull = [target - chance for target, chance in zip(wanted, chances, strict=True)]
        columns = zip(*(rows[index] for index in kept), strict=True)
        self._step([sum(map(mul, column, pull)) for column in columns])

    def _step(self, gradient: Sequence[float]) -> None:
        """One update of the filter along a gradient of the log-likelihood (d)."""
        covariance, mean = self._covariance, self.mean
        moved = [sum(map(mul, row, gradient)) for row in covariance]
        shrink = 1.0 + max(0.0, sum(map(mul, gradient, moved)))
        for index, amount in enumerate(moved):
            if amount == 0.0:
                continue
            part = amount / shrink
            mean[index] += part
            row = covariance[index]
            covariance[index] = [held - part * other for held, other in zip(row, moved, strict=True)]

    def _drift(self, at: int) -> None:
        """Let mean and covariance return towards the prior by the time since the last drift."""
        if not self._drifted:
            self._drifted = at
        if at - self._drifted < DRIFT_MS:
            return
        kept = 0.5 ** ((at - self._drifted) / HALF_LIFE_MS)
        self._drifted = at
        self.mean = [kept * held + (1 - kept) * first for held, first in zip(self.mean, self._prior.mean, strict=True)]
        for index, row in enumerate(self._covariance):
            faded = [kept * held for held in row]
            faded[index] += (1 - kept) * self._prior.variance
            self._covariance[index] = faded

    def to_json(self) -> str:
        """The posterior as numbers; the covariance as its lower half, row by row."""
        half = [_short(held) for index, row in enumerate(self._covariance) for held in row[: index + 1]]
        mean = [_short(held) for held in self.mean]
        held = {"version": VERSION, "terms": list(NAMES), "mean": mean, "covariance": half, "seen": self.seen}
        return json.dumps({**held, "at": self.at, "drifted": self._drifted}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Model | None:
        """The posterior that was kept, or None where it is of other terms or of another version: learn it anew."""
        held = json.loads(text)
        if held.get("version") != VERSION or held.get("terms") != list(NAMES):
            return None
        model, covariance = cls.prior(), held["covariance"]
        size = len(NAMES)
        numbers = (*held["mean"], *covariance, held["seen"], held["at"], held["drifted"])
        if len(held["mean"]) != size or len(covariance) != size * (size + 1) // 2 or not all(map(isfinite, numbers)):
            raise ValueError("not a posterior")
        model.mean, model.seen, model.at = held["mean"], held["seen"], held["at"]
        model._drifted = held["drifted"]
        half = iter(covariance)
        for i, row in enumerate(model._covariance):
            for j in range(i + 1):
                row[j] = model._covariance[j][i] = next(half)
        return model


def softmax(logits: Sequence[float]) -> list[float]:
    """Chances in proportion to exp(logit); safe for logits of any finite size."""
    if not logits:
        return []
    top = max(logits)
    parts = [exp(logit - top) for logit in logits]
    total = fsum(parts)
    return [part / total for part in parts]


def _hardest(logits: Sequence[float], right: Collection[int]) -> list[int]:
    """The indexes to learn from, rising: all of a short list, else the right ones and the likeliest others."""
    if len(logits) <= HARDEST:
        return list(range(len(logits)))
    likely = sorted(range(len(logits)), key=lambda index: -logits[index])[:HARDEST]
    return sorted({*likely, *right})


def _share(right: Sequence[bool], logits: Sequence[float]) -> list[float]:
    """The chances of the right ones among themselves, zero for the others."""
    inner = iter(softmax([logit for logit, good in zip(logits, right, strict=True) if good]))
    return [next(inner) if good else 0.0 for good in right]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
