"""Ticking, unticking and the identity of a line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oo_cli.adapters.sources.todotxt.line import head, identity, is_day, is_done, tick, untick
from tests.sources.todotxt.strategies import lines

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Call Mom", (False, "", [], "Call Mom")),
        ("(A) Call Mom", (False, "A", [], "Call Mom")),
        ("(A) 2011-03-02 Call Mom", (False, "A", ["2011-03-02"], "Call Mom")),
        ("2011-03-02 Document +TodoTxt", (False, "", ["2011-03-02"], "Document +TodoTxt")),
        ("2011-03-02 2011-03-03 party", (False, "", ["2011-03-02"], "2011-03-03 party")),
        ("2011-03-02 (A) Call Mom", (False, "", ["2011-03-02"], "(A) Call Mom")),
        ("Really gotta call Mom (A) @phone", (False, "", [], "Really gotta call Mom (A) @phone")),
        ("(b) Get back to the boss", (False, "", [], "(b) Get back to the boss")),
        ("(B)->Submit TPS report", (False, "", [], "(B)->Submit TPS report")),
        ("(A) Call Mom 2011-03-02", (False, "A", [], "Call Mom 2011-03-02")),
        ("x 2011-03-03 Call Mom", (True, "", ["2011-03-03"], "Call Mom")),
        ("x 2011-03-02 2011-03-01 Review", (True, "", ["2011-03-02", "2011-03-01"], "Review")),
        ("x (A) 2011-03-02 Review", (True, "A", ["2011-03-02"], "Review")),
        ("x 2011-03-02 (A) Review", (True, "A", ["2011-03-02"], "Review")),
        ("x Review", (True, "", [], "Review")),
        ("xylophone lesson", (False, "", [], "xylophone lesson")),
        ("X 2012-01-01 Make resolutions", (False, "", [], "X 2012-01-01 Make resolutions")),
        ("(A) x Find ticket prices", (False, "A", [], "x Find ticket prices")),
        ("\ufeff(A) Call Mom", (False, "A", [], "Call Mom")),
        ("  (A) indented", (False, "A", [], "indented")),
        ("(A)", (False, "", [], "(A)")),
        ("x", (False, "", [], "x")),
        ("", (False, "", [], "")),
    ],
)
def test_the_head_follows_the_rules_of_the_format(raw: str, expected: tuple[bool, str, list[str], str]) -> None:
    """The examples of the format's own description, and the forms that other programs leave behind."""
    assert head(raw) == expected


@pytest.mark.parametrize(
    ("open_line", "done_line"),
    [
        ("Call Mom", "x 2026-11-22 Call Mom"),
        ("(A) Call Mom", "x 2026-11-22 Call Mom pri:A"),
        ("(C) 2026-01-01 Call +fam @phone", "x 2026-11-22 2026-01-01 Call +fam @phone pri:C"),
        ("2026-01-01 Call", "x 2026-11-22 2026-01-01 Call"),
        ("\t(A)  two  blanks ", "\tx 2026-11-22  two  blanks  pri:A"),
        ("\ufeff(A) first line", "\ufeffx 2026-11-22 first line pri:A"),
        ("(A) (B) odd", "x 2026-11-22 (B) odd pri:A"),
    ],
)
def test_ticking_marks_the_line_and_keeps_the_rest(open_line: str, done_line: str) -> None:
    """What is written into the person's file, to the character."""
    assert tick(open_line, TODAY) == done_line
    assert untick(done_line) == open_line


@pytest.mark.parametrize(
    ("done_line", "open_line"),
    [
        ("x Call Mom", "Call Mom"),
        ("x 2026-11-22 Call Mom pri:A", "(A) Call Mom"),
        ("x 2026-11-22 Call pri:A Mom", "Call pri:A Mom"),
        ("x 2026-11-22 Call Mom pri:AB", "Call Mom pri:AB"),
        ("x 2026-11-22 Call Mom upri:A", "Call Mom upri:A"),
        ("x 2026-11-22", "2026-11-22"),
    ],
)
def test_unticking_what_another_program_ticked(done_line: str, open_line: str) -> None:
    """A tick without a date, and a pri: that is not the one at the end."""
    assert untick(done_line) == open_line


@given(lines, st.dates())
def test_unticking_is_the_inverse_of_ticking(raw: str, today: date) -> None:
    """An undo gives back the very line, whatever it held."""
    assume(not is_done(raw) and "pri:" not in raw)
    ticked = tick(raw, today)
    assert is_done(ticked)
    assert untick(ticked) == raw


@given(lines, st.dates())
def test_the_identity_survives_ticking(raw: str, today: date) -> None:
    """A handle read before the tick finds the line after it."""
    assume(not is_done(raw) and raw.split() != ["x"] and raw.strip("\ufeff \t") != "x")
    assert identity(tick(raw, today)) == identity(raw)


@given(lines)
def test_an_identity_can_be_stored(raw: str) -> None:
    """Sealing and hashing encode it, so nothing in it may fail to encode, and blanks are single."""
    same = identity(raw)
    assert same.encode().decode() == same
    assert same == " ".join(same.split())


@pytest.mark.parametrize(
    "raw",
    [
        "(A) 2026-01-01 Pay  rent due:2026-12-01",
        "Pay rent due:2026-12-01",
        "x 2026-11-22 Pay rent due:2026-12-01 pri:B",
    ],
)
def test_the_identity_leaves_out_what_ticking_and_ranking_change(raw: str) -> None:
    """A task keeps its handle when it is ticked, ranked anew or gets a creation date."""
    assert identity(raw) == "Pay rent due:2026-12-01"


@pytest.mark.parametrize("raw", ["", "  ", "x", "x ", "(A)", "(A) ", "2026-01-01", "x 2026-01-01", "\ufeffx", "pri:A"])
def test_a_line_without_words_has_no_identity(raw: str) -> None:
    """Nothing that holds no task can be ticked by its handle."""
    assert identity(raw) == ""


def test_broken_bytes_still_tell_tasks_apart() -> None:
    """Two tasks that differ only in bytes that cannot be read are two tasks."""
    assert identity("caf\udce9") != identity("caf\udcea")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("2026-01-01", True),
        ("2026-99-99", True),
        ("2026-1-01", False),
        ("20260101", False),
        ("²026-01-01", False),
    ],
)
def test_the_shape_of_a_date(word: str, expected: bool) -> None:
    """Shape only: whether the day exists is told apart, so that a typing error does not become a title."""
    assert is_day(word) is expected
