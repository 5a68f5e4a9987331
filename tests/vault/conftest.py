"""What the vault's tests share: processes of their own, a real Secret Service, and files of somebody else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.vault.homes import Home

ROOT = Path(__file__).parents[2]
Outcome = dict[str, Any]


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a new person on a machine without a desktop."""
    hidden = ("DBUS_", "DISPLAY", "GNOME_", "OO_", "PYTHON_KEYRING", "WAYLAND_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    path = os.pathsep.join(str(ROOT / part) for part in ("", "agents", "data"))
    return {**kept, **places, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": path}


@dataclass(frozen=True)
class Session:
    """A person whose login starts a Secret Service, or does not unlock it."""

    home: Path

    def run(self, state: str, *calls: list[str]) -> list[Outcome]:
        """The outcome of each probe, in one D-Bus session that is gone afterwards."""
        words = [sys.executable, "-m", "tests.vault.secret_service", state, json.dumps(calls)]
        process = subprocess.Popen(
            ["dbus-run-session", "--", *words],
            cwd=ROOT,
            env=clean_environment(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=110)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, err.decode()
        told = json.loads(out)
        with pytest.raises(ProcessLookupError):
            os.kill(told["pid"], 0)
        return list(told["outcomes"])


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A real Secret Service, started for this test, with nothing in it."""
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    # A short path, because that of a socket may have 107 bytes.
    return Session(tmp_path_factory.mktemp("s"))


@pytest.fixture
def probe(tmp_path: Path) -> Callable[..., Outcome]:
    """One probe in a process without a desktop, with the variables that are given."""

    def run(*words: str, **variables: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "tests.vault.probe", *words],
            cwd=ROOT,
            env={**clean_environment(tmp_path), **variables},
            capture_output=True,
            check=True,
            timeout=50,
        )
        assert done.stderr == b""
        return dict(json.loads(done.stdout))

    return run


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A file that belongs to somebody else, in a directory that does too."""
    if os.geteuid() != 0:
        return Path("/etc/passwd")
    directory = tmp_path / "theirs"
    directory.mkdir()
    file = directory / "key"
    file.write_text("A" * 43)
    for path in (file, directory):
        os.chown(path, 65534, 65534)
    return file


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nothing was put into yet."""
    return Home(tmp_path)
