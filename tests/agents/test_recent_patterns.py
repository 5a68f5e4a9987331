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
    assert found["lookback_days"] == 28
    assert found["weekly_cycle"] == pytest.approx(1 - 32 / 7 / (32 - 2 * 32**0.5))
    assert "daily_cycle" not in found


@pytest.mark.parametrize("tz", ["Europe/Berlin", "America/New_York"])
def test_daily(tz: str) -> None:
    """All work between ten and noon by the wall clock is a strong day and no week, across summer time."""
    person = history((done(at(back, hour, tz)) for back in range(28) for hour in (10, 10.5, 11.5)), tz=tz)
    found = learned(AGENT, person)
    assert found["lookback_days"] == 14
    assert found["weekly_cycle"] == 0.0
    daily = found["daily_cycle"]
    assert isinstance(daily, float)
    assert daily > 0.8


@pytest.mark.parametrize("seed", range(20))
def test_chance_is_no_cycle(seed: int) -> None:
    """Completions scattered over the waking day by chance do not make a cycle worth a hint."""
    dice = Random(seed)
    person = history(done(at(dice.randrange(56), dice.uniform(7, 22.9))) for _ in range(80))
    found = infer(AGENT, person)
    assert all(isinstance(each.value, float | int) for each in found.values())
    weekly, daily = found["weekly_cycle"].value, found["daily_cycle"].value
    assert isinstance(weekly, float)
    assert isinstance(daily, float)
    assert max(weekly, daily) < 0.5


def test_one_day_of_clearing_up_is_no_habit() -> None:
    """Forty things ticked off in one afternoon make neither a week nor a day."""
    found = learned(AGENT, history(done(at(3, 14)) for _ in range(40)))
    assert (found["weekly_cycle"], found["daily_cycle"]) == (0.0, 0.0)


def test_little_and_garbage() -> None:
    """Nothing, one event and absurd times leave the defaults and no error."""
    for completions in ([], [done(NOW)], [done(NOW)] * 29, [done(10**30)] * 50):
        found = infer(AGENT, history(completions, events=1))
        assert [(each.value, each.error) for each in found.values()] == [(14, ""), (0.0, ""), (0.0, "")]


def test_says_the_weekday() -> None:
    """The stronger cycle speaks, with numbers from the features."""
    features = {"done.by_weekday": (4.0, 20.0, 4.0, 4.0, 4.0, 2.0, 2.0), "done.by_hour": by_place(24)}
    said = compute(AGENT, features, WEEK)
    assert text(said) == "Of 40 things finished, 20 fell on a Tuesday."
    assert said is not None
    assert said.weight == 0.35


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            by_place(24, at9=10, at10=12, at11=8, at20=10),
            "40 things finished at a known time, 30 fell between 09:00 and 12:00.",
        ),
        (
            by_place(24, at23=10, at0=12, at1=8, at12=10),
            "40 things finished at a known time, 30 fell between 23:00 and 02:00.",
        ),
    ],
)
def test_says_the_hours(row: tuple[float, ...], sentence: str) -> None:
    """Three hours in a row, also across midnight, counted among things with a known time."""
    features = {"done.by_weekday": (10.0,) * 7, "done.by_hour": row}
    assert text(compute(AGENT, features, DAY)) == f"Of {sentence}"


@pytest.mark.parametrize(("weekly", "count"), [(0.5, 99.0), (0.0, 99.0), (0.9, 29.0), (0.9, 0.0)])
def test_silent(weekly: float, count: float) -> None:
    """A strength of half or less is no hint, nor is a strong one that the features do not bear out."""
    features = {"done.by_weekday": by_place(7, at1=count), "done.by_hour": by_place(24)}
    assert compute(AGENT, features, {**WEEK, "weekly_cycle": weekly}) is None
