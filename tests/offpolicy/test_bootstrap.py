"""Intervals by cluster: they cover what they promise, and say nothing where there is nothing to say."""

from __future__ import annotations

import random
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.offpolicy.bootstrap import mean_interval, quantile, ratio_interval


def test_an_interval_covers_the_truth_nineteen_times_in_twenty() -> None:
    """Over 200 simulated logs of days that differ, the 95 % interval holds the true mean in 90 to 99 % of them."""
    chance = random.Random(7)
    covered = 0
    for _ in range(200):
        values = []
        for day in range(40):
            mood = chance.gauss(0, 0.3)
            values += [(day, 0.5 + mood + chance.gauss(0, 0.5)) for _ in range(chance.randint(1, 6))]
        found = ratio_interval(((day, value, 1.0) for day, value in values), chance, rounds=300)
        assert found is not None
        covered += found.holds(0.5)
    assert 180 <= covered <= 198


def test_both_ends_lie_two_standard_errors_off() -> None:
    """For 400 even-tempered days the interval is the one of normal theory, on both sides."""
    chance = random.Random(2)
    values = [chance.gauss(0, 1) for _ in range(400)]
    found = ratio_interval(((day, value, 1.0) for day, value in enumerate(values)), random.Random(3), rounds=4000)
    assert found is not None
    reach = 1.96 * pstdev(values) / 20
    assert (found.value - found.low, found.high - found.value) == pytest.approx((reach, reach), rel=0.07)


def test_days_that_hang_together_widen_the_interval() -> None:
    """Ten copies of each day's value are no more evidence than one."""
    values = [(day, float(day % 2)) for day in range(20)]
    once = mean_interval(values, random.Random(1))
    often = mean_interval(values * 10, random.Random(1))
    assert once == often


def test_one_day_says_nothing_of_others() -> None:
    """A single cluster has a value and no ends."""
    found = mean_interval([("monday", 1.0), ("monday", 0.0)], random.Random(1))
    assert found == (0.5, float("-inf"), float("inf"), 1)


def test_nothing_has_no_interval() -> None:
    """Without values, or with weights that are all zero, there is no estimate."""
    assert mean_interval([], random.Random(1)) is None
    assert ratio_interval([(1, 0.0, 0.0), (2, 0.0, 0.0)], random.Random(1)) is None


def test_the_same_seed_gives_the_same_interval() -> None:
    """A person who looks twice sees the same figures."""
    values = [(day, float(day % 3)) for day in range(30)]
    assert mean_interval(values, random.Random(3)) == mean_interval(values, random.Random(3))


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-5, 5)), min_size=1, max_size=40))
def test_an_interval_lies_within_what_was_seen(values: list[tuple[int, float]]) -> None:
    """No mean of a resample lies outside the values."""
    found = mean_interval(values, random.Random(0))
    assert found is not None
    if found.clusters > 1:
        least, most = min(value for _, value in values), max(value for _, value in values)
        assert least - 1e-9 <= found.low <= found.high <= most + 1e-9


@pytest.mark.parametrize(("share", "value"), [(0, 1.0), (0.5, 2.5), (0.25, 1.75), (1, 4.0)])
def test_quantiles_between_neighbours(share: float, value: float) -> None:
    """A quantile between two values lies evenly between them."""
    assert quantile([1.0, 2.0, 3.0, 4.0], share) == value
