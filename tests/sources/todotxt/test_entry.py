"""What `oo add` makes of a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.sources.todotxt.entry import MAX_CHARS, compose
from oo_cli.adapters.sources.todotxt.line import is_done
from oo_cli.adapters.sources.todotxt.task import parse
from oo_data.errors import BadUsageError
from tests.sources.todotxt.strategies import lines

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "Call the dentist due:2026-12-01 +health @phone",
            "2026-11-22 Call the dentist due:2026-12-01 +health @phone",
        ),
        ("(A) Call", "(A) 2026-11-22 Call"),
        ("(A) 2026-11-01 Call", "(A) 2026-11-01 Call"),
        ("2026-11-01 Call", "2026-11-01 Call"),
        ("x Call", "2026-11-22 x Call"),
        ("x 2026-11-01 Call", "2026-11-22 x 2026-11-01 Call"),
        ("(a) Call", "2026-11-22 (a) Call"),
        ("  Call \n Mom ", "2026-11-22 Call Mom"),
        ("Call due:today", "2026-11-22 Call due:2026-11-22"),
        ("Call due:Tomorrow t:today", "2026-11-22 Call due:2026-11-23 t:2026-11-22"),
        ("Call due:sun", "2026-11-22 Call due:2026-11-22"),
        ("Call due:monday", "2026-11-22 Call due:2026-11-23"),
        ("Call due:thurs", "2026-11-22 Call due:2026-11-26"),
        ("Call due:SAT rec:+1w", "2026-11-22 Call due:2026-11-28 rec:+1w"),
        ("Call due:2026-12-01T17:30", "2026-11-22 Call due:2026-12-01T17:30"),
        ("Wear a t:shirt", "2026-11-22 Wear a t:shirt"),
    ],
)
def test_a_sentence_becomes_a_line(text: str, line: str) -> None:
    """Created today behind its priority, day words as dates, and an x typed as a word does not tick it."""
    assert compose(text, TODAY) == line


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Call due:2026-02-30", "due:2026-12-01"),
        ("Call due:mo", "due:friday"),
        ("Call due:01.12.2026", "due:2026-12-01"),
        ("Call t:2026-02-30", "t:2026-12-01"),
        ("Call rec:weekly", "rec:1w"),
        ("2026-02-30 Call", "2026-12-01"),
        ("due:2026-12-01", "oo add"),
        ("---", "oo add"),
        ("", "oo add"),
        ("word " * MAX_CHARS, "sentence"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_right_form(text: str, form: str) -> None:
    """A typing error is caught while the person is there, and the answer quotes nothing of what was typed."""
    with pytest.raises(BadUsageError) as refused:
        compose(text, TODAY)
    assert form in refused.value.hint
    assert not text or text not in refused.value.message


@given(st.text() | lines, st.dates(max_value=date(9999, 12, 1)))
def test_what_is_added_is_one_open_task(text: str, today: date) -> None:
    """Any text becomes one open task without a problem, created on a day, or is refused."""
    try:
        line = compose(text, today)
    except BadUsageError:
        return
    task = parse(line)
    assert "\n" not in line
    assert not is_done(line)
    assert task.title
    assert task.created
    assert task.problems == ()
