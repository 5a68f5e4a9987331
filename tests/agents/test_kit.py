"""The kit's tools: local time across changes of the clock, circular means, statistics, wording."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oo_agents.kit import clock, stats, wording
from oo_agents.kit.clock import UTC, circular_mean, find_zone
from oo_agents.kit.history import lookback, recent
from tests.agents.people import BERLIN, HOUR_MS, NOW, TODAY, at, done, history

FLOATS = st.floats(-1e6, 1e6)
COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=24)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 500])
def test_no_zone(name: str) -> None:
    """An empty, unknown or hostile name is no zone, and no crash."""
    assert find_zone(name) is None


def test_local_time() -> None:
    """The same UTC hour is another local hour before and after the change to summer time."""
    zone = find_zone(BERLIN)
    assert zone is not None
    assert clock.hour(at(5, 9.5), zone) == clock.hour(at(1, 9.5), zone) == 9.5
    assert at(1, 9.5) - at(5, 9.5) == 4 * clock.DAY_MS - HOUR_MS
    assert clock.day(at(0, 0), zone) == clock.day(at(0, 23.9), zone) == TODAY.toordinal()
    assert clock.weekday(TODAY.toordinal()) == TODAY.weekday() == 2


@pytest.mark.parametrize(("days_ago", "hours"), [(3, 23), (2, 24), (157, 25)])
def test_end_of_day(days_ago: int, hours: int) -> None:
    """A day of 23, 24 or 25 hours ends at the next local midnight."""
    zone = find_zone(BERLIN)
    assert zone is not None
    start = at(days_ago, 0)
    assert clock.end_of_day(start, zone) - start == hours * HOUR_MS
    assert clock.end_of_day(start + hours * HOUR_MS - 1, zone) == start + hours * HOUR_MS


@pytest.mark.parametrize(
    ("hours", "mean", "agreement"),
    [
        ([9, 10, 11], 10, 0.98),
        ([23, 1], 0, 0.97),
        ([22, 23, 1, 2], 0, 0.92),
        ([5], 5, 1),
        ([0, 12], None, 0),
        ([], None, 0),
    ],
)
def test_circular_mean(hours: list[float], mean: float | None, agreement: float) -> None:
    """Hours around midnight meet at midnight, and opposite hours agree on nothing."""
    found, length = circular_mean(hours)
    assert length == pytest.approx(agreement, abs=0.01)
    if mean is not None:
        assert min(abs(found - mean), 24 - abs(found - mean)) == pytest.approx(0, abs=0.05)


@given(st.lists(st.floats(0, 23.99), min_size=1), st.floats(0, 24))
def test_circular_mean_turns(hours: list[float], turn: float) -> None:
    """Turning all hours turns the mean with them and leaves the agreement alone."""
    mean, agreement = circular_mean(hours)
    assume(agreement > 0.01)
    turned, same = circular_mean([hour + turn for hour in hours])
    assert 0 <= mean < 24.000001
    assert same == pytest.approx(agreement)
    assert math.cos((turned - mean - turn) * math.tau / 24) == pytest.approx(1)


@given(st.lists(FLOATS, min_size=2))
def test_statistics(values: list[float]) -> None:
    """Mean, spread, median and quartiles are those of the standard library."""
    assert stats.mean(values) == pytest.approx(statistics.fmean(values), abs=1e-6)
    assert stats.stdev(values) == pytest.approx(statistics.stdev(values), abs=1e-6)
    assert stats.median(values) == pytest.approx(statistics.median(values), abs=1e-6)
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    assert [stats.quantile(values, share / 4) for share in (1, 2, 3)] == pytest.approx(quartiles, abs=1e-6)


def test_statistics_of_little() -> None:
    """Nothing and one have a value, so that no agent divides by zero."""
    assert stats.mean([]) == stats.stdev([]) == stats.median([]) == stats.stdev([3]) == stats.peak_to_mean([]) == 0
    assert stats.mean([3]) == stats.median([3]) == 3


@pytest.mark.parametrize(
    ("counts", "strength"),
    [
        ([100] * 7, 0),
        ([0] * 7, 0),
        ([30, 0, 0, 0, 0, 0, 0], 0.775),
        ([4, 0], 0),
        ([400, 100, 100, 100], 0.514),
    ],
)
def test_peak_to_mean(counts: list[int], strength: float) -> None:
    """An even week has no cycle, one weekday alone is close to its most, a handful tells nothing."""
    assert stats.peak_to_mean(counts) == pytest.approx(strength, abs=0.001)


@given(COUNTS)
def test_peak_to_mean_is_a_share(counts: list[int]) -> None:
    """The strength lies in 0..1 and never above the plain peak to mean."""
    plain = (max(counts) - stats.mean(counts)) / max(counts) if any(counts) else 0
    assert 0 <= stats.peak_to_mean(counts) <= max(plain, 0) + 1e-9 <= 1 + 1e-9


def test_recent() -> None:
    """A window counts local days: all of today, nothing of tomorrow, and no matter what lies far out."""
    kept = [at(6, 0), at(0, 0), at(0, 23.9)]
    outside = [at(7, 23.9), at(-1, 0), 0, 10**30, -(10**30)]
    person = history(done(when) for when in outside + kept)
    assert [each.at for each in recent(person, 7)] == kept


@pytest.mark.parametrize(("every", "days"), [(0.4, 14), (0.9, 28), (2, 112), (7, 224), (12, 365)])
def test_lookback_grows(every: float, days: int) -> None:
    """The lookback doubles until it holds thirty completions, a year at most."""
    person = history(done(NOW - round(step * every * clock.DAY_MS)) for step in range(400))
    found = lookback(person)
    assert found is not None
    assert found[0] == days
    assert len(found[1]) >= 30


def test_lookback_of_little() -> None:
    """Fewer than thirty in a year are too few."""
    assert lookback(history(done(NOW) for _ in range(29))) is None
    assert lookback(history(done(at(366)) for _ in range(99))) is None


def test_unknown_zone_counts_utc_days() -> None:
    """Without a zone days are those of UTC."""
    person = history([done(NOW)], tz="Mars/Olympus")
    assert recent(person, 1) == recent(history([done(NOW)], tz="UTC"), 1) != ()
    assert UTC is not None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (wording.count(1, "task"), "1 task"),
        (wording.count(0, "task"), "0 tasks"),
        (wording.count(1.4, "day"), "1 day"),
        (wording.count(12.0, "day"), "12 days"),
        (wording.rounded(2.14), "2.1"),
        (wording.rounded(4.0), "4"),
        (wording.rounded(0.04), "0"),
        (wording.rounded(9.96), "10"),
        (wording.rounded(14.7), "15"),
        (wording.clock(9), "09:00"),
        (wording.clock(-1), "23:00"),
        (wording.clock(24), "00:00"),
    ],
)
def test_wording(said: str, expected: str) -> None:
    """Numbers read as a person would write them, one of a thing in the singular."""
    assert said == expected
