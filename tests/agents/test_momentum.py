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
    assert found["baseline_completions_per_day"] == 2.0
    assert found["stdev"] == pytest.approx(1.0184, abs=1e-4)
    assert found["engagement_trend"] == 0.0


def test_local_days_across_summer_time() -> None:
    """One a day just before local midnight is one a day, though a day in the window has 23 hours."""
    assert learned(AGENT, person(*[1] * 40))["stdev"] == 0.0


def test_trend() -> None:
    """From one a day to three a day is half of the way up, and back is the same way down."""
    assert learned(AGENT, person(*[1] * 14, *[3] * 14, 0))["engagement_trend"] == 0.5
    assert learned(AGENT, person(*[3] * 14, *[1] * 14, 0))["engagement_trend"] == -0.5


def test_young_history() -> None:
    """Days before the first completion are unknown, not idle."""
    assert learned(AGENT, person(*[2] * 16, 0))["baseline_completions_per_day"] == 2.0


def test_idle_days_count_once_there_was_work() -> None:
    """Idle days after older work are idle days."""
    assert learned(AGENT, person(5, *[0] * 14, *[2] * 14, 0))["baseline_completions_per_day"] == 1.0


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
    assert text(said) == "4 done so far today, above your usual 2.1."
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
        ([0.0] * 8, "0 done in the 7 days before today, below your usual 15."),
        ([1.0] + [0.0] * 7, "1 done in the 7 days before today, below your usual 15."),
        ([4.0] * 7 + [2.0], "28 done in the 7 days before today, above your usual 15."),
        ([2.0] * 8, ""),
    ],
)
def test_week(last: list[float], sentence: str) -> None:
    """With an ordinary today the past week speaks, if it was far from the usual."""
    assert text(compute(AGENT, days(*last), USUAL)) == sentence


def test_cold_start_is_never_called_usual() -> None:
    """Before anything is inferred, the usual is that of the features, not the default of one a day."""
    assert text(compute(AGENT, days(9.0))) == "9 done so far today, above your usual 2."


def test_even_history() -> None:
    """Someone with an even pace is not told of a wonder at the slightest change."""
    even = {**USUAL, "baseline_completions_per_day": 1.8, "stdev": 0.0}
    rhythm = (2.0, 2.0, 2.0, 2.0, 1.0)
    assert compute(AGENT, days(2.0, usual=rhythm), even) is None
    assert text(compute(AGENT, days(3.0, usual=rhythm), even)) == "3 done so far today, above your usual 1.8."


@pytest.mark.parametrize("row", [(0.0,) * 28, (0.0,) * 27 + (9.0,), (0.0,) * 20 + (5.0,) * 8])
def test_silent(row: tuple[float, ...]) -> None:
    """Without two known weeks there is no usual to compare with."""
    assert compute(AGENT, {"done.per_day": row}, USUAL) is None
