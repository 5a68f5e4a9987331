"""A disk that is full from its n-th write on: words and a code, nothing half written, all still readable."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import Oo
from tests.reliability import tracing

CANNOT_WRITE = 8
WRITING = (["refresh"], ["done"], ["later"], ["mood", "3"], ["consent", "revoke", "agent.momentum"])
MOST = 2000


@pytest.fixture
def sound(oo: Oo, environ: dict[str, str], tmp_path: Path) -> Path:
    """A copy of a home with a tip on display."""
    for title in ("Call the dentist due:2026-12-01", "Water the plants"):
        assert oo("add", title).code == 0
    oo("refresh")
    oo("tip")
    copy = tmp_path / "sound"
    shutil.copytree(environ["OO_HOME"], copy)
    return copy


def full_from(nth: int, words: list[str], home: Path, environ: dict[str, str], door: list[str]) -> tuple[bool, int]:
    """Run a command whose database takes no more from its n-th write on; whether that came, and how it ended."""
    log = home.parent / "injected"
    files = [f"{home}/data/oo.db", f"{home}/data/oo.db-journal"]
    ran = subprocess.run(
        ["strace", "-f", "-qq", "-o", str(log), *(part for file in files for part in ("-P", file)),
         "-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=ENOSPC:when={nth}+", *door, *words],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, (nth, words, ran.stderr)
    assert "unexpected" not in ran.stderr, (nth, words, ran.stderr)
    return "(INJECTED)" in log.read_text(), ran.returncode


def points(oo: Oo, sound: Path, words: list[str], environ: dict[str, str], door: list[str], nths: Iterator[int]) -> int:
    """Try each point until one lies beyond the command's end; how many were tried."""
    home = Path(environ["OO_HOME"])
    for tried, nth in enumerate(nths):
        shutil.rmtree(home)
        shutil.copytree(sound, home)
        before = json.loads(oo("log", "--json").out.splitlines()[0])
        came, code = full_from(nth, words, home, environ, door)
        if not came:
            return tried
        assert code == CANNOT_WRITE, (nth, words, code)
        conn = sqlite3.connect(home / "data" / "oo.db")
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
        conn.close()
        assert before in [json.loads(line) for line in oo("log", "--json").out.splitlines()]
        assert oo("status").code == 0
    return MOST


@tracing.needs_trace
def test_at_the_first_writes(
    oo: Oo, sound: Path, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """The first, and one in the middle of a refresh."""
    points(oo, sound, ["refresh"], child_environ | environ, door, iter((1, 9)))


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_at_every_write(
    oo: Oo, sound: Path, environ: dict[str, str], child_environ: dict[str, str], door: list[str], words: list[str]
) -> None:
    """Every one of each writing command."""
    assert 0 < points(oo, sound, words, child_environ | environ, door, count(1)) < MOST
