"""What is written down matches what runs."""

from __future__ import annotations

import re
import subprocess

import pytest

from oo_cli.main import ROOMS
from oo_data import catalog
from tests.conftest import ROOT
from tests.hygiene import mutation, site
from tests.hygiene.reference import command_reference, decisions

TOP_ROOMS = (
    "data",
    "agents",
    "oo_cli",
    "oo_cli/engine",
    "oo_cli/usecases",
    "oo_cli/adapters",
    "oo_cli/tui",
    "oo_cli/tui/inspect",
    "oo_cli/daemon",
    "oo_cli/phone",
    "oo_cli/adapters/clockwork",
    "oo_cli/adapters/embed",
    "oo_cli/adapters/llm",
    "oo_cli/adapters/notify",
    "oo_cli/adapters/trace",
    "oo_cli/adapters/vault",
    "oo_cli/adapters/sources/todotxt",
    "oo_cli/adapters/sources/todoist",
    "oo_cli/adapters/sources/taskwarrior",
    "oo_cli/adapters/sources/calendar",
    "oo_cli/adapters/sources/habit",
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


def test_every_decision_has_a_number_of_its_own() -> None:
    """A record's file and heading carry the same number, and no two records share one."""
    named = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in named]
    assert numbers == list(range(1, len(named) + 1))
    assert [path.read_text().split(".")[0] for path in named] == [f"# {number}" for number in numbers]


def test_every_decision_is_listed() -> None:
    """docs/adr/README.md names each record; to write it anew: make docs."""
    assert (ROOT / "docs/adr/README.md").read_text() == decisions()


def test_every_link_of_a_page_leads_somewhere() -> None:
    """A file that a page names is there, seen from where the page lies."""
    lost = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in map(ROOT.joinpath, site.tracked())
        for link in site.links(page)
        if not (page.parent / link).exists()
    ]
    assert lost == []


@pytest.mark.nightly
def test_the_site_builds_without_a_warning() -> None:
    """Links and anchors between the pages hold, as MkDocs sees them."""
    pytest.importorskip("mkdocs", reason="no MkDocs: pip install --group docs")
    assert site.build() == 0


@pytest.mark.parametrize("room", TOP_ROOMS)
def test_every_room_states_its_contract(room: str) -> None:
    """A room's README says what it promises, how its health shows, and when it could be taken out."""
    text = (ROOT / room / "README.md").read_text().lower()
    assert all(word in text for word in ("contract", "health", "extract"))


def test_no_machine_is_named() -> None:
    """No path of a developer's machine and no registry address stands in the tree."""
    pattern = r"(^|[^A-Za-z0-9_.])/(wor" + r"k|far" + r"m|roo" + r"t)/"
    ran = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stdout == ""


@pytest.mark.parametrize("room", mutation.ROOMS)
def test_mutants_are_made_of_what_there_is(room: str) -> None:
    """What a mutation run changes, and the tests it asks, exist where it looks for them."""
    for file in mutation.ROOMS[room].files:
        assert list(ROOT.glob(file)) or list(ROOT.glob(f"*/{file}"))
    assert all((ROOT / test).exists() for test in mutation.ROOMS[room].tests)
    assert f"`make mutate ROOM={room}" in (ROOT / "docs/reliability.md").read_text()
