"""The kit's tools: local time across changes of the clock, hours on their circle, statistics, wording."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents.kit import circle, clock, stats, wording
from oo_agents.kit.clock import UTC, find_zone
from oo_agents.kit.history import full_days, lookback, recent, ticks
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


def test_midnights() -> None:
    """Local days of 23, 24 and 25 hours, today the last, then tomorrow."""
    zone = find_zone(BERLIN)
    assert zone is not None
    begins = clock.midnights(NOW, zone, 5)
    assert begins == [at(back, 0) for back in range(4, -2, -1)]
    assert [after - before for before, after in pairwise(begins)].count(23 * HOUR_MS) == 1


def spread(*hours: float, weight: float = 1.0) -> list[tuple[float, float]]:
    """Hours of the same weight."""
    return [(hour, weight) for hour in hours]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([9.5, 10, 10.5] * 10, 10),
        ([23.5, 0, 0.5] * 10, 0),
        ([8, 9] * 10 + [20] * 12, 8.5),
        ([8, 9] * 10 + [20] * 40, 20),
        ([float(hour) for hour in range(24)] * 9, None),
        ([], None),
    ],
)
def test_mode(hours: list[float], expected: float | None) -> None:
    """Where most lies, also across midnight; nowhere on an even day or with too little."""
    found = circle.mode(spread(*hours))
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert abs((found - expected + 12) % 24 - 12) <= 0.5


def test_mode_by_chance() -> None:
    """Hours drawn evenly have a mode in at most three of a hundred samples."""
    dice = Random(5)
    found = [circle.mode(spread(*(dice.uniform(0, 24) for _ in range(40)))) for _ in range(100)]
    assert sum(each is not None for each in found) <= 3


@given(st.lists(st.floats(8, 11.99), min_size=20, max_size=40), st.integers(0, 23))
def test_mode_turns(hours: list[float], turn: int) -> None:
    """Turning all hours turns the mode with them; of two that tie either will do."""
    found, turned = circle.mode(spread(*hours)), circle.mode(spread(*((hour + turn) % 24 for hour in hours)))
    assert found is not None
    assert turned is not None
    assert any(abs(hour - (turned - turn) % 24) < 1.5 for hour in hours)


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        ([0] * 9, (22, 9)),
        ([0, 0, 0, 1, 0, 0, 0, 0, 0], (22, 9)),
        ([2, 0, 0, 0, 0, 0, 0, 0, 0], (23, 8)),
        ([0, 0, 0, 20, 0, 0, 0, 0, 0], (2, 5)),
        ([20] * 9, None),
    ],
)
def test_quiet_run(night: list[int], expected: tuple[int, int] | None) -> None:
    """The run from 22 to 7, which a stray tick does not break and a busy hour does; none on an even day."""
    by_hour = [20.0] * 24
    for index, count in enumerate(night):
        by_hour[(22 + index) % 24] = count
    if night[0] == 2:
        by_hour[22] = 6
    assert circle.quiet_run(by_hour) == expected


def test_quiet_run_of_little() -> None:
    """Ten completions leave most hours empty, and that is no rest."""
    assert circle.quiet_run([1.0 if hour in range(8, 18) else 0.0 for hour in range(24)]) is None
    assert circle.quiet_run([0.0] * 24) is None


def weekly(*hours: int, weight: float = 5.0) -> list[float]:
    """One week with as much at each of these hours."""
    return [weight if hour in hours else 0.0 for hour in range(24)]


def test_turn() -> None:
    """Weeks whose day lies three hours on are told with the turn; older ones are what is turned."""
    before, after = weekly(9, 10, 14, 20), weekly(12, 13, 17, 23)
    assert circle.turn([after] * 4 + [before] * 12) == (4, 3)
    assert circle.turn([before] * 8 + [after] * 8) == (8, 21)


@pytest.mark.parametrize(
    "weeks",
    [
        [],
        [weekly(9, 10)] * 20,
        [weekly(9, 10)] * 2,
        [weekly(9, 10), weekly(17, 18)] * 10,
        [weekly(9, 10), weekly(17, 18), weekly(1, 2)] * 7,
        [weekly(10, 11)] * 4 + [weekly(9, 10)] * 12,
        [weekly(17, 18, weight=0.5)] * 4 + [weekly(9, 10)] * 12,
    ],
    ids=["none", "steady", "short", "two shifts", "three shifts", "one hour", "thin"],
)
def test_no_turn(weeks: list[list[float]]) -> None:
    """Steady weeks, shifts, a summer's hour and thin evidence are no move."""
    assert circle.turn(weeks) is None


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


