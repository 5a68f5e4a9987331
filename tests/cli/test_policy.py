"""`oo policy` at the command line: words for a person, JSON for a program, refusals with the next step."""

from __future__ import annotations

import json

import pytest

from oo_data.store.db import open_store
from tests.conftest import Oo

NEXT_HOUR = "2026-12-01T11:00:00+01:00"


@pytest.fixture
def lived(oo: Oo) -> Oo:
    """A home in which one tip was done and another refused."""
    for title in ("Call the dentist due:2026-12-01", "Water the plants", "Write the report"):
        oo("add", title)
    oo("refresh")
    for reaction in ("done", "no"):
        oo("tip")
        oo(reaction)
    oo("refresh", OO_NOW=NEXT_HOUR)
    return oo


def test_the_list_needs_no_home(oo: Oo) -> None:
    """Before anything is connected the policies can be read about; the live one comes first."""
    lines = oo("policy").out.splitlines()
    assert lines[0].startswith("ranker: live, ")
    assert any("needs a model" in line for line in lines)


def test_reactions_reach_the_learner_in_the_next_refresh(lived: Oo) -> None:
    """Two reactions are what the learning policy knows of."""
    (learner,) = (entry for entry in json.loads(lived("policy", "--json").out) if "learnt_from" in entry)
    assert (learner["id"], learner["learnt_from"]) == ("epsilon-greedy", 2)


def test_the_report_is_the_same_for_a_program(lived: Oo) -> None:
    """Everything that stands in the way is in the JSON too, and nothing is claimed of one day."""
    report = {entry["id"]: entry for entry in json.loads(lived("policy", "report", "--json").out)}
    assert report.keys() == {"ranker", "urgency", "epsilon-greedy", "orchestrator"}
    assert "a model: it stays in shadow" in report["orchestrator"]["missing"]
    assert report["epsilon-greedy"]["online"]["decisions"] > 0
    said = lived("policy", "report")
    assert "Before epsilon-greedy can be promoted:" in said.out
    assert "\x1b" not in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promote", "epsilon-greedy"), "Not yet: "),
        (("promote", "nonsense"), "There is no such policy."),
        (("rollback",), "No policy was promoted."),
        (("promote",), "Say what to do"),
        (("list", "more"), "Say what to do"),
        (("dance",), "Say what to do"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(lived: Oo, words: tuple[str, ...], said: str) -> None:
    """Each refusal is usage, says why, and changes nothing."""
    ran = lived("policy", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"oo: {said}")
    assert ran.err.count("\n") == 1


def test_without_a_past_there_is_no_report(oo: Oo) -> None:
    """A home that does not exist is not made by asking for a report."""
    assert oo("policy", "report").code == 2


def test_shadows_of_what_was_shown_are_kept(lived: Oo, environ: dict[str, str]) -> None:
    """Weeks later the decisions behind a tip that was seen are there, shadows included; the others are gone."""
    lived("refresh", OO_NOW="2027-01-15T11:00:00+01:00")
    store = open_store(f"{environ['OO_HOME']}/data/oo.db")
    rows = store.conn.execute("select moment, stage from decision where at < ?", (1_798_000_000_000,)).fetchall()
    store.close()
    moments = {moment for moment, _ in rows}
    assert moments
    for moment in moments:
        stages = sorted(stage for of, stage in rows if of == moment)
        assert stages[0] == "live"
        assert "shadow" in stages
