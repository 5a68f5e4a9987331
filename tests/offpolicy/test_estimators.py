"""Off-policy estimators: right on average, honest about where the live policy never went."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.offpolicy import estimators
from oo_cli.engine.offpolicy.estimators import ESTIMATORS, Sample

WORTH = (0.7, 0.4, 0.2)  # the true mean reward of three choices
LOGGING = (0.2, 0.5, 0.3)
TARGET = (0.6, 0.1, 0.3)
TRUTH = sum(chance * worth for chance, worth in zip(TARGET, WORTH, strict=True))

rewards = st.floats(0, 1)


def log(chance: random.Random, size: int, model: Sequence[float] = (0.0, 0.0, 0.0), per_day: int = 5) -> list[Sample]:
    """Decisions of the logging policy, with their rewards of 0 or 1, valued for the target policy."""
    expected = sum(p * q for p, q in zip(TARGET, model, strict=True))
    samples = []
    for at in range(size):
        (chosen,) = chance.choices(range(3), LOGGING)
        reward = float(chance.random() < WORTH[chosen])
        samples.append(Sample(reward, LOGGING[chosen], TARGET[chosen], model[chosen], expected, at // per_day))
    return samples


@given(st.lists(st.tuples(rewards, st.floats(0.01, 1), rewards), min_size=1, max_size=30))
def test_on_policy_every_estimate_is_the_mean(rows: list[tuple[float, float, float]]) -> None:
    """A policy valued on its own log has earned the mean reward, whatever a model says of it on average."""
    average = mean(model for _, _, model in rows)
    samples = [Sample(reward, chance, chance, model, average, 0) for reward, chance, model in rows]
    for name in ESTIMATORS:
        assert estimators.estimate(name, samples) == pytest.approx(mean(row[0] for row in rows), abs=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimates_are_right_on_average(name: str) -> None:
    """Over 300 simulated logs the mean estimate lies within four standard errors of the truth."""
    chance = random.Random(11)
    found = [estimators.estimate(name, log(chance, 200, (0.5, 0.5, 0.1))) or 0.0 for _ in range(300)]
    error = (pvariance(found) / len(found)) ** 0.5
    assert mean(found) == pytest.approx(TRUTH, abs=4 * error + 0.002)


def test_a_right_model_makes_doubly_robust_steadier() -> None:
    """With the true rewards as its model, DR varies less than IPS on the same logs."""
    chance = random.Random(5)
    logs = [log(chance, 100, WORTH) for _ in range(200)]
    spread = {name: pvariance([estimators.estimate(name, known) or 0.0 for known in logs]) for name in ("IPS", "DR")}
    assert spread["DR"] < 0.8 * spread["IPS"]


def test_intervals_cover_the_truth() -> None:
    """Over 200 simulated logs the 95 % interval of each estimator holds the truth in 90 to 99 % of them."""
    chance = random.Random(23)
    covered = dict.fromkeys(ESTIMATORS, 0)
    for _ in range(200):
        for value in estimators.values(log(chance, 200, WORTH), chance, rounds=200):
            covered[value.estimator] += value.interval.holds(TRUTH)
    assert all(180 <= count <= 198 for count in covered.values()), covered


def test_what_was_never_tried_is_not_covered() -> None:
    """A live policy that always does one thing cannot value another: the mean weight is not 1."""
    samples = [Sample(1.0, 1.0, float(at % 3 == 0), 0.0, 0.0, at) for at in range(60)]
    found = estimators.mean_weight(samples, random.Random(1))
    assert found is not None
    assert not found.holds(1.0)
    covered = estimators.mean_weight(log(random.Random(2), 500), random.Random(1))
    assert covered is not None
    assert covered.holds(1.0)


def test_clipping_bounds_a_weight_and_lowers_ips() -> None:
    """One lucky rare choice cannot carry the estimate."""
    samples = [Sample(1.0, 0.004, 1.0, 0.0, 0.0, 0), *(Sample(0.0, 0.996, 0.0, 0.0, 0.0, at) for at in range(1, 10))]
    assert estimators.weight(samples[0]) == estimators.CLIP
    assert estimators.estimate("IPS", samples) == pytest.approx(2.0)
    assert estimators.estimate("IPS", samples, clip=1e9) == pytest.approx(25.0)


def test_the_effective_size_counts_even_weights_fully() -> None:
    """Even weights count each sample; one weight that carries all counts as one; none as nothing."""
    even = [Sample(0.0, 0.5, 0.5, 0.0, 0.0, at) for at in range(10)]
    lonely = [Sample(0.0, 0.5, float(at == 0), 0.0, 0.0, at) for at in range(10)]
    assert estimators.effective_size(even) == pytest.approx(10)
    assert estimators.effective_size(lonely) == pytest.approx(1)
    assert estimators.effective_size([]) == 0


def test_without_agreement_snips_is_silent() -> None:
    """Where the target would never have done what was done, the self-normalised value does not exist."""
    samples = [Sample(1.0, 1.0, 0.0, 0.0, 0.0, 0)]
    assert estimators.estimate("SNIPS", samples) is None
    assert [value.estimator for value in estimators.values(samples, random.Random(1))] == ["IPS", "DR"]
