"""A Todoist account of some hundred tasks, from the login to silence, and what is left on the disk at each step."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.usecases.residue import scan
from tests.conftest import Oo
from tests.todoist_server.account import build
from tests.todoist_server.server import TodoistServer


@pytest.fixture
def server(environ: dict[str, str]) -> Iterator[TodoistServer]:
    """The test server, and the home's settings pointing at it."""
    with TodoistServer(build(tasks=300)) as running:
        environ["OO_TODOIST_API_URL"] = running.url
        yield running


@pytest.fixture
def connected(oo: Oo, server: TodoistServer, monkeypatch: pytest.MonkeyPatch) -> Oo:
    """A home with the account connected and refreshed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    ran = oo("connect", "todoist", "--token-stdin")
    assert ran.code == 0, ran.err
    return oo


def files_below(*roots: str) -> list[str]:
    """Every file under the folders."""
    return [str(path) for root in roots for path in Path(root).rglob("*") if path.is_file()]


def test_a_task_of_the_account_becomes_the_tip(connected: Oo, server: TodoistServer) -> None:
    """From token to tip: one sensible open task, with its terms."""
    said = json.loads(connected("tip", "--json", "--why").out)
    open_now = {item["content"] for item in server.account.items if not item["checked"] and not item["is_deleted"]}
    assert any(said["tip"]["text"].split("…")[0].strip() in content for content in open_now)
    assert said["why"]["tip"]["terms"]
    assert said["why"]["tip"]["source"] == "todoist"


def test_offline_afterwards_there_is_still_a_tip(connected: Oo, server: TodoistServer) -> None:
    """The shelf needs no network; a refresh that fails says so and keeps the shelf."""
    before = connected("tip").out
    connected("tip", OO_TODOIST_API_URL="http://127.0.0.1:9")
    assert connected("tip").out == before
    failed = connected("refresh")
    assert failed.code == 5
    assert failed.err.startswith("todoist: ")
    assert connected("tip").out.splitlines()[0] == before.splitlines()[0]
    tomorrow = connected("tip", OO_NOW="2026-12-02T08:00:00+01:00")
    assert (tomorrow.code, tomorrow.out[:1] == "·") == (0, False)


def test_no_title_and_no_secret_lies_anywhere_in_the_home(
    connected: Oo, server: TodoistServer, environ: dict[str, str]
) -> None:
    """Raw data is not copied: a scan of every byte, in a dozen encodings, finds no title, token or address."""
    connected("tip")
    connected("later", "2h")
    connected("tip")
    connected("done")
    connected("refresh")
    words = [*server.account.titles(), *server.account.secrets()]
    words += [project["name"] for project in server.account.projects if len(project["name"]) > 5]
    found = scan(files_below(environ["OO_HOME"]), words)
    assert found.files >= 2
    assert found.words > 200
    assert found.hits == ()


def test_disconnect_takes_everything_of_the_account_with_it(
    connected: Oo, server: TodoistServer, environ: dict[str, str]
) -> None:
    """After disconnecting nothing of the account is shown, kept or readable, and no request is made."""
    connected("tip")
    assert connected("disconnect", "todoist").code == 0
    requests = len(server.log)
    assert connected("tip").out.startswith("Tell oO one thing")
    assert connected("refresh").code == 0
    assert len(server.log) == requests
    assert connected("doctor", "--offline").code == 0


def test_forget_leaves_nothing(connected: Oo, environ: dict[str, str]) -> None:
    """The dry run changes nothing; the real one leaves no home at all."""
    connected("tip")
    dry = connected("forget", "--dry-run")
    assert "Would destroy the key" in dry.out
    assert connected("tip").code == 0
    assert connected("forget").code == 2
    receipt = connected("forget", "--yes")
    assert receipt.code == 0
    assert "0 found" in receipt.out
    assert "Settings, Integrations" in receipt.out
    assert not os.path.exists(environ["OO_HOME"])
    assert connected("tip").out.startswith("Tell oO one thing")


def test_a_refused_token_is_told_and_not_kept(
    oo: Oo, server: TodoistServer, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token ends in one line and exit code 3, and nothing is connected."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong-token\n"))
    ran = oo("connect", "todoist", "--token-stdin")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 1
    assert "wrong-token" not in ran.err
    assert json.loads(oo("sources", "--json").out) == []
    assert json.loads(oo("consent", "--json").out)["source.todoist"] is False


def test_a_remote_login_wants_its_key_chosen_by_name(
    oo: Oo, server: TodoistServer, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no keyring a token is taken only after the person chose the key file; nothing was sent before."""
    del environ["OO_KEY"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    refused = oo("connect", "todoist", "--token-stdin")
    assert refused.code == 7
    assert "oo key --file" in refused.err
    assert server.log == []
    assert oo("key", "--file").code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    assert oo("connect", "todoist", "--token-stdin").code == 0


def test_the_ledger_has_each_request(connected: Oo, server: TodoistServer) -> None:
    """What left the machine is on record: as many rows as the server saw requests."""
    rows = json.loads(connected("egress", "--json").out)
    assert len(rows) == len(server.log)
    assert {row["host"] for row in rows} == {server.host}
    assert {row["consent"] for row in rows} == {"source.todoist"}


def test_done_without_write_consent_is_noted_and_said(connected: Oo, server: TodoistServer) -> None:
    """oO does not write to Todoist: it says so, does not nag again, and sends nothing."""
    text = connected("tip").out.splitlines()[0]
    requests = len(server.log)
    assert "the source was not changed" in connected("done").err
    assert len(server.log) == requests
    connected("refresh")
    assert connected("tip").out.splitlines()[0] != text
