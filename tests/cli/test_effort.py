"""`oo effort`: the person's word on the last tip's task."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Oo

GUESSED = "Write the report\n30 min (a guess), medium energy (a guess)\n"


@pytest.fixture
def tipped(oo: Oo) -> Oo:
    """A home whose one task was shown."""
    oo("add", "Write the report due:2026-12-03")
    oo("tip")
    return oo


def test_saying_and_asking(tipped: Oo) -> None:
    """Minutes and energy are said apart or together, in any order, and taken back as one."""
    assert tipped("effort").out == GUESSED
    assert tipped("effort", "20m").out == "Write the report\n20 min (you said so), medium energy (a guess)\n"
    assert tipped("effort", "HIGH").out.endswith("20 min (you said so), high energy (you said so)\n")
    assert tipped("effort", "low", "1h", "30m").out.endswith("90 min (you said so), low energy (you said so)\n")
    assert json.loads(tipped("effort", "--json").out) == {
        "text": "Write the report", "minutes": 90, "minutes_from": "you", "energy": "low", "energy_from": "you",
    }  # fmt: skip
    tipped("refresh")
    assert "90 min" in tipped("effort").out
    assert tipped("effort", "25m").out.endswith("25 min (you said so), low energy (you said so)\n")
    assert "you said so" not in tipped("effort", "--clear").out
    tipped("refresh")
    assert tipped("effort").out == GUESSED


def test_what_the_list_says(oo: Oo) -> None:
    """An estimate in the list is told as the list's, until the person says otherwise."""
    oo("add", "Write the report est:45m")
    oo("tip")
    assert oo("effort").out.endswith("45 min (its list says so), medium energy (a guess)\n")
    assert oo("effort", "30m").out.endswith("30 min (you said so), medium energy (a guess)\n")
    assert oo("effort", "--clear").out.endswith("45 min (its list says so), energy unknown\n")
    oo("refresh")
    assert oo("effort").out.endswith("45 min (its list says so), medium energy (a guess)\n")


@pytest.mark.parametrize(
    "words",
    [["much"], ["0m"], ["25h"], ["low", "high"], ["20m", "much"], ["9" * 10_000], ["\x1b[31m"], ["5m", "--clear"]],
)
def test_what_is_no_effort(tipped: Oo, words: list[str]) -> None:
    """One line, the code of wrong words, and nothing kept."""
    ran = tipped("effort", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert tipped("effort").out == GUESSED


def test_nothing_to_speak_of(oo: Oo) -> None:
    """Before the first tip there is no task to speak of, and none in the first piece of advice."""
    for _ in range(2):
        ran = oo("effort", "20m")
        assert (ran.code, ran.err) == (2, "oo: No tip was shown yet. Run: oo tip\n")
        oo("tip")
