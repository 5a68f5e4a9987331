"""The line that follows a ticked recurring task."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.sources.todotxt.line import is_done
from oo_cli.adapters.sources.todotxt.recur import next_occurrence
from oo_cli.adapters.sources.todotxt.task import parse
from tests.sources.todotxt.strategies import lines

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Water due:2026-11-20 rec:3d", "Water due:2026-11-25 rec:3d"),
        ("Water due:2026-11-20 rec:+3d", "Water due:2026-11-23 rec:+3d"),
        ("Water rec:1w", "Water rec:1w due:2026-11-29"),
        ("Water rec:+1w", "Water rec:+1w due:2026-11-29"),
        ("Rent due:2026-01-31 rec:+1m", "Rent due:2026-02-28 rec:+1m"),
        ("Rent due:2027-12-31 rec:+2m", "Rent due:2028-02-29 rec:+2m"),
        ("Tax due:2024-02-29 rec:+1y", "Tax due:2025-02-28 rec:+1y"),
        ("Tax due:2026-12-15 rec:+12m", "Tax due:2027-12-15 rec:+12m"),
        ("Post due:2026-11-20 rec:+1b", "Post due:2026-11-23 rec:+1b"),
        ("Post rec:5b", "Post rec:5b due:2026-11-27"),
        ("Pack due:2026-12-10 t:2026-12-07 rec:+1m", "Pack due:2027-01-10 t:2027-01-07 rec:+1m"),
        ("Pack t:2026-12-07 due:2026-12-10 rec:1d", "Pack t:2026-11-20 due:2026-11-23 rec:1d"),
        ("Look t:2026-11-01 rec:+1m", "Look t:2026-12-01 rec:+1m"),
        ("Look t:2026-11-01 rec:1d", "Look t:2026-11-23 rec:1d"),
        ("(B) 2026-01-01 Water +g rec:1d", "(B) 2026-11-22 Water +g rec:1d due:2026-11-23"),
        ("2026-01-01 Water rec:1d due:2026-01-02", "2026-11-22 Water rec:1d due:2026-11-23"),
        ("Meet due:2026-11-22T10:30 rec:+1w", "Meet due:2026-11-29T10:30 rec:+1w"),
        ("\ufeffWater  the   plants rec:1d due:2026-01-01", "Water  the   plants rec:1d due:2026-11-23"),
        ("Odd due:2026-02-30 rec:1d", "Odd due:2026-02-30 rec:1d due:2026-11-23"),
        ("Two due:x due:2026-11-01 rec:+1d", "Two due:x due:2026-11-02 rec:+1d"),
        ("See overdue:2026-01-01 rec:1d", "See overdue:2026-01-01 rec:1d due:2026-11-23"),
    ],
)
def test_the_next_occurrence(raw: str, expected: str) -> None:
    """Strict rules count from the due date, others from today; a month ends on its last day; t: moves too."""
    assert next_occurrence(raw, TODAY) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "Water",
        "Water rec:",
        "Water rec:0d",
        "Water rec:1x",
        "Water rec:-1d",
        "Water rec:1d2",
        "Water rec:99999d",
        "Water xrec:1d",
        "End due:9999-12-31 rec:+1d",
        "End due:9999-12-31 rec:+1m",
        "End due:9999-12-15 rec:+9999y",
    ],
)
def test_what_does_not_recur(raw: str) -> None:
    """No rule, one that cannot be read, or a date beyond the calendar: the task is ticked and that is all."""
    assert next_occurrence(raw, TODAY) is None


@given(lines, st.dates())
def test_an_occurrence_is_an_open_line_that_is_due_later(raw: str, today: date) -> None:
    """Whatever stands in the line, ticking never fails on it and never breeds a second line or a done one."""
    following = next_occurrence(raw, today)
    if following is not None and not is_done(raw):
        assert "\n" not in following
        assert not is_done(following)
        assert parse(following).due or parse(following).start


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 500), st.sampled_from("dwmyb"))
def test_a_strict_rule_moves_forward(day: date, count: int, unit: str) -> None:
    """Every unit gives a later day, and business days never a weekend."""
    task = parse(next_occurrence(f"Water due:{day} rec:+{count}{unit}", TODAY) or "")
    later = date.fromisoformat(task.due or "")
    assert later > day
    assert unit != "b" or later.weekday() < 5
