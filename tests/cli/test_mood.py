"""`oo mood`: one number, one line back, and gone when the person says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Oo

FIRST = "Moods stay on this machine, notes sealed, for 18 months. To erase them: oo mood --forget\n"


def test_noting_and_seeing(oo: Oo) -> None:
    """The first word is told once what becomes of it; the last two weeks are one line, with the notes under it."""
    assert oo("mood").out == "Nothing noted in the last 14 days. Try: oo mood 4\n"
    ran = oo("mood", "2", "slept", "badly", OO_NOW="2026-11-28T10:00:00+01:00")
    assert (ran.code, ran.out, ran.err) == (0, "", FIRST + "Noted: 2 of 5.\n")
    assert oo("mood", "5", OO_NOW="2026-12-01T10:00:00+01:00").err == "Noted: 5 of 5.\n"
    assert oo("mood").out == "18 Nov  ··········▃··█  1 Dec\nSat 28 Nov  2  slept badly\n"
    assert oo("mood", "--accessible").out == "Sat 28 Nov: 2 of 5\nTue 1 Dec: 5 of 5\nSat 28 Nov  2  slept badly\n"
    assert [(m["score"], m["note"]) for m in json.loads(oo("mood", "--json").out)] == [(2, "slept badly"), (5, "")]
    assert json.loads(oo("mood", "3", "--json").out) == {"noted": 3}


@pytest.mark.parametrize(
    "words", [["0"], ["6"], ["-1"], ["good"], ["3.5"], ["9" * 400], ["4", "--forget"], ["4", "x" * 501]]
)
def test_what_is_no_mood(oo: Oo, words: list[str]) -> None:
    """Nothing is noted of what is not a number from 1 to 5 and a short note."""
    ran = oo("mood", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("oo: ")
    assert oo("mood").out.startswith("Nothing noted")


def test_hostile_notes_reach_no_terminal(oo: Oo) -> None:
    """Escapes, bidirectional marks and line ends in a note are gone when it is shown."""
    oo("mood", "3", "\x1b[31mred\x1b[0m \u202egpj.exe\u202c\n\x07line\u2028end")
    assert oo("mood").out.splitlines()[1] == "Tue 1 Dec  3  red gpj.exe line end"


def test_forgetting_moods(oo: Oo, environ: dict[str, str]) -> None:
    """They are gone from the file, the rest is as it was, and a second time there is nothing to erase."""
    oo("add", "Call the dentist")
    oo("mood", "1", "under the weather")
    oo("tip")
    ran = oo("mood", "--forget")
    assert ran.out.startswith("Erased: 1 mood, 1 event")
    assert ran.out.endswith(". No mood is left.\n")
    assert b"MoodNoted" not in (Path(environ["OO_HOME"]) / "data" / "oo.db").read_bytes()
    assert json.loads(oo("mood", "--forget", "--json").out)["erased"]["moods"] == 0
    assert oo("tip").out.startswith("Call the dentist")


def test_the_consent(oo: Oo) -> None:
    """Withdrawing it erases every mood and takes no more, until it is given again."""
    oo("mood", "1", "under the weather")
    assert "Withdrawn: source.mood. Erased: 1 mood, 1 event." in oo("consent", "revoke", "source.mood").err
    ran = oo("mood", "2")
    assert (ran.code, ran.err) == (
        4, "oo: You withdrew the consent source.mood. To give it again: oo consent grant source.mood\n",
    )  # fmt: skip
    assert oo("consent", "grant", "source.mood").code == 0
    assert oo("mood", "2").err == "Noted: 2 of 5.\n"


def test_nothing_is_made_by_looking(oo: Oo, environ: dict[str, str]) -> None:
    """To look, or to forget what never was, makes no home."""
    assert oo("mood").code == 0
    assert oo("mood", "--forget").out == "Erased: nothing. No mood is left.\n"
    assert not Path(environ["OO_HOME"]).exists()
