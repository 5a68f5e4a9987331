"""What a line means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from oo_cli.adapters.sources.todotxt.task import BAD_DUE, BAD_HEAD, BAD_RULE, BAD_START, NO_TASK, parse
from tests.sources.todotxt.strategies import anything, lines


def test_a_full_line() -> None:
    """Every part of the format in one line."""
    raw = "(A) 2026-11-01 Call the dentist due:2026-12-01 t:2026-11-25 rec:+6m est:1h30m +health +teeth @phone"
    task = parse(raw)
    assert (task.raw, task.done, task.completed, task.created) == (raw, False, None, date(2026, 11, 1))
    assert task.title == "Call the dentist"
    assert task.text == raw.removeprefix("(A) 2026-11-01 ")
    assert (task.priority, task.project, task.contexts) == (4, "health", ("phone",))
    assert (task.due, task.start, task.rule, task.minutes) == ("2026-12-01", "2026-11-25", "+6m", 90)
    assert (task.hidden, task.problems) == (False, ())


def test_a_done_line() -> None:
    """The completion date comes first, and a kept priority still ranks."""
    task = parse("x 2026-11-20 2026-11-01 Call the dentist pri:B")
    assert (task.done, task.completed, task.created) == (True, date(2026, 11, 20), date(2026, 11, 1))
    assert (task.title, task.priority) == ("Call the dentist", 3)
    assert parse("x Call").completed is None
    assert parse("x 2026-11-20 Call").created is None


@pytest.mark.parametrize(("letter", "priority"), [("A", 4), ("B", 3), ("C", 2), ("D", 1), ("Z", 1)])
def test_priorities(letter: str, priority: int) -> None:
    """Three letters rank, the others sort without urgency."""
    assert parse(f"({letter}) Call").priority == priority
    assert parse("Call").priority == 1


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Ask +Bob about @home improvements +house @phone", "Ask +Bob about @home improvements"),
        ("@GroceryStore Eskimo pies", "@GroceryStore Eskimo pies"),
        ("+health @phone", "+health @phone"),
        ("Read http://example.org/a:b due:2026-12-01", "Read http://example.org/a:b"),
        ("Meet at 10:30 +work", "Meet at 10:30"),
        ("Buy due:2026-12-01 milk", "Buy milk"),
        ("Fix ticket:4711 est:later", "Fix ticket:4711 est:later"),
        ("Wear a t:shirt", "Wear a t:shirt"),
        ("Learn 2+2 @", "Learn 2+2 @"),
        ("Email a@example.org", "Email a@example.org"),
        ("🌱", "🌱"),
        ("買い物 +家", "買い物"),
        ("# heading", "# heading"),
    ],
)
def test_titles(raw: str, title: str) -> None:
    """Tags go, projects and contexts at the end go, words in the sentence stay; links, times are no tags."""
    task = parse(raw)
    assert task.title == title
    assert task.problems == ()


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T17:30", "2026-12-01T17:30"),
        ("2026-12-01T17:30:15", "2026-12-01T17:30:15"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_due_dates(value: str, due: str) -> None:
    """A whole day, or a floating local time."""
    assert parse(f"Call due:{value}").due == due


@pytest.mark.parametrize(
    ("tag", "problem"),
    [
        ("due:2026-02-30", BAD_DUE),
        ("due:2026-12-01T25:00", BAD_DUE),
        ("due:2026-12-01T10", BAD_DUE),
        ("due:20261201", BAD_DUE),
        ("due:2026-W01-1", BAD_DUE),
        ("due:soon", BAD_DUE),
        ("t:2026-13-01", BAD_START),
        ("t:2026-12-01T10:00", BAD_START),
        ("rec:never", BAD_RULE),
        ("rec:0d", BAD_RULE),
    ],
)
def test_a_bad_tag_costs_only_itself(tag: str, problem: str) -> None:
    """The task is kept without what cannot be read, and that is reported in fixed words."""
    task = parse(f"Call the dentist {tag} @phone")
    assert (task.title, task.contexts, task.problems) == ("Call the dentist", ("phone",), (problem,))
    assert (task.due, task.start, task.rule) == (None, None, None)


def test_the_first_tag_that_can_be_read_counts() -> None:
    """A typing error beside the right date does not hide it."""
    task = parse("Call due:2026-02-30 due:2026-12-01 due:2026-12-02")
    assert (task.due, task.problems) == ("2026-12-01", (BAD_DUE,))


@pytest.mark.parametrize("raw", ["2026-02-30 Call", "x 2026-02-30 Call", "x 2026-11-01 2026-02-30 Call"])
def test_an_impossible_date_at_the_start(raw: str) -> None:
    """It is neither a date nor part of the title."""
    task = parse(raw)
    assert (task.title, task.problems, task.created) == ("Call", (BAD_HEAD,), None)


@pytest.mark.parametrize(
    "raw",
    ["x", "x ", "(A)", "(A) ", "2026-01-01", "x 2026-01-01", "due:2026-01-01", "---", "...", "x 2026-02-30"],
)
def test_a_line_without_a_task(raw: str) -> None:
    """Marks, dates and rules alone are reported and never offered."""
    task = parse(raw)
    assert (task.title, task.problems) == ("", (NO_TASK,))


@pytest.mark.parametrize("raw", ["", " ", "\t", "\ufeff", "\ufeff  "])
def test_a_blank_line_is_no_problem(raw: str) -> None:
    """People part their lists by blank lines."""
    assert (parse(raw).title, parse(raw).problems) == ("", ())


def test_broken_bytes_and_controls_are_named() -> None:
    """A task with them is kept when it can be read at all, and its text can be encoded."""
    task = parse("Caf\udce9 au lait +caf\udce9")
    assert (task.title, task.project, task.problems) == (
        "Caf\ufffd au lait",
        "caf\ufffd",
        ("bytes that are not UTF-8",),
    )
    assert parse("Ring\x07 \x1b[31mbell").problems == ("control characters",)
    assert parse("\udcff\udcfe").problems == (NO_TASK, "bytes that are not UTF-8")
    assert parse("\x00\x00").problems == (NO_TASK, "control characters")


@pytest.mark.parametrize(("value", "minutes"), [("30m", 30), ("1h", 60), ("2h5m", 125), ("0m", None), ("90", None)])
def test_estimates(value: str, minutes: int | None) -> None:
    """An estimate in hours and minutes; anything else is a word."""
    assert parse(f"Call est:{value}").minutes == minutes


def test_hidden_lines() -> None:
    """h:1 is how other programs keep a line out of every list."""
    assert parse("+project @context h:1").hidden
    assert not parse("Call h:2").hidden


@given(lines | anything)
def test_no_line_makes_it_fail(raw: str) -> None:
    """Whatever a file holds, reading goes on, the raw line is kept and every text can be encoded."""
    task = parse(raw)
    assert task.raw == raw
    blank = not raw.strip("\ufeff").strip()
    assert bool(task.title) != (blank or NO_TASK in task.problems)
    for text in (task.title, task.text, task.project or "", *task.contexts, *task.problems):
        text.encode()
    assert task.due is None or date.fromisoformat(task.due[:10]) >= date.min
    assert 1 <= task.priority <= 4


def test_ten_thousand_characters_in_a_line() -> None:
    """A pasted page is one long task, read like any other."""
    assert len(parse("word " * 2000 + "@home").title) == 9999
