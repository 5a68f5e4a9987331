"""Every test gets a home of its own; nothing of the tester's machine is read, and no socket leaves it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from oo_data.env import Paths

ROOT = Path(__file__).parent.parent
TUESDAY = "2026-12-01T10:00:00+01:00"
KEY = "b2stdGhpcy1pcy1hLXRlc3Qta2V5LW9mLTMyLWJ5dGU="

# A busy machine is slow by itself.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time, or a change would fail for what another one did; "explore" makes others each time.
settings.register_profile("oo", _PATIENT, derandomize=True)
settings.register_profile("explore", _PATIENT)
# Of a mutant it is enough to know that it fails: nothing is made smaller, and nothing is kept for the next one.
settings.register_profile(
    "mutation", deadline=None, database=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("oo")


def pytest_configure(config: pytest.Config) -> None:
    """What runs at night goes looking."""
    if config.option.markexpr == "nightly" and not config.getoption("--hypothesis-profile"):
        settings.load_profile("explore")


class Ran(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Oo = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _no_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The person's own home, settings and keyring are out of reach."""
    for name in list(os.environ):
        if name.startswith(("OO_", "XDG_", "TODOIST_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A fresh home on a Tuesday morning in Berlin, with a key of its own."""
    own = {"OO_HOME": str(tmp_path / "home"), "OO_NOW": TUESDAY, "OO_KEY": KEY, "TZ": "Europe/Berlin"}
    yield own
    for folder in Paths(own).memory_dirs():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def oo(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Oo:
    """Run a command in this process, as the console script would past its fast door."""
    from oo_cli.main import run

    def command(*words: str, **changed: str) -> Ran:
        environ.update(changed)
        code = run(list(words), environ)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return command


@pytest.fixture
def child_environ(environ: dict[str, str]) -> dict[str, str]:
    """The same home for a process of its own: nothing else of this process's environment but where Python is."""
    paths = [str(ROOT), str(ROOT / "agents"), str(ROOT / "data")]
    carried = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "COV_"))}
    return environ | carried | {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture
def door() -> list[str]:
    """The argument list that starts the console script's own entry point."""
    return [sys.executable, "-c", "import sys; from oo_cli.fast import main; sys.exit(main())"]
