"""`oo context`: switched by a name, shown in a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Oo


def test_switching(oo: Oo) -> None:
    """A name switches, and says when it is new; the others end, `off` ends all."""
    assert oo("context").out == "No contexts yet. Try: oo context work\n"
    ran = oo("context", "deep", "work")
    assert ran.out == "● deep work  by hand\n"
    assert ran.err.startswith("A new context. ")
    assert oo("context", "home").out == "· deep work\n● home       by hand\n"
    ran = oo("context", "Deep Work", "--also")
    assert (ran.out, ran.err) == ("● deep work  by hand\n● home       by hand\n", "")
    ran = oo("context", "off")
    assert (ran.out, ran.err) == ("· deep work\n· home\n", "Ended: 2.\n")


def test_a_schedule(oo: Oo) -> None:
    """It is told as it was understood, and is on by itself at its time."""
    ran = oo("context", "work", "--schedule", "weekdays 9-17,sat 10-12")
    assert ran.err == "A new context. On mon-fri 09:00-17:00, sat 10:00-12:00.\n"
    assert ran.out == "● work  by schedule  mon-fri 09:00-17:00, sat 10:00-12:00\n"
    assert oo("context", OO_NOW="2026-12-01T18:00:00+01:00").out.startswith("· work")
    assert oo("context", "--accessible").out.startswith("off work")
    assert oo("context", "work", "--schedule", "off").err == "It has no schedule now.\n"
    found = json.loads(oo("context", "--json").out)
    assert [(c["name"], c["on"], c["how"], c["schedule"]) for c in found] == [("work", False, "", "")]
    assert oo("context", "work", "--remove").out == "No contexts yet. Try: oo context work\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--also"], ["--remove"], ["--schedule", "9-17"], ["work", "--schedule", "always"], ["work", "--schedule", ""],
        ["work", "--remove", "--also"], ["nothing", "--remove"], ["off", "--also"], ["off", "--schedule", "9-17"],
        ["x" * 33], ["x" * 10_000], ["\u202e\x07"], [""],
    ],
)  # fmt: skip
def test_what_cannot_be(oo: Oo, words: list[str]) -> None:
    """One line, the code of wrong words, and no context made."""
    if words != [""]:
        ran = oo("context", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
    assert oo("context").out == "No contexts yet. Try: oo context work\n"


def test_hostile_names(oo: Oo, environ: dict[str, str]) -> None:
    """What a name shows is printable, and its bytes are nowhere in the home."""
    ran = oo("context", "\x1b[31mzebra\x1b[0m \u202egpj")
    assert ran.out == "● zebra gpj  by hand\n"
    held = [path.read_bytes() for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()]
    assert held
    assert not any(b"zebra" in content for content in held)
