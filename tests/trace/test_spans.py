"""The recorder: steps within steps, words that are ids, and nothing at all while it is off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.spans import MOST, OFF, Recorder
from oo_data.contracts.span import OK

NOW = 1_796_115_600_000


def test_a_step_knows_the_one_around_it() -> None:
    """Parents, order, numbers, outcomes and times are those of what was done."""
    recorder = Recorder(NOW)
    with recorder.span("refresh") as whole:
        with recorder.span("source", "todoist") as step:
            step.note(tasks=3)
        with pytest.raises(ZeroDivisionError), recorder.span("agent", "momentum", "1.0.0"):
            1 / 0  # noqa: B018 - it is to fail
        whole.note("late", tips=2)
    spans = recorder.taken()
    assert [(s.step, s.parent, s.id, s.version, s.outcome, s.numbers) for s in spans] == [
        ("refresh", -1, "", "", "late", {"tips": 2}),
        ("source", 0, "todoist", "", OK, {"tasks": 3}),
        ("agent", 0, "momentum", "1.0.0", "ZeroDivisionError", {}),
    ]
    assert all(NOW * 1_000_000 <= s.begin_ns <= s.end_ns <= spans[0].end_ns for s in spans)
    assert recorder.taken() == ()


@given(st.text(max_size=80))
def test_only_what_could_be_an_id_is_kept(word: str) -> None:
    """Whatever holds a space, a letter of another script or more than 64 signs leaves a question mark."""
    recorder = Recorder(NOW)
    with recorder.span("source", word) as step:
        step.note(word)
    (span,) = recorder.taken()
    fit = len(word) <= 64 and all(sign.isascii() and (sign.isalnum() or sign in "_.:@+-") for sign in word)
    assert (span.id, span.outcome) == ((word, word) if fit else ("?", "?"))


def test_it_never_grows_without_end() -> None:
    """What comes after the last one that is kept is done, and not recorded."""
    recorder = Recorder(NOW)
    with recorder.span("refresh"):
        for _ in range(MOST * 2):
            with recorder.span("source") as step:
                step.note(tasks=1)
    assert len(recorder.taken()) == MOST


def test_off_is_one_object() -> None:
    """Nothing is made and nothing kept for a step that nobody wants to hear of; what fails, fails."""
    first, second = OFF.span("refresh"), OFF.span("source", "todoist")
    assert first is second
    with pytest.raises(ZeroDivisionError), first:
        1 / 0  # noqa: B018 - it is to fail
    assert OFF.taken() == ()
