"""Habits read from completions: periods, rows, and how regular they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.features import habit
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.signal import HabitSignal
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY

TODAY = date(2026, 12, 1)


def done(ref: str, *days_ago: float, every: float | None = 1.0, routine: str | None = None) -> list[TaskCompletion]:
    """Completions of one repeating task, so many days ago."""
    return [
        TaskCompletion(
            ref, "todotxt", round(TUESDAY - ago * DAY), True, None, None, None, 1, True, None, (), every, routine
        )
        for ago in days_ago
    ]


def days(*ago: int) -> list[date]:
    """Days so many days ago, in order."""
    return sorted(TODAY - timedelta(days=back) for back in ago)


@pytest.mark.parametrize(
    ("ago", "every", "row"),
    [
        ((), 1, 0), ((0,), 1, 1), ((1,), 1, 1), ((2,), 1, 0), ((0, 1, 2, 4), 1, 3), ((1, 2, 3), 1, 3),
        ((0, 2, 4, 7), 2, 4), ((0, 2, 4, 8), 2, 3), ((3, 5), 2, 2), ((4, 6), 2, 0),
        ((0, 7, 14, 24), 7, 4), ((0, 7, 14, 25), 7, 3), ((0, 1, 7, 8), 7, 2), ((10, 17), 7, 2), ((11, 18), 7, 0),
        ((3, 34, 91), 30.44, 2), ((3, 33, 61), 30.44, 3),
    ],
)  # fmt: skip
def test_rows(ago: tuple[int, ...], every: float, row: int) -> None:
    """Half a period late keeps a row, more breaks it; twice within half a period is once; a missed one ends it."""
    assert habit.streak(days(*ago), every, TODAY) == row


def test_a_habit() -> None:
    """What a repeating task tells: its period, its days, its row, and how many pauses kept to the period."""
    found = habit.habits(done("a", 0, 0.1, 1, 2, 3, 6), TUESDAY, BERLIN)
    assert found == (HabitSignal("a", 1.0, 5, 4, TUESDAY, 0.75),)


def test_occurrences_are_one_habit() -> None:
    """Where each occurrence has a name of its own, what they share names the habit; what does not repeat is none."""
    once = [done("c", 0)[0]._replace(recurring=False)]
    found = habit.habits([*done("a1", 2, routine="a"), *done("a2", 1, routine="a"), *once], TUESDAY, BERLIN)
    assert [(signal.ref, signal.streak) for signal in found] == [("a", 2)]


def test_a_period_nobody_states() -> None:
    """It is the median pause once there are three days; before that there is no habit."""
    assert habit.habits(done("a", 7, 14, every=None), TUESDAY, BERLIN) == ()
    (found,) = habit.habits(done("a", 2, 9, 16, 24, every=None), TUESDAY, BERLIN)
    assert (found.every_days, found.streak, found.regularity) == (7.0, 4, 1.0)
    (often,) = habit.habits(done("a", 0, 1, every=0.25), TUESDAY, BERLIN)
    assert often.every_days == 1.0


def test_days_are_local() -> None:
    """Late on one evening and early the next morning are two days, also across a change of summer time."""
    autumn = 1_792_965_600_000  # 2026-10-25T00:00 in Berlin, a day of 25 hours
    at = [autumn - HOUR, autumn + 24 * HOUR, autumn + 26 * HOUR]
    each = [done("a", 0)[0]._replace(at=ms) for ms in at]
    (found,) = habit.habits(each, autumn + 27 * HOUR, BERLIN)
    assert (found.done, found.streak) == (3, 3)


def test_only_rows_worth_telling_become_a_feature() -> None:
    """From three on, by the open task where there is one; the future is not counted."""
    task = TaskFeatures("open", "todotxt", None, None, 1, None, (), None, True, None, 1, routine_ref="a")
    history = [*done("x", 0, 1, 2, -1, routine="a"), *done("b", 0, 1), *done("c", 0, 1, 2)]
    (feature,) = habit.features(history, [task], TUESDAY, BERLIN)
    assert (feature.key, feature.value, feature.provenance) == ("habit.streaks", {"open": 3.0, "c": 3.0}, ("todotxt",))
    assert feature.fresh_until == TUESDAY + DAY


@given(st.lists(st.integers(0, 60), unique=True), st.sampled_from([1, 2, 3, 7, 30.44]))
def test_any_history(ago: list[int], every: float) -> None:
    """A row is never longer than the days, shrinks when days are taken out, and a day more of silence adds nothing."""
    row = habit.streak(days(*ago), every, TODAY)
    assert 0 <= row <= len(ago)
    assert habit.streak(days(*ago), every, TODAY + timedelta(days=1)) in (0, row)
    if row:
        assert habit.streak(days(*sorted(ago)[:1]), every, TODAY) == 1
