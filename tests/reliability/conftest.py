"""What the reliability suites share: a process that forks, and a home to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.reliability.forks import Forks
from tests.reliability.scene import Scene

Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tells a figure that was measured, at the end of the run."""
    return partial(record_property, "figure")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the figures."""
    told = [
        f"{report.nodeid.rpartition('/')[2]}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure"
    ]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(dict.fromkeys(told)) + "\n")


@pytest.fixture
def forks(child_environ: dict[str, str], tmp_path: Path) -> Iterator[Forks]:
    """A process that has loaded oO."""
    running = Forks(child_environ | {"HOME": str(tmp_path / "nobody")})
    yield running
    running.close()


@pytest.fixture
def scene(forks: Forks, child_environ: dict[str, str], tmp_path: Path) -> Iterator[Scene]:
    """A home on a Tuesday morning, not yet made."""
    own = child_environ | {
        "HOME": str(tmp_path / "nobody"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    made = Scene(forks, own, tmp_path)
    yield made
    made.clear()
