"""Odd machines: whatever the environment lacks, a command ends in words and a published code, never in a traceback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.commands import COMMANDS, SHORT
from tests.reliability.tracing import untraced

DEAD = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
NO_ADDRESS = "http://user:pass@example.org"
# What each environment adds to a plain one; None takes away.
ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "no HOME": {"HOME": None},
    "no OO_HOME, no XDG": {"OO_HOME": None},
    "locale C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a locale that is none": {"LC_ALL": "xx_YY.nothing", "LANG": "%s%n"},
    "a zone that is none": {"TZ": "Nowhere/Land"},
    "dead proxies": {**DEAD, "LITELLM_URL": "http://127.0.0.1:9"},
    "a gateway that is no address": {"LITELLM_URL": NO_ADDRESS},
    "no programs": {"PATH": ""},
}
WRAPS = {
    "64 files": ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"],
    "4 KiB a file": ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh"],
}
CANNOT_WRITE = 8
CODES = {0, 2, 3, 4, 5, 6, 7, 8}


def plain(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A home and a Python, and nothing else."""
    return environ | {"HOME": str(tmp_path / "person"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def told_well(answers: Sequence[Any]) -> None:
    """Each command ended with a published code, and each failure is one line with a next step."""
    for answer in answers:
        said = answer["err"] + answer["out"]
        assert "Traceback" not in said, answer
        assert "unexpected" not in said, answer
        assert answer["code"] in CODES, answer
        if answer["code"] not in (0, 7) or "doctor" not in answer["words"]:
            lines = [line for line in answer["err"].splitlines() if line.startswith("oo: ")]
            failed = answer["code"] != 0 and "--json" not in answer["words"] and "doctor" not in answer["words"]
            assert len(lines) == int(failed), answer


def tried(commands: Sequence[Sequence[str]], environ: dict[str, str], change: dict[str, str | None]) -> list[Any]:
    """Run them there."""
    changed = {**environ, **change}
    return untraced(commands, {name: value for name, value in changed.items() if value is not None})


@pytest.mark.parametrize("name", ["no OO_HOME, no XDG", "locale C", "dead proxies"])
def test_odd_environments(child_environ: dict[str, str], tmp_path: Path, name: str) -> None:
    """The commands of a day in the oddest three."""
    told_well(tried(SHORT, plain(child_environ, tmp_path), ENVIRONMENTS[name]))


@pytest.mark.nightly
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_odd_environments_with_every_command(child_environ: dict[str, str], tmp_path: Path, name: str) -> None:
    """Every command in each."""
    told_well(tried(COMMANDS, plain(child_environ, tmp_path), ENVIRONMENTS[name]))


def test_no_home_to_be_made(child_environ: dict[str, str], tmp_path: Path) -> None:
    """Where no folder can be made, nothing is, and every command that needs one says so."""
    answers = tried(SHORT, plain(child_environ, tmp_path), {"OO_HOME": "/dev/null/home"})
    told_well(answers)
    assert {answer["code"] for answer in answers if answer["words"][0] in ("add", "mood")} == {CANNOT_WRITE}


@pytest.mark.parametrize("name", ["4 KiB a file", pytest.param("64 files", marks=pytest.mark.nightly)])
def test_limits_of_the_process(child_environ: dict[str, str], tmp_path: Path, name: str) -> None:
    """Few descriptors are enough; a file that may not grow is a disk that is full."""
    answers = untraced(SHORT, plain(child_environ, tmp_path), WRAPS[name])
    told_well(answers)
    added = next(answer for answer in answers if answer["words"][0] == "add")
    assert added["code"] == (CANNOT_WRITE if name == "4 KiB a file" else 0)


def jail(script: str) -> list[str]:
    """A mount namespace of its own, or a skip where the machine allows none."""
    words = ["unshare", "--mount", "--map-root-user", "sh", "-c", f'{script} && exec "$@"', "sh"]
    try:
        probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("unshare is not installed")
    if probe.returncode:
        pytest.skip("this machine allows no mount namespace")
    return words


@pytest.mark.parametrize(
    "free_kib", [0, pytest.param(8, marks=pytest.mark.nightly), pytest.param(64, marks=pytest.mark.nightly)]
)
def test_a_full_disk(child_environ: dict[str, str], tmp_path: Path, free_kib: int) -> None:
    """A lived-in home on a disk that is full: words, code 8 where something had to be written, all readable."""
    environ = plain(child_environ, tmp_path)
    home = Path(environ["OO_HOME"])
    untraced([["add", "Buy milk due:2026-12-01"], ["add", "Water the plants"], ["refresh"]], environ)
    copy = tmp_path / "copy"
    home.rename(copy)
    home.mkdir()
    size = sum(file.stat().st_size for file in copy.rglob("*") if file.is_file()) // 1024 + 64
    fill = (
        f'mount -t tmpfs -o size={size + 256}k,mode=700 none "{home}" && cp -a "{copy}/." "{home}/"'
        f' && {{ dd if=/dev/zero of="{home}/filler" bs=1k 2>/dev/null || true; }}'
        f' && truncate -s -{free_kib}k "{home}/filler"'
    )
    asked = [
        ["tip"],
        ["add", "Call Mum"],
        ["mood", "3"],
        ["refresh"],
        ["later"],
        ["log"],
        ["status"],
        ["doctor", "--json"],
    ]
    answers = untraced(asked, environ, jail(fill))
    told_well(answers)
    by_verb = {answer["words"][0]: answer for answer in answers}
    assert by_verb["status"]["code"] == by_verb["log"]["code"] == 0
    assert "bad" in {found["level"] for found in json.loads(by_verb["doctor"]["out"]) if found["part"] == "disk"}
    if not free_kib:
        assert {by_verb[verb]["code"] for verb in ("tip", "add", "mood", "refresh")} == {CANNOT_WRITE}


def test_a_read_only_home(child_environ: dict[str, str], tmp_path: Path) -> None:
    """What only reads still answers; the rest says that it cannot write, and the bytes stay."""
    environ = plain(child_environ, tmp_path)
    untraced([["add", "Buy milk due:2026-12-01"], ["refresh"]], environ)
    home = environ["OO_HOME"]
    before = Path(home, "data", "oo.db").read_bytes()
    answers = untraced(SHORT, environ, jail(f'mount --bind "{home}" "{home}" && mount -o remount,ro,bind "{home}"'))
    told_well(answers)
    assert {answer["code"] for answer in answers if answer["words"][0] in ("add", "mood", "refresh")} == {CANNOT_WRITE}
    assert Path(home, "data", "oo.db").read_bytes() == before
