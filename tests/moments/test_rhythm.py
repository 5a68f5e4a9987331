"""The timing model: it learns hours, keeps to the past, comes back from its text, and is quick."""

from __future__ import annotations

import json
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.moments.habits import DAY_SLOTS, NAMES, SLOT_MS
from oo_cli.engine.moments.prior import shipped
from oo_cli.engine.moments.rhythm import AHEAD_MS, Rhythm
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from tests.moments.people import MIDNIGHT, punctual, scattered
from tests.unit.examples import BERLIN, NOW


def chance(rhythm: Rhythm, hour: float, day: int = 0, now: int = NOW) -> float:
    """The probability at an hour of today (0) or tomorrow (1)."""
    return rhythm.probability(MIDNIGHT + day * DAY_MS + int(hour * HOUR_MS), now, BERLIN)


def test_nobody_is_known_without_a_past() -> None:
    """Someone who never completed anything is expected to complete nothing."""
    assert Rhythm.of([], NOW, BERLIN).probability(NOW, NOW, BERLIN) == 0.0


def test_a_usual_hour_is_likelier_today_and_tomorrow() -> None:
    """The evening hour stands out before it comes, and the hour before it does not."""
    rhythm = Rhythm.of(punctual(), NOW, BERLIN)
    for day in (0, 1):
        assert chance(rhythm, 18, day) > 3 * chance(rhythm, 15, day)
    assert chance(rhythm, 18) > 0.2


def test_having_just_done_something_makes_more_of_it_likely() -> None:
    """The same person at the same hour is likelier to go on than to begin."""
    random = Random(3)
    starts = (NOW - day * DAY_MS - random.randrange(10 * HOUR_MS) for day in range(1, 40))
    done = sorted(start + step * SLOT_MS for start in starts for step in range(4))
    idle = Rhythm.of(done, NOW, BERLIN)
    at_work = Rhythm.of([*done, NOW - SLOT_MS, NOW - 1], NOW, BERLIN)
    assert at_work.probability(NOW, NOW, BERLIN) > 3 * idle.probability(NOW, NOW, BERLIN)


def test_the_weights_follow_the_person() -> None:
    """Half a year of someone far from the prior brings the predictions closer to what they do."""
    done = punctual(170)
    fixed = shipped()._replace(spread=(0.0,) * len(NAMES))
    learned, prior = Rhythm.of(done, NOW, BERLIN), Rhythm.of(done, NOW, BERLIN, fixed)
    assert prior.mean == list(shipped().mean)
    assert chance(learned, 18) > chance(prior, 18)
    assert chance(learned, 13) < chance(prior, 13)
    assert all(after < before**2 + 1e-12 for after, before in zip(learned.variance, shipped().spread, strict=True))


@given(st.integers(0, 4), st.integers(1, 96))
def test_the_future_is_not_known(seed: int, cut: int) -> None:
    """A forecast made then is the same whatever has happened since."""
    done = scattered(seed, 60, 10)
    now = NOW - cut * SLOT_MS
    known = Rhythm.of([at for at in done if at <= now], now, BERLIN)
    assert Rhythm.of(done, now, BERLIN).probability(now, now, BERLIN) == known.probability(now, now, BERLIN)


@given(st.lists(st.integers(1, 20 * DAY_SLOTS * 30), min_size=1, max_size=8))
def test_living_on_is_the_same_as_starting_anew(minutes: list[int]) -> None:
    """However often it is brought up to date, also within a half hour, it knows what one look would tell."""
    done, begin = scattered(5, 80, 30), NOW - 20 * DAY_MS
    times = sorted({begin + minute * MINUTE_MS for minute in minutes} | {NOW})
    rhythm, told = Rhythm.of([at for at in done if at <= begin], begin, BERLIN), begin
    for now in times:
        rhythm.learn([at for at in done if told < at <= now], now, BERLIN)
        told = now
    whole = Rhythm.of(done, NOW, BERLIN)
    assert rhythm.mean == pytest.approx(whole.mean)
    assert rhythm.probability(NOW, NOW, BERLIN) == pytest.approx(whole.probability(NOW, NOW, BERLIN))


