"""The source as a whole, the manifest that describes it, and the traces it leaves."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.sources import todoist
from oo_cli.adapters.sources.todoist.client import API_URL, CONSENT, TodoistClient
from oo_cli.adapters.sources.todoist.source import TodoistSource
from oo_data.errors import ConnectionNeededError, SourceUnavailableError
from oo_data.ports import Source
from oo_data.secret import Secret
from tests.todoist_server import faults
from tests.todoist_server.account import ME, build
from tests.todoist_server.bench import NOW, Bench, chain_text, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store, a gate and a server with a large account."""
    with open_bench(tmp_path, build(tasks=800)) as opened:
        yield opened


def source(bench: Bench) -> Source:
    """The source, seen as the port, with login and no waiting."""
    client = TodoistClient(bench.guard, bench.server.url, lambda _: None, lambda: 0.0)
    return TodoistSource(client, lambda: Secret(bench.account.token))


def expected(bench: Bench) -> set[str]:
    """The ids that are open and the person's own, worked out from the account in another way."""
    archived = {project["id"] for project in bench.account.projects if project["is_archived"]}
    return {
        item["id"]
        for item in bench.account.items
        if not (item["checked"] or item["is_deleted"] or item["content"][:2] == "* ")
        and item["project_id"] not in archived
        and item["responsible_uid"] in (None, ME)
    }


def test_read(bench: Bench) -> None:
    """A large account comes through whole, in one request."""
    reading = source(bench).read(NOW)
    assert {task.handle for task in reading.tasks} == expected(bench)
    assert len(reading.tasks) == len(expected(bench)) > 500
    assert (reading.tz, reading.problems, reading.done, reading.mark) == ("Europe/Madrid", (), (), None)
    assert {task.source for task in reading.tasks} == {"todoist"}
    assert len(bench.server.log) == 1


def test_every_kind_arrives(bench: Bench) -> None:
    """All three forms of a date, all priorities, durations and repeating tasks reach the signals."""
    tasks = source(bench).read(NOW).tasks
    dues = {task.due for task in tasks if task.due}
    assert {len(due) for due in dues} == {10, 19, 20}
    assert all(due.endswith("Z") == (len(due) == 20) for due in dues)
    assert {task.priority for task in tasks} == {1, 2, 3, 4}
    assert {task.minutes for task in tasks} == {None, 15, 30, 90, 960}
    assert {task.recurring for task in tasks} == {True, False}
    assert {task.added_at is None for task in tasks} == {True, False}


def test_writes_nothing(bench: Bench) -> None:
    """Ticking and unticking say honestly that nothing was done, and send nothing."""
    handle = bench.account.items[0]["id"]
    assert source(bench).complete(handle, NOW) is False
    assert source(bench).reopen(handle, NOW) is False
    assert bench.server.log == []


def test_login_is_asked_for_late(bench: Bench) -> None:
    """The login is fetched when reading begins, and its absence reaches the person unchanged."""

    def absent() -> Secret:
        raise ConnectionNeededError("Todoist is not connected.", "Connect it: oo connect todoist")

    client = TodoistClient(bench.guard, bench.server.url, lambda _: None, lambda: 0.0)
    unconnected = TodoistSource(client, absent)
    with pytest.raises(ConnectionNeededError, match="not connected"):
        unconnected.read(NOW)
    assert bench.server.log == []


def test_no_trace(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """No secret and no title is in the reading's representation, the log, the data directory or an error."""
    caplog.set_level(logging.DEBUG)
    reading = source(bench).read(NOW)
    bench.server.faults.append(faults.cut_json())
    with pytest.raises(SourceUnavailableError) as caught:
        source(bench).read(NOW)
    files = b"".join(path.read_bytes() for path in Path(bench.store.path).parent.iterdir())
    shown = "\n".join((repr(reading), caplog.text, chain_text(caught.value), files.decode("latin-1")))
    for word in (*bench.account.secrets(), *bench.account.titles()):
        assert word not in shown
        assert word.encode() not in files


def test_manifest() -> None:
    """The manifest names the consent, host and scope that the code uses, and nothing wider."""
    manifest = tomllib.loads((Path(todoist.__path__[0]) / "manifest.toml").read_text("utf-8"))
    assert (manifest["id"], manifest["kind"]) == (TodoistSource.id, "remote")
    assert manifest["consents"] == [CONSENT]
    assert manifest["hosts"] == [API_URL.removeprefix("https://")]
    assert manifest["scopes"] == ["data:read"]
    assert manifest["kept"]
    assert manifest["dropped"]
