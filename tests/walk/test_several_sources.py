"""todo.txt, Taskwarrior and Todoist together: each read, one failing alone, and the same thing shown once."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.usecases.residue import scan
from tests.conftest import Oo
from tests.taskwarrior import Tasks, needs_task, task, uuid_of
from tests.todoist_server.account import Account, build, due, item
from tests.todoist_server.server import TodoistServer

pytestmark = needs_task
TWIN = "Renew the passport"


@pytest.fixture
def account() -> Account:
    """A Todoist account with the thing that is everywhere, and one of its own."""
    made = build(tasks=0)
    made.items.append(item(id="6X7rM8997g3RQmvh", content=f"{TWIN}.", priority=2))
    made.items.append(item(id="6X7rM8997g3RQmvj", content="Water the ficus", due=due("2026-12-20")))
    return made


@pytest.fixture
def server(account: Account, environ: dict[str, str]) -> Iterator[TodoistServer]:
    """Todoist."""
    with TodoistServer(account) as running:
        environ["OO_TODOIST_API_URL"] = running.url
        yield running


@pytest.fixture
def tasks(tmp_path: Path, environ: dict[str, str]) -> Tasks:
    """The person's Taskwarrior: the same thing, pressing here, and one of its own."""
    person = Tasks(tmp_path / "person")
    person.put(task(1, TWIN.lower(), due="20261129T230000Z", priority="H"), task(2, "Bleed the radiators"))
    environ |= person.environ
    return person


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The person's todo.txt: the same thing once more, and one of its own."""
    path = tmp_path / "todo.txt"
    path.write_text(f"{TWIN} +papers\nOil the hinge\n", encoding="utf-8")
    return path


@pytest.fixture
def home(oo: Oo, server: TodoistServer, tasks: Tasks, file: Path, monkeypatch: pytest.MonkeyPatch) -> Oo:
    """A home with all three connected."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    assert oo("connect", "todotxt", "--file", str(file)).code == 0
    assert oo("connect", "taskwarrior", "--write").code == 0
    assert oo("connect", "todoist", "--token-stdin").code == 0
    return oo


def shelf(oo: Oo) -> list[str]:
    """What is said until there is nothing more, each put off for an hour."""
    said = []
    while "tip" in (found := json.loads(oo("tip", "--json").out)):
        said.append(found["tip"]["text"].lower().rstrip("."))
        assert oo("later", "1h").code == 0
        assert len(said) < 20
    return said


def test_one_thing_in_three_lists_is_said_once(home: Oo) -> None:
    """All other tasks come up too; the twins stay away for as long as the one that was put off, and come back."""
    assert {line["id"]: line["open"] for line in json.loads(home("sources", "--json").out)} == {
        "taskwarrior": 2, "todoist": 2, "todotxt": 2,
    }  # fmt: skip
    said = [
        text
        for text in shelf(home)
        if text in (TWIN.lower(), "water the ficus", "bleed the radiators", "oil the hinge")
    ]
    assert sorted(said) == sorted([TWIN.lower(), "water the ficus", "bleed the radiators", "oil the hinge"])
    home("refresh")
    assert "tip" not in json.loads(home("tip", "--json").out)
    assert "tip" in json.loads(home("tip", "--json", OO_NOW="2026-12-01T11:05:00+01:00").out)


def test_why_names_the_other_lists(home: Oo) -> None:
    """The pressing one speaks for all, and says where else it stands."""
    assert home("tip").out.startswith(TWIN.lower())
    assert "  also in todoist, todotxt, and shown once\n" in home("why").out
    assert json.loads(home("why", "--json").out)["tip"]["also_in"] == ["todoist", "todotxt"]


def test_done_ticks_one_list_and_quiets_the_others(home: Oo, tasks: Tasks, file: Path, server: TodoistServer) -> None:
    """The other lists are not touched, and not nagged about; undo brings it back; ticked there, it may come anew."""
    home("tip")
    requests = len(server.commands.carried)
    assert home("done").err.startswith("Done (there in taskwarrior too)")
    assert tasks.item(uuid_of(1))["status"] == "completed"
    assert (file.read_text(encoding="utf-8").count("x "), len(server.commands.carried)) == (0, requests)
    for _ in range(2):
        home("refresh")
        assert TWIN.lower() not in home("tip").out.lower()
    assert home("undo").code == 0
    home("refresh")
    assert home("tip").out.lower().startswith(TWIN.lower())
    home("done")
    file.write_text("Oil the hinge\n", encoding="utf-8")
    home("refresh")
    file.write_text(f"Oil the hinge\n(A) {TWIN} due:2026-11-20\n", encoding="utf-8")
    home("refresh")
    assert home("tip").out.startswith(TWIN)


def test_each_fails_and_leaves_alone(home: Oo, tasks: Tasks, environ: dict[str, str]) -> None:
    """One out of reach says so, the others are read; one that is left takes its words and what it kept quiet along."""
    home("tip")
    home("no", "not", "relevant")
    failed = home("refresh", OO_TODOIST_API_URL="http://127.0.0.1:9")
    assert (failed.code, failed.err.count("todoist: ")) == (5, 1)
    assert TWIN.lower() not in home("tip").out.lower()
    assert home("disconnect", "taskwarrior").code == 0
    home("refresh")
    assert TWIN.lower() in shelf(home)
    words = [TWIN, "Bleed the radiators", "Water the ficus", "Oil the hinge", uuid_of(1), uuid_of(2)]
    assert scan([str(path) for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()], words).hits == ()