def test_the_current_half_hour_counts_before_it_is_over() -> None:
    """A tick a minute ago is known, and nothing is learned from a half hour that is still running."""
    rhythm = Rhythm.of(punctual(), NOW, BERLIN)
    before, weights = rhythm.probability(NOW + 5 * MINUTE_MS, NOW, BERLIN), list(rhythm.mean)
    rhythm.learn([NOW + 4 * MINUTE_MS], NOW + 5 * MINUTE_MS, BERLIN)
    assert rhythm.probability(NOW + 5 * MINUTE_MS, NOW + 5 * MINUTE_MS, BERLIN) != before
    assert rhythm.mean == weights


def test_what_comes_too_late_or_too_early_is_left_out() -> None:
    """A completion from before what was learned, or of tomorrow, changes nothing."""
    rhythm = Rhythm.of(punctual(), NOW, BERLIN)
    before = rhythm.to_json()
    rhythm.learn([NOW - DAY_MS, NOW + DAY_MS], NOW, BERLIN)
    assert rhythm.to_json() == before


def test_it_comes_back_from_its_text() -> None:
    """Written and read, it says the same, the running half hour included."""
    rhythm = Rhythm.of([*punctual(), NOW + MINUTE_MS], NOW + 2 * MINUTE_MS, BERLIN)
    again = Rhythm.from_json(rhythm.to_json(), BERLIN)
    assert again.to_json() == rhythm.to_json()
    for ahead in range(0, AHEAD_MS, SLOT_MS):
        at = NOW + 2 * MINUTE_MS + ahead
        assert again.probability(at, NOW + 2 * MINUTE_MS, BERLIN) == rhythm.probability(at, NOW + 2 * MINUTE_MS, BERLIN)


@pytest.mark.parametrize("text", ["[]", '{"version": 99}', "{"])
def test_the_text_of_another_version_is_refused(text: str) -> None:
    """A caller can tell, and builds it anew from the completions."""
    with pytest.raises(ValueError):  # noqa: PT011 - what json raises is one too
        Rhythm.from_json(text, BERLIN)


def test_what_was_learned_on_another_prior_is_refused() -> None:
    """New weights in a new release are not mixed with what was learned on the old ones."""
    text = Rhythm.of(punctual(), NOW, BERLIN).to_json()
    other = shipped()._replace(mean=tuple(weight + 0.1 for weight in shipped().mean))
    with pytest.raises(ValueError, match="another version"):
        Rhythm.from_json(text, BERLIN, other)


def test_only_two_days_ahead_and_never_the_past() -> None:
    """An instant beyond what is promised is answered for the nearest that is."""
    rhythm = Rhythm.of(punctual(), NOW, BERLIN)
    far = rhythm.probability(NOW + 9 * DAY_MS, NOW, BERLIN)
    assert far == rhythm.probability(NOW + AHEAD_MS, NOW, BERLIN)
    assert rhythm.probability(NOW - DAY_MS, NOW, BERLIN) == rhythm.probability(NOW, NOW, BERLIN)


def test_the_shipped_prior_is_whole() -> None:
    """Every weight has a mean and a spread, and the day of everyone has all its half hours."""
    prior = shipped()
    assert len(prior.mean) == len(prior.spread) == len(NAMES)
    assert min(prior.spread) > 0
    assert len(prior.everyone) == DAY_SLOTS
    assert prior.everyone[2 * 4] < prior.everyone[2 * 11], "at four in the morning people sleep"


def test_the_text_names_nothing() -> None:
    """What is kept of a rhythm is numbers under fixed names."""
    told = json.loads(Rhythm.of(punctual(), NOW, BERLIN).to_json())
    assert set(told) == {"version", "known_until", "pending", "mean", "variance", "habits"}


def test_fifty_thousand_completions_are_no_burden() -> None:
    """A year and a half of ninety ticks a day folds within its budget (0.3 s on the machine it was set on)."""
    done = scattered(1, 50_000, 550)
    begin = time.process_time()
    Rhythm.of(done, NOW, BERLIN)
    assert time.process_time() - begin < 1.0
