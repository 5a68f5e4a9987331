"""`oo inspect` without a screen: the same rows in words or as JSON."""

from __future__ import annotations

import json

import pytest

from oo_cli.usecases.inspect.tabs import NAMES
from tests.conftest import Oo


@pytest.mark.parametrize("tab", NAMES)
def test_a_fresh_home_says_what_to_do(oo: Oo, environ: dict[str, str], tab: str) -> None:
    """Every tab can be printed before anything exists, and looking makes no home."""
    said = oo("inspect", "--tab", tab)
    assert said.code == 0
    assert said.out.strip()
    assert json.loads(oo("inspect", "--tab", tab, "--json").out)["tab"] == tab
    assert oo("status").out.startswith("Nothing is connected.")


def test_rows_are_the_same_in_words_and_as_data(oo: Oo) -> None:
    """A tip that was shown and done is told in both forms; what is looked for narrows both."""
    oo("add", "Call Ada due:2026-12-01")
    oo("tip")
    oo("done")
    said = oo("inspect", "--tab", "tips").out
    assert "01 Dec 10:00: tip Call Ada, became done, where tip" in said
    found = json.loads(oo("inspect", "--tab", "tips", "--json").out)
    assert [(row["text"], row["became"]) for row in found["rows"]] == [("Call Ada", "done")]
    assert [chart["label"] for chart in found["charts"]][:2] == ["shown", "done"]
    kinds = [row["type"] for row in json.loads(oo("inspect", "--find", "feedback", "--json").out)["rows"]]
    assert kinds == ["FeedbackGiven"]
    assert json.loads(oo("inspect", "--find", "feedback", "--json", "--tab", "egress").out)["rows"] == []
    assert oo("inspect", "--find", "nowhere").out == "Nothing holds that.\n"


def test_a_page_has_an_end(oo: Oo) -> None:
    """`--limit` bounds the rows and says that there are more."""
    oo("add", "Call Ada")
    found = json.loads(oo("inspect", "--limit", "2", "--json").out)
    assert (len(found["rows"]), found["more"]) == (2, True)


def test_a_wrong_tab_is_told(oo: Oo) -> None:
    """A name that is none names those that are."""
    said = oo("inspect", "--tab", "nonsense")
    assert said.code == 2
    assert "events, agents, profile" in said.err


def test_the_demo_leaves_the_home_alone(oo: Oo) -> None:
    """The made-up person has two weeks of tips, and the person's own home is not even made."""
    said = oo("inspect", "--demo", "--tab", "tips", "--json")
    assert "Nothing of yours is read or kept." in said.err
    found = json.loads(said.out)
    assert len(found["rows"]) > 30
    assert {row["became"] for row in found["rows"]} == {"done", "later", "not this", "ignored", "open"}
    assert oo("log").out == ""
