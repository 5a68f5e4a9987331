"""What a task may take: the person's word before the source's before a guess, and guesses that follow the past."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.effort import AT_HAND, STEPS, SUITS, Effort, Efforts, fits, spread
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.signal import Stated
from oo_data.contracts.tip import Energy

MINUTE = 60_000
NOON = 1_796_000_000_000


def task(ref: str = "t", project: str | None = None, minutes: int | None = None, routine: bool = False) -> TaskFeatures:
    """One open task."""
    return TaskFeatures(ref, "todotxt", None, None, 1, project, (), None, routine, minutes, 3)


def ticks(
    pauses: list[float], project: str | None = None, start: int = NOON, timed: bool = True
) -> list[TaskCompletion]:
    """Completions with these pauses (minutes) between them."""
    at, found = start, []
    for number, pause in enumerate([0.0, *pauses]):
        at += round(pause * MINUTE)
        found.append(TaskCompletion(f"d{number}", "todotxt", at, timed, None, None, project, 1, False))
    return found


def test_the_persons_word_comes_first() -> None:
    """Nothing oO reads or guesses overrides what the person said of a task."""
    efforts = Efforts(ticks([60.0] * 50))
    assert efforts.of(task(minutes=90), Stated(20, "high")) == Effort(20, "high", "you", 0)
    assert efforts.of(task(minutes=90), Stated(None, "low")) == Effort(90, "low", "source", 0)
    assert efforts.of(task(minutes=90)) == Effort(90, "high", "source", 0)


def test_with_no_past_a_guess_is_modest() -> None:
    """A newcomer's task is neither a trifle nor a day's work."""
    assert Efforts([]).of(task()) == Effort(30, "medium", "guess", 0)


def test_a_project_is_guessed_from_its_own_pauses() -> None:
    """Short work and long work are told apart by where they belong."""
    done = [*ticks([10.0] * 120, "calls"), *ticks([90.0] * 120, "thesis", NOON + 10 * 24 * 60 * MINUTE)]
    efforts = Efforts(done)
    assert efforts.of(task(project="calls")).minutes == 10
    assert efforts.of(task(project="thesis")).minutes == 90
    assert efforts.of(task(project="thesis")).evidence == 120
    assert efforts.of(task(project="unknown")).evidence == 0


def test_a_routine_is_guessed_from_itself() -> None:
    """A routine of a slow project may still be a quick one, and is easy by habit."""
    slow = ticks([120.0] * 30, "house")
    quick = [c._replace(ref="water", recurring=True) for c in ticks([12.0] * 30, "house", NOON + 10**10)]
    found = Efforts([*slow, *quick]).of(task("water", "house", routine=True))
    assert (found.minutes, found.energy) == (15, "low")


def test_lists_ticked_off_at_once_and_days_apart_teach_nothing() -> None:
    """Pauses of seconds or of a night say nothing about how long a task took; nor do completions known by day only."""
    for pauses, timed in (([0.2] * 40, True), ([700.0] * 40, True), ([10.0] * 40, False)):
        assert Efforts(ticks(pauses, timed=timed)).of(task()).evidence == 0


@pytest.mark.parametrize(
    ("minutes", "energy", "expected"),
    [(None, None, True), (15, None, False), (30, None, True), (None, "low", False), (None, "high", True)],
)
def test_fitting(minutes: int | None, energy: Energy | None, expected: bool) -> None:
    """What takes longer than there is time, or more than there is energy, is not offered."""
    assert fits(Effort(30, "medium", "guess", 0), minutes, energy) is expected


EFFORTS = st.builds(Effort, st.sampled_from(STEPS), st.sampled_from(sorted(SUITS)), st.just("guess"), st.just(0))


@given(st.lists(EFFORTS, max_size=60), st.integers(0, 20))
def test_short_and_easy_tasks_are_kept_at_hand(efforts: list[Effort], depth: int) -> None:
    """Whoever has a quarter of an hour finds something for it, if anything on the list is that short."""
    kept = spread(efforts, depth)
    assert kept == sorted(set(kept))
    assert all(depth <= at < len(efforts) for at in kept)
    held = [*efforts[:depth], *(efforts[at] for at in kept)]
    wanted = min(AT_HAND, sum(effort.minutes <= 15 for effort in efforts))
    assert sum(effort.minutes <= 15 for effort in held) >= wanted


@given(st.lists(st.floats(0, 10_000), max_size=40), st.booleans())
def test_any_past_gives_a_round_guess(pauses: list[float], routine: bool) -> None:
    """However odd the past, a guess is a number of minutes that a person would say."""
    found = Efforts(ticks(pauses, "p")).of(task(project="p", routine=routine))
    assert found.minutes in STEPS
    assert 0 <= found.evidence <= len(pauses)
