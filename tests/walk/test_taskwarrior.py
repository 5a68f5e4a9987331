"""A person's Taskwarrior from connecting to leaving: the tip, the tick, the way back, and what stays on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oo_cli.usecases.residue import scan
from tests.conftest import Oo
from tests.taskwarrior import Tasks, done, needs_task, task, uuid_of

pytestmark = needs_task
ONE = uuid_of(1)
TITLES = ("Repot the monstera", "Bleed the radiators", "Oil the squeaking hinge")


@pytest.fixture
def tasks(tmp_path: Path, environ: dict[str, str]) -> Tasks:
    """Three open tasks, the first one pressing, and one that was done; the home's environment names them."""
    person = Tasks(tmp_path / "person")
    person.put(task(1, TITLES[0], due="20261130T230000Z", priority="H", project="greenhouse", tags=["balcony"]))
    person.put(task(2, TITLES[1]), task(3, TITLES[2]), done(4, "20261120T080000Z", description="Sweep the chimney"))
    environ |= person.environ
    return person


def test_from_connecting_to_a_tick_and_back(oo: Oo, tasks: Tasks) -> None:
    """The pressing task is the tip; done ticks it in Taskwarrior, undo takes the tick back there, and why knows it."""
    connected = oo("connect", "taskwarrior", "--write")
    assert (connected.code, str(tasks.folder) in connected.err) == (0, True)
    assert oo("tip").out.startswith(TITLES[0])
    assert oo("done").err.strip() == f"Done (there in taskwarrior too): {TITLES[0]}"
    assert tasks.item(ONE)["status"] == "completed"
    assert not oo("tip").out.startswith(TITLES[0])
    assert "(there in taskwarrior too)" in oo("undo").err
    assert tasks.item(ONE)["status"] == "pending"
    assert oo("refresh").code == 0
    assert json.loads(oo("why", "--json").out)["tip"]["source"] == "taskwarrior"


def test_without_the_consent_nothing_is_written(oo: Oo, tasks: Tasks) -> None:
    """Reading is one consent and writing another; a later, also one that names a day, is kept here alone."""
    assert oo("connect", "taskwarrior").code == 0
    before = tasks.digest()
    oo("tip")
    assert "the source was not changed" in oo("done").err
    oo("refresh")
    oo("tip")
    oo("later", "friday")
    assert oo("consent", "grant", "taskwarrior.write").code == 0
    oo("tip")
    assert "taskwarrior" not in oo("later", "friday").err
    assert tasks.digest() == before
    assert json.loads(oo("status", "--json").out)["outbox"]["waiting"] == 0


def test_a_tick_waits_for_a_program_that_is_away(oo: Oo, tasks: Tasks, tmp_path: Path) -> None:
    """Away at the reaction, back at the next refresh: ticked then, and once."""
    oo("connect", "taskwarrior", "--write")
    oo("tip")
    path = tasks.environ["PATH"]
    assert "as soon as it can be reached" in oo("done", PATH=str(tmp_path)).err
    failed = oo("refresh")
    assert (failed.code, failed.err.startswith("taskwarrior: The program `task` is not here.")) == (5, True)
    assert tasks.item(ONE)["status"] == "pending"
    assert oo("refresh", PATH=path).code == 0
    assert tasks.item(ONE)["status"] == "completed"
    assert json.loads(oo("status", "--json").out)["outbox"]["waiting"] == 0


def test_a_change_there_is_seen_at_the_next_tip(oo: Oo, tasks: Tasks) -> None:
    """What the person ticks in Taskwarrior itself is no tip any more, without a refresh of theirs."""
    oo("connect", "taskwarrior")
    assert oo("tip").out.startswith(TITLES[0])
    tasks.type(ONE, "done")
    assert oo("tip").out.splitlines()[0] in TITLES[1:]


def test_no_word_stays_and_leaving_erases(oo: Oo, tasks: Tasks, environ: dict[str, str]) -> None:
    """No title, project, tag or uuid lies in the home in any encoding; disconnecting leaves Taskwarrior as it is."""
    oo("connect", "taskwarrior", "--write")
    oo("tip")
    oo("done")
    oo("refresh")
    words = [*TITLES, "Sweep the chimney", "greenhouse", "balcony", *map(uuid_of, range(1, 5))]
    home = [str(path) for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()]
    assert scan(home, words).hits == ()
    before = tasks.digest()
    left = oo("disconnect", "taskwarrior")
    assert (left.code, "open tasks" in left.out, "completions" in left.out) == (0, True, True)
    assert (json.loads(oo("sources", "--json").out), tasks.digest()) == ([], before)
    consents = json.loads(oo("consent", "--json").out)
    assert not consents["source.taskwarrior"]
    assert not consents["taskwarrior.write"]


def test_a_look_ahead_writes_nothing(oo: Oo, tasks: Tasks, environ: dict[str, str]) -> None:
    """What only shows what a refresh would do keeps nothing of the history that it reads."""
    oo("connect", "taskwarrior")
    tasks.put(done(8, "20261130T080000Z"))
    database = Path(f"{environ['OO_HOME']}/data/oo.db")
    before = database.read_bytes()
    assert oo("consent", "preview", "llm.tip-generator.local").code == 0
    assert oo("area").code == 0
    assert database.read_bytes() == before


def test_another_folder_takes_the_place_of_the_first(oo: Oo, tasks: Tasks, tmp_path: Path) -> None:
    """What came from the folder before is forgotten, its history with it; the same one again changes nothing."""
    oo("connect", "taskwarrior")
    oo("connect", "taskwarrior")
    assert json.loads(oo("sources", "--json").out)[0]["open"] == 3
    other = Tasks(tmp_path / "other")
    other.put(task(7, "Only this"))
    assert oo("connect", "taskwarrior", "--data", str(other.folder)).code == 0
    assert json.loads(oo("sources", "--json").out)[0]["open"] == 1
    assert oo("tip").out.startswith("Only this")
