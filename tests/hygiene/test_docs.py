"""What is written down matches what runs."""

from __future__ import annotations

import re
import subprocess

import pytest

from oo_cli.main import ROOMS
from oo_data import catalog
from tests.conftest import ROOT
from tests.hygiene.reference import command_reference

TOP_ROOMS = (
    "data",
    "agents",
    "oo_cli",
    "oo_cli/tui",
    "oo_cli/daemon",
    "oo_cli/phone",
    "oo_cli/adapters/llm",
    "oo_cli/adapters/trace",
    "oo_cli/adapters/vault",
    "oo_cli/adapters/sources/todotxt",
    "oo_cli/adapters/sources/todoist",
)


def test_the_command_reference_is_current() -> None:
    """docs/cli.md is what `--help` says; to write it anew: make docs."""
    assert (ROOT / "docs/cli.md").read_text() == command_reference()


def test_the_data_catalogue_is_current() -> None:
    """docs/data-catalog.md is the catalogue that the code erases by; to write it anew: make docs."""
    text = (ROOT / "docs/data-catalog.md").read_text()
    assert text.endswith(catalog.markdown())


def test_every_command_of_the_readme_exists() -> None:
    """A command that the README names is one that oO has."""
    named = set(re.findall(r"`oo ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named - set(ROOMS) == set()


@pytest.mark.parametrize("room", TOP_ROOMS)
def test_every_room_states_its_contract(room: str) -> None:
    """A room's README says what it promises, how its health shows, and when it could be taken out."""
    text = (ROOT / room / "README.md").read_text().lower()
    assert all(word in text for word in ("contract", "health"))


def test_no_machine_is_named() -> None:
    """No path of a developer's machine and no registry address stands in the tree."""
    pattern = r"(^|[^A-Za-z0-9_.])/(wor" + r"k|far" + r"m|roo" + r"t)/"
    ran = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stdout == ""
