"""`oo key` as a person meets it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import KEY, Oo


@pytest.fixture
def own(environ: dict[str, str], oo: Oo) -> dict[str, str]:
    """A home whose key fell into a file."""
    del environ["OO_KEY"]
    oo("add", "Call the dentist")
    oo("refresh")
    return environ


def test_status(own: dict[str, str], oo: Oo) -> None:
    """Where, since when and how many, in words and as data; a year later a word of it in doctor."""
    assert oo("key").out.endswith("In use since 1 December 2026; it wraps 2 keys.\n")
    data = json.loads(oo("key", "status", "--json").out)
    assert (data["key"], data["chosen"], data["data_keys"]) == ("file", False, 2)
    assert "year old" not in oo("doctor", "--offline").out
    assert "oo key rotate" in oo("doctor", "--offline", OO_NOW="2027-12-03T10:00").out


def test_rotate(own: dict[str, str], oo: Oo) -> None:
    """A new key, all that was sealed still read, and its age begins anew."""
    file = Path(own["OO_HOME"], "config/key")
    before, tip = file.read_text(), oo("tip").out
    assert oo("key", "rotate", OO_NOW="2026-12-02T10:00").out.startswith("A new key is in use.")
    assert file.read_text() != before
    assert "since 2 December 2026" in oo("key").out
    assert oo("tip", OO_NOW="2026-12-01T10:00").out == tip
    assert oo("why").code == 0


def test_a_key_of_the_environment_is_shown_to_nobody_unasked(oo: Oo) -> None:
    """In a pipe a new OO_KEY is written only with --show, and is data alone on standard output."""
    oo("mood", "3", "slept well")
    refused = oo("key", "rotate")
    assert (refused.code, refused.out) == (2, "")
    assert "--show" in refused.err
    shown = oo("key", "rotate", "--show")
    assert (shown.code, len(shown.out)) == (0, 45)
    assert "OO_KEY_OLD" in shown.err
    assert oo("mood", OO_KEY=shown.out.strip()).code == 7
    assert oo("key", "rotate", OO_KEY_OLD=KEY).out.startswith("A new key is in use.")
    assert "slept well" in oo("mood", OO_KEY_OLD="").out


def test_passphrase_from_standard_input(
    own: dict[str, str], oo: Oo, monkeypatch: pytest.MonkeyPatch, child_environ: dict[str, str], door: list[str]
) -> None:
    """Piped in where it was asked for; without it a refresh by cron ends at once with 7 and the reason."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert "sealed by your passphrase" in oo("key", "--passphrase", "--passphrase-stdin").out
    child = {**child_environ, **own}
    child.pop("OO_KEY", None)
    done = subprocess.run([*door, "refresh"], env=child, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (7, "")
    assert "passphrase" in done.stderr
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        [*door, "refresh", "--passphrase-stdin"], env=child, input="correct horse\n", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["shred"], ["rotate", "--file"], ["--file", "--passphrase"]])
def test_one_thing_at_a_time(oo: Oo, words: list[str]) -> None:
    """Two wishes, or one that is none, are refused before anything is touched."""
    assert oo("key", *words).code == 2


def test_before_there_is_a_key(oo: Oo) -> None:
    """A fresh home is told what to do first."""
    assert oo("key").out == "There is no key yet.\n"
    assert oo("key", "rotate").code == 2
