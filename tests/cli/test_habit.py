"""`oo habit`: added, ticked, taken back, removed, and a tip like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Oo

FIRST = "Habits are a source of tips now, names sealed. To erase them: oo consent revoke source.habit\n"
NONE = 'No habits yet. Try: oo habit add "Stretch"\n'


def day(number: int) -> str:
    """Ten in the morning of a day of December."""
    return f"2026-12-{number:02d}T10:00:00+01:00"


def test_a_habit_from_its_first_day(oo: Oo) -> None:
    """Added, said as a tip, ticked by number and by name, and told in a line of dots with its row."""
    assert oo("habit").out == NONE
    ran = oo("habit", "add", "Stretch")
    assert (ran.code, ran.err) == (0, "Added: Stretch\n" + FIRST)
    ran = oo("habit", "add", "Call", "Mum", "--every", "1w")
    assert ran.err == "Added: Call Mum\n"
    assert ran.out == " 1  Stretch   every day      ··············\n 2  Call Mum  every week     ··············\n"
    for number in (1, 2, 3):
        assert oo("habit", "done", "1", OO_NOW=day(number)).err == "Done: Stretch\n"
    assert oo("habit", "done", "STRETCH").err == "Done today already: Stretch\n"
    assert oo("habit").out.splitlines()[0] == " 1  Stretch   every day      ···········●●●  3 in a row"
    assert oo("tip").out.startswith("Call Mum\n")
    assert oo("done").err == "Done: Call Mum\n"
    assert oo("habit", "--accessible").out.splitlines() == [
        "1. Stretch: every day, done today, 3 of the last 14 days, 3 in a row.",
        "2. Call Mum: every week, done today, 1 of the last 14 days, 1 in a row.",
    ]
    assert oo("undo").code == 0
    assert [known["done_today"] for known in json.loads(oo("habit", "--json").out)] == [True, False]
    assert oo("habit", "undo", "1").err == "Taken back: Stretch\n"
    assert oo("habit", "undo", "1").err == "It was not done today: Stretch\n"
    assert oo("habit", "remove", "stretch").err == "Removed, with all that told of it (2 times done): Stretch\n"
    assert oo("habit").out == " 1  Call Mum  every week     ··············\n"


@pytest.mark.parametrize(
    "words",
    [
        ["add"], ["done"], ["remove"], ["list", "x"], ["add", "x", "--every", "often"], ["add", "12"], ["dance", "x"],
        ["done", "1"], ["done", "x", "--every", "1d"], ["add", "x" * 61], ["add", "x" * 10_000], ["add", "\x07\u202e"],
    ],
)  # fmt: skip
def test_what_cannot_be(oo: Oo, words: list[str]) -> None:
    """One line, the code of wrong words, and no habit made."""
    ran = oo("habit", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert oo("habit").out == NONE


def test_long_and_wide_names_keep_the_columns(oo: Oo) -> None:
    """A list fits 80 columns whatever the names are."""
    for name in ("x" * 60, "漢字" * 15, "Stretch"):
        oo("habit", "add", name)
    for number in range(1, 14):
        oo("habit", "done", "1", OO_NOW=day(number))
    from oo_data.text import width

    lines = oo("habit").out.splitlines()
    assert all(width(line) <= 80 for line in lines)
    assert len({width(line.partition("every")[0]) for line in lines}) == 1


def test_the_consent(oo: Oo, environ: dict[str, str]) -> None:
    """Withdrawing it erases every habit; adding one then needs the person's yes by name."""
    oo("habit", "add", "Zebra watching")
    oo("habit", "done", "1")
    oo("habit", "add", "\x1b[31mStretch\x1b[0m")
    oo("tip")
    held = [path.read_bytes() for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()]
    assert not any(b"ebra" in content for content in held)
    assert "2 habits" in oo("consent", "revoke", "source.habit").err
    assert oo("habit").out == NONE
    assert oo("habit", "add", "Stretch").code == 4
    oo("consent", "grant", "source.habit")
    assert oo("habit", "add", "Stretch").code == 0
    assert oo("tip").out.startswith("Stretch\nDue today")
