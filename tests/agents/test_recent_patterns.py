"""recent-patterns on people whose cycles are known."""

from __future__ import annotations

from random import Random

import pytest

from tests.agents.people import NOW, at, by_place, compute, done, history, infer, learned, text

AGENT = "recent-patterns"
WEEK = {"lookback_days": 28, "weekly_cycle": 0.7, "daily_cycle": 0.0}
DAY = {"lookback_days": 28, "weekly_cycle": 0.6, "daily_cycle": 0.7}


def test_weekly() -> None:
    """All work on Wednesdays is a strong week; nothing is said of hours that are not known."""
    found = learned(AGENT, history(done(at(back), timed=False) for back in range(0, 56, 7) for _ in range(8)))
    assert found == {"lookback_days": 28, "weekly_cycle": 1.0}


@pytest.mark.parametrize(
    ("week", "strength"), [((3, 3, 3, 3, 3, 0, 0), 1.0), ((4, 2, 2, 2, 2, 2, 2), 0.75), ((2, 2, 2, 2, 2, 2, 1), 0.462)]
)
def test_weekly_strength(week: tuple[int, ...], strength: float) -> None:
    """How far the farthest weekday is from the mean, up or down: free weekends are as much a cycle as busy Mondays."""
    # The last full day, yesterday, was a Tuesday.
    days = (done(at(back), timed=False) for back in range(1, 85) for _ in range(week[(1 - back + 1) % 7]))
    assert learned(AGENT, history(days))["weekly_cycle"] == pytest.approx(strength, abs=0.001)


def test_weeks_away_do_not_count() -> None:
    """Holidays that all begin on a Saturday are no weekly cycle."""
    gone = {back for start in (20, 62, 104, 146) for back in range(start - 9, start)}
    days = (done(at(back), timed=False) for back in range(180) if back not in gone for _ in range(2 + back % 3))
    assert learned(AGENT, history(days))["weekly_cycle"] == 0.0


@pytest.mark.parametrize("tz", ["Europe/Berlin", "America/New_York"])
def test_daily(tz: str) -> None:
    """All work between ten and noon by the wall clock is a strong day and no week, across summer time."""
    person = history((done(at(back, hour, tz)) for back in range(42) for hour in (10, 10.5, 11.5)), tz=tz)
    found = learned(AGENT, person)
    assert found["lookback_days"] == 14
    assert found["weekly_cycle"] == 0.0
    daily = found["daily_cycle"]
    assert isinstance(daily, float)
    assert daily > 0.8


def test_chance_is_no_cycle() -> None:
    """Completions scattered by chance over the waking day make a cycle worth a hint in about one life of a hundred."""
    strong = 0
    for seed in range(100):
        dice = Random(seed)
        person = history(done(at(dice.randrange(56), dice.uniform(7, 22.9))) for _ in range(80))
        found = learned(AGENT, person)
        weekly, daily = found["weekly_cycle"], found["daily_cycle"]
        assert isinstance(weekly, float)
        assert isinstance(daily, float)
        strong += max(weekly, daily) > 0.5
    assert strong <= 3


def test_one_day_of_clearing_up_is_no_habit() -> None:
    """Forty things ticked off in one afternoon make neither a week nor a day."""
    once = [done(at(3, 14)) for _ in range(40)]
    assert learned(AGENT, history(once)) == {"lookback_days": 14, "daily_cycle": 0.0}
    long_known = history([*once, done(at(60, 9))])
    assert learned(AGENT, long_known) == {"lookback_days": 14, "weekly_cycle": 0.0, "daily_cycle": 0.0}


def test_little_and_garbage() -> None:
    """Nothing, one event and absurd times leave the defaults and no error."""
    for completions in ([], [done(NOW)], [done(NOW)] * 29, [done(10**30)] * 50):
        found = infer(AGENT, history(completions, events=1))
        assert [(each.value, each.error) for each in found.values()] == [(14, ""), (0.0, ""), (0.0, "")]


def test_says_the_weekday() -> None:
    """The stronger cycle speaks, with numbers from the features."""
    features = {"done.by_weekday": (4.0, 20.0, 4.0, 4.0, 4.0, 2.0, 2.0), "done.by_hour": by_place(24)}
    said = compute(AGENT, features, WEEK)
    assert text(said) == "Tuesday is your strongest day: 20 of 40 things in 90 days."
    assert said is not None
    assert said.weight == 0.35


@pytest.mark.parametrize(
    ("by_weekday", "sentence"),
    [
        ((1.0, 1.0, 1.0, 1.0, 2.0, 20.0, 14.0), "Most things get done at the weekend: 34 of 40 in 90 days."),
        ((9.0, 8.0, 9.0, 9.0, 8.0, 2.0, 0.0), "Your weekends are mostly free: 2 of 45 things in 90 days."),
        ((9.0, 8.0, 2.0, 9.0, 8.0, 7.0, 7.0), "Wednesday is your quietest day: 2 of 50 things in 90 days."),
        ((6.0, 6.0, 6.0, 7.0, 6.0, 6.0, 6.0), ""),
    ],
)
def test_says_the_week(by_weekday: tuple[float, ...], sentence: str) -> None:
    """The weekend, the one busy or the one quiet day; nothing where the last 90 days do not bear the cycle out."""
    assert text(compute(AGENT, {"done.by_weekday": by_weekday, "done.by_hour": by_place(24)}, WEEK)) == sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (by_place(24, at9=10, at10=12, at11=8, at20=10), "09:00 to 12:00: 30 of 40 timed things in 90 days."),
        (by_place(24, at23=10, at0=12, at1=8, at12=10), "23:00 to 02:00: 30 of 40 timed things in 90 days."),
    ],
)
def test_says_the_hours(row: tuple[float, ...], sentence: str) -> None:
    """Three hours in a row, also across midnight, counted among things with a known time."""
    features = {"done.by_weekday": (10.0,) * 7, "done.by_hour": row}
    assert text(compute(AGENT, features, DAY)) == f"Your strongest hours are {sentence}"


def test_scattered_hours() -> None:
    """Hours that hold less than two things in five are not called the strongest."""
    row = by_place(24, at9=10, at10=8, at11=8, at14=12, at17=12, at20=20)
    assert compute(AGENT, {"done.by_weekday": (10.0,) * 7, "done.by_hour": row}, DAY) is None


@pytest.mark.parametrize(("weekly", "count"), [(0.5, 99.0), (0.0, 99.0), (0.9, 29.0), (0.9, 0.0)])
def test_silent(weekly: float, count: float) -> None:
    """A strength of half or less is no hint, nor is a strong one that the features do not bear out."""
    features = {"done.by_weekday": by_place(7, at1=count), "done.by_hour": by_place(24)}
    assert compute(AGENT, features, {**WEEK, "weekly_cycle": weekly}) is None
