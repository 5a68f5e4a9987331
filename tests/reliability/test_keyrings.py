"""A keyring that is absent, locked, broken or silent, and every command: words and an exit code within 3 s."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.commands import COMMANDS, SHORT
from tests.reliability.conftest import Figure
from tests.reliability.test_environments import told_well
from tests.reliability.tracing import untraced

LOCKED = 7
SECONDS = 3.0
RINGS = {
    "absent": "keyring.backends.fail.Keyring",
    "locked": "tests.vault.rings.Locked",
    "raising": "tests.vault.rings.Raising",
    "hanging": "tests.vault.rings.Hanging",
    "empty": "tests.vault.rings.Working",
    "of a wrong type": "tests.vault.rings.WrongType",
}
NEEDS_KEY = (["add", "Call Mum"], ["refresh"], ["context", "work"], ["why"], ["status"], ["doctor"], ["tip"])


def in_ring(child_environ: dict[str, str], ring: str) -> dict[str, str]:
    """A person whose keyring is so."""
    return {**child_environ, "PYTHON_KEYRING_BACKEND": RINGS[ring], "OO_KEY": ""}


def lived_in(child_environ: dict[str, str], ring: str) -> dict[str, str]:
    """A home whose key was in that keyring when it was last opened."""
    environ = in_ring(child_environ, ring)
    untraced([["add", "Buy milk"], ["refresh"], ["mood", "3", "fair"]], child_environ)
    conn = sqlite3.connect(Path(environ["OO_HOME"], "data", "oo.db"))
    conn.execute("update meta set value = ? where key = 'custody'", (f"keyring::{RINGS[ring]}",))
    conn.commit()
    conn.close()
    return environ


def judged(answers: Sequence[Any], limit: float = 4 * SECONDS) -> set[int]:
    """The exit codes; none of the commands took long or said more than a line."""
    told_well(answers)
    slow = [(answer["words"], answer["seconds"]) for answer in answers if answer["seconds"] >= limit]
    assert slow == []
    assert not [answer for answer in answers if "words of a backend" in answer["err"] + answer["out"]]
    return {answer["code"] for answer in answers}


@pytest.mark.parametrize("ring", RINGS)
def test_a_home_whose_key_cannot_be_had(child_environ: dict[str, str], ring: str) -> None:
    """What needs the key says that it cannot be had, code 7; what needs none works; nothing is lost or made anew."""
    environ = lived_in(child_environ, ring)
    answers = untraced(NEEDS_KEY if ring == "hanging" else SHORT, environ)
    codes = judged(answers)
    assert LOCKED in codes
    by_verb = {answer["words"][0]: answer["code"] for answer in answers}
    assert (by_verb["refresh"], by_verb["doctor"], by_verb["status"]) == (LOCKED, LOCKED, 0)
    assert not Path(environ["OO_HOME"], "config", "key").exists()


@pytest.mark.parametrize("ring", [ring for ring in RINGS if ring != "empty"])
def test_a_first_start(child_environ: dict[str, str], ring: str) -> None:
    """Only an absent keyring leads to a key file, and that is said; any other trouble is told, and no key is made."""
    environ = in_ring(child_environ, ring)
    answers = untraced([["add", "Call Mum"], ["refresh"], ["doctor"]], environ)
    judged(answers)
    refreshed = answers[1]
    assert refreshed["code"] == (0 if ring == "absent" else LOCKED)
    assert ("No keyring here" in refreshed["err"]) == (ring == "absent")
    assert Path(environ["OO_HOME"], "config", "key").exists() == (ring == "absent")


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("ring", RINGS)
def test_every_command(child_environ: dict[str, str], ring: str, figure: Figure) -> None:
    """Every command in a lived-in home; each in a process of its own where one that waited makes the next quicker."""
    environ = lived_in(child_environ, ring)
    real = [words for words in COMMANDS if "--demo" not in words]
    apart = [[words] for words in real] if ring == "hanging" else [real]
    answers = [answer for some in apart for answer in untraced(some, environ)]
    judged(answers, SECONDS)
    figure(f"{len(answers)} commands, slowest {max(answer['seconds'] for answer in answers):.1f} s")
