"""What another policy would have earned, estimated from what the live one did.

Each sample is one decision whose first tip was seen: its reward r, the probability p with which the live policy chose
it, the probability t with which the target policy would have, and what a reward model expects. With w = t / p:

IPS     mean of w r                          (Horvitz & Thompson 1952)
SNIPS   sum of w r / sum of w                (Swaminathan & Joachims 2015)
DR      mean of m + w (r - q)                (Dudík, Langford & Li 2011)

where q is the model's reward of what was shown and m its expectation under the target. Weights are clipped at `CLIP`
(Ionides 2008): that bounds the variance and, rewards being at least 0, can only lower IPS; DR loses nothing where the
model is right. Without clipping, IPS and DR are unbiased where the live policy could have chosen whatever the target
might; the mean weight, whose expectation is then 1, shows where it could not.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from oo_cli.engine.offpolicy.bootstrap import ROUNDS, Interval, ratio_interval

CLIP = 20.0
ESTIMATORS = ("IPS", "SNIPS", "DR")


class Sample(NamedTuple):
    """One decision. `propensity` is in (0, 1]; `model` is the model's reward of what was shown.

    `expected` is the model's expectation under the target policy; decisions of one `cluster` (a day) hang together.
    """

    reward: float
    propensity: float
    target: float
    model: float
    expected: float
    cluster: Hashable


class Value(NamedTuple):
    """An estimate, with the number of evenly weighted samples that would tell as much."""

    estimator: str
    interval: Interval
    effective: float


def weight(sample: Sample, clip: float = CLIP) -> float:
    """The clipped importance weight."""
    return min(sample.target / sample.propensity, clip)


def parts(estimator: str, sample: Sample, clip: float = CLIP) -> tuple[float, float]:
    """A sample's share in numerator and denominator; an estimate is the ratio of their sums."""
    w = weight(sample, clip)
    if estimator == "IPS":
        return w * sample.reward, 1.0
    if estimator == "SNIPS":
        return w * sample.reward, w
    return sample.expected + w * (sample.reward - sample.model), 1.0


def estimate(estimator: str, samples: Sequence[Sample], clip: float = CLIP) -> float | None:
    """The estimated mean reward under the target policy; None where no sample bears on it."""
    pairs = [parts(estimator, sample, clip) for sample in samples]
    below = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / below if below else None


def effective_size(samples: Sequence[Sample], clip: float = CLIP) -> float:
    """Kish's effective sample size: the squared sum of weights over the sum of squared weights; 0 without any."""
    weights = [weight(sample, clip) for sample in samples]
    squares = sum(w * w for w in weights)
    return sum(weights) ** 2 / squares if squares else 0.0


def mean_weight(samples: Sequence[Sample], chance: random.Random) -> Interval | None:
    """The mean unclipped weight; it expects 1 where the live policy covers what the target would do, else less."""
    return ratio_interval(((s.cluster, s.target / s.propensity, 1.0) for s in samples), chance)


def values(samples: Sequence[Sample], chance: random.Random, clip: float = CLIP, rounds: int = ROUNDS) -> list[Value]:
    """Every estimate that can be made, with its interval."""
    found = []
    size = effective_size(samples, clip)
    for name in ESTIMATORS:
        pairs = ((sample.cluster, *parts(name, sample, clip)) for sample in samples)
        interval = ratio_interval(pairs, chance, rounds)
        if interval is not None:
            found.append(Value(name, interval, size))
    return found
