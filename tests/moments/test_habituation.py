"""What reactions teach: fewer tips to who ignores them, more again with rest, and rest for what was ignored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine import gate
from oo_cli.engine.gate.habituation import GUESS, LONGEST_PAUSE_MS, WELCOME, welcome_by_hour
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_data.contracts.agent import Reacted
from oo_data.contracts.profile import Pref
from tests.moments.people import MIDNIGHT, reacted
from tests.unit.examples import BERLIN, NOW

reactions = st.lists(st.sampled_from([*WELCOME, "unheard of"]), max_size=40)


def allowed(*said: str, now: int = NOW) -> int:
    """Tips a day of the usual twelve after these reactions."""
    return gate.allowance(gate.TIPS_PER_DAY, reacted(*said), now)


def test_acceptance_starts_from_a_guess_and_follows_what_is_said() -> None:
    """Done is welcome, later half of it; refused and ignored tips are not."""
    assert gate.acceptance([], NOW) == GUESS
    means = [gate.acceptance(reacted(*[word] * 6), NOW) for word in ("ignored", "later", "done")]
    assert means == sorted(means)
    assert gate.acceptance(reacted("no"), NOW) == gate.acceptance(reacted("ignored"), NOW) < GUESS


def test_ignored_tips_lower_the_frequency_and_rest_brings_it_back() -> None:
    """Twenty ignored tips leave two a day; a week heals part of it, two months all."""
    ignored = ["ignored"] * 20
    weary = allowed(*ignored)
    assert weary <= 3 < allowed() < allowed(*["done"] * 20) == gate.TIPS_PER_DAY
    weeks = [allowed(*ignored, now=NOW + week * 7 * DAY_MS) for week in range(9)]
    assert weeks == sorted(weeks)
    assert weary < weeks[1] < weeks[-1] == allowed()


@given(reactions, st.integers(1, 100))
def test_the_dial_is_a_ceiling_and_one_the_floor(said: list[str], dial: int) -> None:
    """However welcome, never more than the person set; however ignored, never nothing at all."""
    assert 1 <= gate.allowance(dial, reacted(*said), NOW) <= dial


def test_fewer_tips_are_a_silence_once_they_were_shown() -> None:
    """A lower budget binds surfaces that speak by themselves, beside the dial's own."""
    known = gate.Known(reactions=reacted(*["ignored"] * 20))
    found = [span for span in gate.spans({}, NOW, BERLIN, known) if span.id.startswith("fewer.")]
    assert [(span.id, span.after_shown, span.binding) for span in found] == [
        ("fewer.2026-12-01", allowed(*["ignored"] * 20), "ambient"),
        ("fewer.2026-12-02", allowed(*["ignored"] * 20), "ambient"),
    ]
    assert found[0].from_at == MIDNIGHT
    welcome = gate.Known(reactions=reacted(*["done"] * 30))
    assert not [span for span in gate.spans({}, NOW, BERLIN, welcome) if span.id.startswith("fewer.")]


def test_what_was_ignored_rotates_away_and_returns() -> None:
    """One miss halves a subject's chance, two leave a third; it heals in days and "done" clears it."""
    once, twice = Reacted(NOW, "ignored", "a"), Reacted(NOW, "no", "b")
    found = gate.freshness([once, twice, twice, Reacted(NOW, "later", "c")], NOW)
    assert found == pytest.approx({"a": 1 / 2, "b": 1 / 3})
    assert gate.freshness([once], NOW + 2 * DAY_MS)["a"] == pytest.approx(2 / 3)
    assert gate.freshness([once], NOW + 60 * DAY_MS) == {}
    assert gate.freshness([once, Reacted(NOW + 1, "done", "a")], NOW + 2) == {}


@pytest.mark.parametrize(
    ("said", "minutes", "reason"),
    [
        (("done", "ignored"), 30, "habituation"),
        (("ignored", "no"), 60, "cool-down"),
        (("no", "no", "no"), 120, "cool-down"),
        (("no", "ignored", "ignored"), 120, "habituation"),
        (("ignored",) * 9, 240, "habituation"),
    ],
)
def test_a_pause_grows_with_misses(said: tuple[str, ...], minutes: int, reason: str) -> None:
    """A rest after tips that were not wanted; longer the more in a row, up to four hours."""
    given_ = reacted(*said, apart=MINUTE_MS)
    span = gate.pause(given_, NOW)
    assert span is not None
    assert (span.from_at, span.until_at) == (NOW, given_[-1].at + minutes * MINUTE_MS)
    assert (span.reason, span.binding, span.after_shown) == (reason, "ambient", 0)
    assert span in gate.spans({}, NOW, BERLIN, gate.Known(reactions=given_))
    assert gate.pause(given_, span.until_at) is None


@pytest.mark.parametrize("said", [("done",), ("ignored", "no", "later"), ("done", "no"), ("no",)])
def test_who_answers_is_there(said: tuple[str, ...]) -> None:
    """An answer brings the next tip at once, and one "not this" asks for another."""
    assert gate.pause(reacted(*said, apart=MINUTE_MS), NOW) is None


def test_the_pause_is_the_persons_to_set() -> None:
    """Zero minutes is no pause; an hour doubles from there."""
    said = reacted("ignored", "no", apart=MINUTE_MS)
    assert gate.pause(said, NOW, 0) is None
    span = gate.pause(said, NOW, 60)
    assert span is not None
    assert span.until_at == said[-1].at + 120 * MINUTE_MS
    own = {(gate.GLOBAL_SCOPE, "tips.pause"): Pref(gate.GLOBAL_SCOPE, "tips.pause", "user", 60, 0, 0)}
    assert span in gate.spans(own, NOW, BERLIN, gate.Known(reactions=said))


@given(reactions)
def test_no_pause_is_longer_than_four_hours(said: list[str]) -> None:
    """However often it was refused, oO comes back."""
    assert gate.pause(reacted(*said), NOW + LONGEST_PAUSE_MS) is None


def test_welcome_hours_are_learned_from_reactions() -> None:
    """Tips taken at nine and ignored at six make nine likelier, its neighbours a little, and midnight not at all."""
    said = [
        Reacted(MIDNIGHT - day * DAY_MS + hour * HOUR_MS, word, "a")
        for day in range(20, 0, -1)
        for hour, word in ((9, "done"), (18, "ignored"))
    ]
    found = welcome_by_hour(said, NOW, BERLIN)
    assert found[9] > found[10] > 1.0 > found[17] > found[18] > 0.0
    assert found[0] == pytest.approx(1.0)
    assert welcome_by_hour([], NOW, BERLIN) == [1.0] * 24
    assert welcome_by_hour(reacted("unheard of"), NOW, BERLIN) == welcome_by_hour(reacted("no"), NOW, BERLIN)
    long_ago = Reacted(NOW - 40_000 * DAY_MS, "done", "a")
    assert welcome_by_hour([long_ago], NOW, BERLIN) == [1.0] * 24
