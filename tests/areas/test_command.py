"""`oo area` from the outside: the list, the person's own word, duplicates, and life without the extra."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.house import Doors
from oo_cli.main import run
from oo_data.ports import Embedder
from tests.areas.people import AxisEmbedder
from tests.conftest import Ran
from tests.fakes import file_vault

Oo = Callable[..., Ran]
OTHERS = ("time-of-day", "momentum", "overdue-task", "recent-patterns")
LIST = (
    "home: sweep +flat\nhome: mop +flat\nhome: dust +flat\n5: odd +flat\nhealth: run due:2026-11-01\n3: a\n3: b\n3: c\n"
)


@pytest.fixture
def embedder() -> Embedder:
    """What the house embeds with, unless a test says otherwise."""
    return AxisEmbedder()


@pytest.fixture
def oo(environ: dict[str, str], capsys: pytest.CaptureFixture[str], embedder: Embedder, tmp_path: Path) -> Oo:
    """Commands in a home with a connected list."""
    doors = Doors(file_vault, wiring.open_source, embedder=lambda house: embedder)
    (tmp_path / "list.txt").write_text(LIST)

    def command(*words: str) -> Ran:
        code = run(list(words), environ, doors)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    assert command("connect", "todotxt", "--file", str(tmp_path / "list.txt")).code == 0
    for agent in OTHERS:  # so that the tip is about a task
        command("consent", "revoke", f"agent.{agent}")
    command("refresh")
    return command


def test_list(oo: Oo) -> None:
    """Areas with counts and what they rest on; what fits nowhere is counted, with its themes."""
    ran = oo("area")
    assert ran.out == (
        "health                 1 open    0 done   1 by title\n"
        "home                   4 open    0 done   3 by title, 1 by project\n"
        "3 open in no area; 1 other theme among them.\n"
    )
    found = json.loads(oo("area", "--json").out)
    assert found["semantic"] is True
    assert found["areas"][0] == {
        "area": "health", "open": 1, "done": 0, "yours": 0, "by_title": 1, "by_project": 0,
    }  # fmt: skip
    assert (found["no_area"], found["themes"], found["projects"]) == (3, 1, [])


def test_done_counts(oo: Oo) -> None:
    """A finished task counts for the area it had."""
    assert "health: run" in oo("tip").out
    oo("done")
    oo("refresh")
    assert oo("area").out.splitlines()[0] == "health                 0 open    1 done"


def test_set_and_unset(oo: Oo) -> None:
    """The last tip's task goes where the person says, survives a refresh, and can be given back."""
    oo("tip")
    assert oo("area", "set", "Family", "and", "friends").err.startswith("Noted: this task is family-and-friends.")
    oo("refresh")
    assert "family-and-friends     1 open    0 done   1 by your word" in oo("area").out
    assert json.loads(oo("area", "unset", "--json").out) == {"scope": "task", "area": None}
    oo("refresh")
    assert "health                 1 open    0 done   1 by title" in oo("area").out
    assert oo("area", "unset").code == 2


def test_set_project(oo: Oo, tmp_path: Path) -> None:
    """A whole project can be put into an area at once."""
    (tmp_path / "list.txt").write_text("home: sweep +flat due:2026-11-01\nhome: mop +flat\n5: odd +flat\n")
    oo("refresh")
    assert "sweep" in oo("tip").out
    assert json.loads(oo("area", "set", "work", "--project", "--json").out) == {"scope": "project", "area": "work"}
    oo("refresh")
    assert oo("area").out == "work                   3 open    0 done   3 by your word\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("area", "set", "nonsense"), 2, "There is no such area."),
        (("area", "set"), 2, "Say what to do"),
        (("area", "unset", "home"), 2, "Say what to do"),
        (("area", "frobnicate"), 2, "Say what to do"),
        (("area", "set", "home", "--duplicates"), 2, "Say what to do"),
        (("area", "set", "home"), 2, "No tip was shown yet."),
    ],
)
def test_bad_words(oo: Oo, words: tuple[str, ...], code: int, says: str) -> None:
    """A wrong word is told in one line with the next step."""
    ran = oo(*words)
    assert (ran.code, says in ran.err, ran.out) == (code, True, "")


def test_no_project(oo: Oo) -> None:
    """A task outside of any project has none to set."""
    oo("tip")
    assert "in no project" in oo("area", "set", "home", "--project").err


def test_consent(oo: Oo) -> None:
    """Withdrawing the agent's consent erases what was found and closes the command; the person's own word stays."""
    oo("tip")
    oo("area", "set", "work")
    assert "vectors" in oo("consent", "revoke", "agent.focus-area").err
    for words in (("area",), ("area", "--duplicates"), ("area", "set", "home")):
        ran = oo(*words)
        assert (ran.code, "oo consent grant agent.focus-area" in ran.err) == (4, True)
    oo("consent", "grant", "agent.focus-area")
    assert oo("area").out == "work                   1 open    0 done   1 by your word\n7 open in no area.\n"


def test_duplicates(oo: Oo, tmp_path: Path) -> None:
    """Look-alikes are told in the person's own words, numbers keep them apart, and nothing is merged."""
    (tmp_path / "list.txt").write_text("health: run\nhealth: walk\nhealth: run 5\nhome: mop\n")
    pairs = json.loads(oo("area", "--duplicates", "--json").out)
    assert pairs == [{"one": "health: run", "two": "health: walk", "likeness": 1.0}]
    assert oo("area", "--duplicates").out == "Looks like a duplicate? health: run  |  health: walk\n"
    assert (tmp_path / "list.txt").read_text().count("\n") == 4


@pytest.mark.parametrize("embedder", [NgramEmbedder()], ids=["letters"])
def test_without_the_extra(oo: Oo, tmp_path: Path) -> None:
    """Calmly: one line that says what to install, projects by name, and exact duplicates only."""
    ran = oo("area")
    assert ran.err == "Areas by meaning need the extra `embed`: pip install 'oo-assistant[embed]'\n"
    assert ran.out == "flat                   4 open    0 done\n"
    found = json.loads(oo("area", "--json").out)
    assert (found["semantic"], found["areas"]) == (False, [])
    assert found["projects"] == [{"project": "flat", "open": 4, "done": 0}]
    oo("tip")
    oo("area", "set", "home")
    assert "home                   1 open    0 done   1 by your word\nflat  " in oo("area").out
    assert oo("area").out.endswith("done   a project\n")  # an area may have its name
    (tmp_path / "list.txt").write_text("Buy oat milk\noat milk: BUY\nGet oat milk\n")
    assert oo("area", "--duplicates").out == "Looks like a duplicate? Buy oat milk  |  oat milk: BUY\n"


def test_no_home(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is connected there is nothing to allow or to list."""
    assert run(["area"], environ) == 4
    assert not Path(environ["OO_HOME"]).exists()
    assert "consent" in capsys.readouterr().err