def test_standard_errors() -> None:
    """Welch's statistic by hand, its sign, and none where nothing varies."""
    assert stats.standard_errors([1, 2, 3], [4, 5, 6]) == pytest.approx(3 / math.sqrt(2 / 3))
    assert stats.standard_errors([4, 5, 6], [1, 2, 3]) == pytest.approx(-3 / math.sqrt(2 / 3))
    assert stats.standard_errors([2, 2], [3, 3]) == 0


def test_chance_of_week() -> None:
    """By chance a share p of weeks has a chance below p; a clear cycle has none, and an empty past tells nothing."""
    chances = []
    for seed in range(400):
        dice = Random(seed)
        chances.append(stats.chance_of_week([[dice.choice((0, 0, 1, 2, 5)) for _ in range(7)] for _ in range(26)]))
    assert sum(chance < 0.5 for chance in chances) / 400 == pytest.approx(0.5, abs=0.08)
    assert sum(chance < 0.05 for chance in chances) / 400 == pytest.approx(0.05, abs=0.03)
    assert stats.chance_of_week([[2, 0, 0, 0, 0, 0, 0]] * 10) < 1e-6
    assert stats.chance_of_week([]) == stats.chance_of_week([[3] * 7] * 9) == 1


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


def test_ticks() -> None:
    """Local hours with days ago, none without a time; a sitting of four weighs as much as two."""
    person = history([*(done(at(3, 9.5)) for _ in range(4)), done(at(1, 22)), done(at(1, 12), timed=False)])
    found = ticks(person)
    assert [(tick.ago, tick.hour) for tick in found] == [(3, 9.5)] * 4 + [(1, 22.0)]
    assert sum(tick.weight for tick in found) == pytest.approx(2 + 1)


def test_ticks_on_days_of_another_length() -> None:
    """On the day of 23 hours and on that of 25 the wall clock counts."""
    person = history([done(at(157, 12)), done(at(3, 12)), done(at(3, 1))])
    assert [tick.hour for tick in ticks(person)] == [12, 1, 12]


def test_full_days() -> None:
    """Yesterday is the last, the first completion's day the first; empty days count, today and days away do not."""
    found = full_days(history(done(at(back)) for back in (0, 1, 1, 3)))
    assert [(each.ago, each.done) for each in found] == [(3, 1), (2, 0), (1, 2)]
    assert [each.weekday for each in found] == [6, 0, 1]
    away = full_days(history(done(at(back)) for back in range(80) if not 20 <= back < 30))
    assert {each.ago for each in away} == set(range(1, 80)) - set(range(20, 30))
    assert full_days(history()) == full_days(history([done(NOW)])) == ()


def test_a_gap_by_chance() -> None:
    """Someone with three completions a week may well do nothing for a week."""
    known = {each.ago for each in full_days(history(done(at(back)) for back in range(0, 180, 7) for _ in range(3)))}
    assert len(known) == 175


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
        (wording.compared(3, 2.1), "more than your usual 2.1"),
        (wording.compared(4, 2.1), "about twice your usual 2.1"),
        (wording.compared(6, 2.0), "about three times your usual 2"),
        (wording.compared(9, 2.0), "more than three times your usual 2"),
        (wording.clock(9), "09:00"),
        (wording.clock(-1), "23:00"),
        (wording.clock(24), "00:00"),
    ],
)
def test_wording(said: str, expected: str) -> None:
    """Numbers read as a person would write them, one of a thing in the singular."""
    assert said == expected
