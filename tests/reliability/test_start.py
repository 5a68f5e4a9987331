"""How a process starts: closed files, closed memory, closed folders, and no root in another person's home."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from oo_cli.tui.first import look
from tests.conftest import Oo

START = """
import ctypes, os, resource, sys
from oo_cli.fast import main
code = main()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE), dumpable, file=sys.stderr)
sys.exit(code)
"""
PERSON = 4321
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be root, or make another's file")


@pytest.fixture
def home(oo: Oo, environ: dict[str, str]) -> Path:
    """A home with a task and a shelf."""
    assert oo("add", "Call the dentist due:2026-12-01").code == 0
    assert oo("refresh").code == 0
    return Path(environ["OO_HOME"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux's")
def test_a_process_with_a_key_shows_its_memory_to_nobody(
    home: Path, child_environ: dict[str, str], environ: dict[str, str]
) -> None:
    """Umask 077 and no core on each door; on the one that opens the vault the process cannot be dumped either."""
    for words, dumpable in ((["tip"], 1), (["refresh"], 0)):
        ran = subprocess.run(
            [sys.executable, "-c", START, *words],
            env=child_environ | environ,
            capture_output=True,
            text=True,
            check=True,
            umask=0o000,
        )
        assert ran.stderr.splitlines()[-1] == f"0o77 (0, 0) {dumpable}"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_nothing_is_open_to_others(
    child_environ: dict[str, str], environ: dict[str, str], door: list[str], umask: int
) -> None:
    """Whatever the umask that oO was started with, no file or folder of a home can be read by others."""
    for words in (["add", "Call the dentist"], ["refresh"], ["mood", "3"]):
        subprocess.run([*door, *words], env=child_environ | environ, capture_output=True, check=True, umask=umask)
    home = Path(environ["OO_HOME"])
    assert [str(path) for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077] == []


def test_folders_found_open_are_closed(oo: Oo, home: Path) -> None:
    """The next command closes them; files are closed when the person says so."""
    for folder in ("data", "config", "state"):
        (home / folder).chmod(0o755)
    database = home / "data" / "oo.db"
    database.chmod(0o644)
    assert oo("status").code == 0
    assert {stat.S_IMODE((home / folder).stat().st_mode) for folder in ("data", "config", "state")} == {0o700}
    found = [finding for finding in json.loads(oo("doctor", "--offline", "--json").out) if finding["level"] == "bad"]
    assert [(finding["part"], finding["exit_code"], finding["next"]) for finding in found] == [
        ("files", 8, "Close it: oo doctor --fix")
    ]
    ran = oo("doctor", "--offline", "--fix")
    assert (ran.code, f"Closed: {database}" in ran.err) == (0, True)
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_link_is_no_file_of_ours(oo: Oo, home: Path, tmp_path: Path) -> None:
    """A lock that points elsewhere is not followed; the doctor names it, and --fix leaves it alone."""
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    target.chmod(0o644)
    (home / "data" / "write.lock").unlink()
    (home / "data" / "write.lock").symlink_to(target)
    assert oo("mood", "3").code == 8
    ran = oo("doctor", "--offline", "--fix")
    assert (ran.code, "is a link" in ran.out) == (8, True)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("mine", 0o644)


@needs_root
def test_a_folder_of_another_user_is_refused(oo: Oo, home: Path) -> None:
    """What somebody else owns they could exchange at any time."""
    os.chown(home / "state", PERSON, PERSON)
    ran = oo("status")
    assert (ran.code, ran.err) == (8, "oo: A folder of oO's belongs to another user. See: oo doctor\n")
    assert "belongs to another user" in oo("doctor", "--offline").out


@needs_root
def test_root_leaves_another_persons_home_alone(
    home: Path, child_environ: dict[str, str], environ: dict[str, str], door: list[str], tmp_path: Path
) -> None:
    """With `sudo oo` nothing is read and nothing written, neither in a home that is there nor in one that is not."""
    for path in (home, *home.rglob("*")):
        os.chown(path, PERSON, PERSON)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    os.chown(fresh, PERSON, PERSON)
    before = (home / "data" / "oo.db").read_bytes()
    for place in (home, fresh / "home"):
        for words in (["tip"], ["add", "Read a book"], ["forget", "--yes"]):
            own = child_environ | environ | {"OO_HOME": str(place)}
            ran = subprocess.run([*door, *words], env=own, capture_output=True, text=True, check=False)
            assert (ran.returncode, ran.stdout) == (2, "")
            assert ran.stderr == "oo: oO does not run as root in another person's home. Run it again without sudo.\n"
    assert (home / "data" / "oo.db").read_bytes() == before
    assert list(fresh.iterdir()) == []
    assert look(environ) is None, "the first frame is for its owner"
