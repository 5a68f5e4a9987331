"""momentum on people whose pace is known."""

from __future__ import annotations

import pytest

from oo_data.contracts.agent import UserHistory
from tests.agents.people import HOUR_MS, NOW, at, compute, done, history, infer, learned, text

AGENT = "momentum"
USUAL = {"engagement_trend": 0.0, "baseline_completions_per_day": 2.1, "stdev": 1.2}


def person(*per_day: int) -> UserHistory:
    """Someone with these completions per day, today last."""
    return history(
        done(at(len(per_day) - 1 - index, 23.9), timed=False)
        for index, number in enumerate(per_day)
        for _ in range(number)
    )


def days(*last: float, usual: tuple[float, ...] = (2.0, 1.0, 3.0)) -> dict[str, tuple[float, ...]]:
    """The feature: the usual rhythm, then these last days, today at the end."""
    return {"done.per_day": ((usual * 10)[: 28 - len(last)]) + last}


def test_known_truth() -> None:
    """Mean and sample deviation of the last 28 full days; today and what is older do not count."""
    found = learned(AGENT, person(*[9] * 10, *[1, 3] * 14, 50))
    assert found == {"baseline_completions_per_day": 2.0, "stdev": pytest.approx(1.0184, abs=1e-4)}


def test_local_days_across_summer_time() -> None:
    """One a day just before local midnight is one a day, though a day in the window has 23 hours."""
    assert learned(AGENT, person(*[1] * 40))["stdev"] == 0.0


def test_trend() -> None:
    """From about one a day to about three is half of the way up, and back is the same way down."""
    low, high = [1, 0, 2, 1] * 7, [3, 2, 4, 3] * 7
    assert learned(AGENT, person(*low, *high, 0))["engagement_trend"] == 0.5
    assert learned(AGENT, person(*high, *low, 0))["engagement_trend"] == -0.5


def test_no_trend() -> None:
    """What chance explains is no trend, nor is a window that merely holds more weekends."""
    assert learned(AGENT, person(*[2, 0, 3, 1] * 7, *[1, 3, 0, 3] * 7, 0))["engagement_trend"] == 0.0
    week = [5, 5, 5, 0, 0, 5, 5]
    assert learned(AGENT, person(*(week * 9)[-56:], 0))["engagement_trend"] == 0.0


def test_young_history() -> None:
    """Days before the first completion are unknown, not idle."""
    assert learned(AGENT, person(*[2] * 16, 0))["baseline_completions_per_day"] == 2.0


def test_idle_days_count() -> None:
    """Idle days between days of work are idle days."""
    assert learned(AGENT, person(*[2, 0] * 30, 0))["baseline_completions_per_day"] == 1.0


@pytest.mark.parametrize("away", [7, 14, 40])
def test_days_away_do_not_count(away: int) -> None:
    """A holiday or an illness lowers neither pace nor trend; after a long one the days before it stand in."""
    found = learned(AGENT, person(*[2, 3] * 60, *[0] * away, 2, 0))
    assert found["baseline_completions_per_day"] == pytest.approx(2.5, abs=0.1)
    assert found.get("engagement_trend", 0.0) == 0.0
    still_ill = learned(AGENT, person(*[2, 3] * 60, *[0] * away))
    assert still_ill["baseline_completions_per_day"] == pytest.approx(2.5, abs=0.1)


def test_free_weekends_are_no_holidays() -> None:
    """Days that are always empty belong to the person's pace."""
    assert learned(AGENT, person(*[3, 3, 3, 3, 3, 0, 0] * 12, 0))["baseline_completions_per_day"] == pytest.approx(
        15 / 7
    )


@pytest.mark.parametrize(("per_day", "known"), [([1] * 14, False), ([1] * 15, True), ([1, *[0] * 18, 8, 0], False)])
def test_thin(per_day: list[int], known: bool) -> None:
    """Fourteen full days and ten completions are needed."""
    assert bool(learned(AGENT, person(*per_day))) is known


def test_little_and_garbage() -> None:
    """Nothing, one event and absurd times leave the defaults and no error."""
    for completions in ([], [done(NOW)], [done(10**30)] * 50, [done(-(10**30))] * 50):
        found = infer(AGENT, history(completions, events=1))
        assert {each.error for each in found.values()} == {""}
        assert [each.value for each in found.values()] == [0.0, 1.0, 1.0]


def test_a_good_day() -> None:
    """A day well above the usual is said in numbers, weighed by its z-score."""
    said = compute(AGENT, days(4.0), USUAL)
    assert text(said) == "4 done today, about twice your usual 2.1."
    assert said is not None
    assert said.weight == pytest.approx((4 - 2.1) / 1.2 / 4, abs=0.001)
    assert said.expires_at == NOW + 4 * HOUR_MS


def test_today_ends_at_midnight() -> None:
    """A sentence about today does not live on into tomorrow."""
    said = compute(AGENT, days(4.0), USUAL, now=at(0, 23))
    assert said is not None
    assert said.expires_at == at(-1, 0)


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        ([0.0] * 8, ""),
        ([1.0] + [0.0] * 7, ""),
        ([1.0] * 5 + [0.0] * 3, "A quieter week: 5 done in the 7 days before today, usually about 15."),
        ([4.0] * 7 + [2.0], "28 done in the week before today, about twice your usual 15."),
        ([2.0] * 8, ""),
    ],
)
def test_week(last: list[float], sentence: str) -> None:
    """With an ordinary today the past week speaks, if it was far from the usual and no week away."""
    assert text(compute(AGENT, days(*last), USUAL)) == sentence


def test_cold_start_is_never_called_usual() -> None:
    """Before anything is inferred, the usual is that of the features, not the default of one a day."""
    assert text(compute(AGENT, days(9.0))) == "9 done today, more than three times your usual 2."


def test_even_history() -> None:
    """Someone with an even pace is not told of a wonder at the slightest change."""
    even = {**USUAL, "baseline_completions_per_day": 1.8, "stdev": 0.0}
    rhythm = (2.0, 2.0, 2.0, 2.0, 1.0)
    assert compute(AGENT, days(2.0, usual=rhythm), even) is None
    assert text(compute(AGENT, days(3.0, usual=rhythm), even)) == "3 done today, more than your usual 1.8."


def test_an_ordinary_busy_weekday() -> None:
    """A day that is busy every week is no news; one that beats its own kind is."""
    week = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6.0)
    pace = {"engagement_trend": 0.0, "baseline_completions_per_day": 0.9, "stdev": 2.0}
    assert compute(AGENT, {"done.per_day": week * 4}, pace) is None
    said = compute(AGENT, {"done.per_day": (*(week * 4)[:-1], 9.0)}, pace)
    assert text(said) == "9 done today; your usual is about 6 a week."


@pytest.mark.parametrize("row", [(0.0,) * 28, (0.0,) * 27 + (9.0,), (0.0,) * 20 + (5.0,) * 8])
def test_silent(row: tuple[float, ...]) -> None:
    """Without two known weeks there is no usual to compare with."""
    assert compute(AGENT, {"done.per_day": row}, USUAL) is None
