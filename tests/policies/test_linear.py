"""Bayesian linear regression without a library: the closed form, and what it forgets."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.policies import linear

PRIOR = (0.2, -0.1, 0.0)
vectors = st.tuples(*(st.floats(0, 1) for _ in PRIOR))


def test_before_any_observation_the_prior_stands() -> None:
    """The mean of the fresh model is its prior."""
    assert linear.weights(linear.fresh(PRIOR)) == pytest.approx(PRIOR)


@given(st.lists(st.tuples(vectors, st.floats(0, 1)), max_size=30))
def test_the_mean_solves_the_normal_equations(seen: list[tuple[tuple[float, ...], float]]) -> None:
    """Whatever was seen, precision times mean is the moment: the Cholesky solution is exact."""
    model = linear.fresh(PRIOR)
    for x, y in seen:
        model = linear.learn(model, PRIOR, x, y)
    mean = linear.weights(model)
    size = len(PRIOR)
    for row in range(size):
        assert sum(model.precision[row * size + at] * mean[at] for at in range(size)) == pytest.approx(
            model.moment[row], abs=1e-9
        )
    assert model.seen == len(seen)


def test_it_finds_the_weights_behind_noisy_outcomes() -> None:
    """A thousand observations bring the mean to within a tenth of the truth."""
    chance, truth = random.Random(4), (0.6, 0.3, -0.4)
    model = linear.fresh(PRIOR)
    for _ in range(1000):
        x = tuple(chance.random() for _ in truth)
        y = sum(a * b for a, b in zip(x, truth, strict=True)) + chance.gauss(0, 0.2)
        model = linear.learn(model, PRIOR, x, y)
    assert linear.weights(model) == pytest.approx(truth, abs=0.1)


def test_what_is_no_longer_seen_fades_back_to_the_prior() -> None:
    """A weight learnt long ago and not met since returns to what was expected at first."""
    model = linear.fresh(PRIOR)
    for _ in range(50):
        model = linear.learn(model, PRIOR, (1.0, 0.0, 0.0), 1.0)
    learnt = linear.weights(model)[0]
    for _ in range(3000):
        model = linear.learn(model, PRIOR, (0.0, 0.0, 1.0), 0.5)
    assert learnt > 0.9
    assert linear.weights(model)[0] == pytest.approx(PRIOR[0], abs=0.05)
