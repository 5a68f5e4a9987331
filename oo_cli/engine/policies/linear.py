"""Bayesian linear regression, one observation at a time, in plain Python.

With a Gaussian prior N(m, s²/k I) and noise s² the posterior mean is that of ridge regression towards m with penalty k
(Bishop, Pattern Recognition and Machine Learning, §3.3). It is kept as precision A and moment b: mean = A⁻¹ b, from
A = k I and b = k m. Each observation first moves both back towards the prior by `DECAY`, so that what was learnt long
ago fades, and then adds x xᵀ and y x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

DECAY = 0.998  # half of what was learnt is forgotten after 346 further observations
STRENGTH = 4.0  # the prior counts as four observations of each feature at its full value


class Linear(NamedTuple):
    """What is known of the weights: `precision` row by row (d x d), `moment` (d), observations made."""

    precision: tuple[float, ...]
    moment: tuple[float, ...]
    seen: int


def fresh(prior: Sequence[float]) -> Linear:
    """Nothing seen yet: the prior mean of each weight."""
    size = len(prior)
    diagonal = tuple(STRENGTH if at // size == at % size else 0.0 for at in range(size * size))
    return Linear(diagonal, tuple(STRENGTH * mean for mean in prior), 0)


def learn(model: Linear, prior: Sequence[float], x: Sequence[float], y: float) -> Linear:
    """The model after one more observation of features `x` (d) and outcome `y`."""
    size = len(x)
    start = fresh(prior)
    precision = tuple(
        DECAY * known + (1 - DECAY) * first + x[at // size] * x[at % size]
        for at, (known, first) in enumerate(zip(model.precision, start.precision, strict=True))
    )
    moment = tuple(
        DECAY * known + (1 - DECAY) * first + y * value
        for known, first, value in zip(model.moment, start.moment, x, strict=True)
    )
    return Linear(precision, moment, model.seen + 1)


def weights(model: Linear) -> tuple[float, ...]:
    """The posterior mean of the weights (d), by Cholesky; the precision is positive definite by construction."""
    size = len(model.moment)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = model.precision[i * size + j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(rest) if i == j else rest / lower[j][j]
    forward = [0.0] * size
    for i in range(size):
        forward[i] = (model.moment[i] - sum(lower[i][k] * forward[k] for k in range(i))) / lower[i][i]
    mean = [0.0] * size
    for i in reversed(range(size)):
        mean[i] = (forward[i] - sum(lower[k][i] * mean[k] for k in range(i + 1, size))) / lower[i][i]
    return tuple(mean)
