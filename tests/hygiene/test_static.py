"""Format, lint and types, so that one test command says all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

RUFF = str(Path(sys.executable).parent / "ruff")
CHECKS = {
    "format": [RUFF, "format", "--check", "--no-cache", "."],
    "lint": [RUFF, "check", "--no-cache", "."],
    "types": [sys.executable, "-m", "mypy"],
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_is_clean(check: str) -> None:
    """Code and tests are formatted, linted and strictly typed."""
    ran = subprocess.run(CHECKS[check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
