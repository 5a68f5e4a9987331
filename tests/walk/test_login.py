"""The login as a person sees it: a command, an address, a browser, a tip; and the way out again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.usecases.residue import scan
from tests.conftest import Oo
from tests.todoist_server.account import build
from tests.todoist_server.browser import Browser
from tests.todoist_server.server import TodoistServer


@pytest.fixture
def server(environ: dict[str, str]) -> Iterator[TodoistServer]:
    """The test server as all three of Todoist's hosts, on the wall clock that the login's end is reckoned by."""
    with TodoistServer(build(tasks=60)) as running:
        for name in ("API", "AUTH", "TOKEN"):
            environ[f"OO_TODOIST_{name}_URL"] = running.url
        yield running


def connect(door: list[str], environ: dict[str, str], *words: str) -> tuple[int, str, Browser]:
    """Run the command, open the address that it prints, and wait for both; code, what it said, the browser."""
    command = [*door, "connect", "todoist", "--no-browser", *words]
    said, browser = [], Browser()
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        for line in child.stderr:
            said.append(line)
            if line.startswith("http"):
                browser.open(line.strip())
        code = child.wait(60)
    browser.close()
    return code, "".join(said), browser


def test_from_the_browser_to_a_tip_and_out_again(
    oo: Oo, server: TodoistServer, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """Logged in by browser, a task is the tip; nothing secret lies open; disconnecting ends the login at Todoist."""
    code, said, browser = connect(door, child_environ | environ)
    assert code == 0, said
    assert "Connected Todoist." in said
    assert browser.pages[-1].status_code == 200
    assert oo("tip").code == 0
    tokens = [family.access for family in server.oauth.families]
    assert tokens
    assert all(server.oauth.scope(token) == "data:read" for token in tokens)
    secrets = [*tokens, *(family.refresh for family in server.oauth.families), *server.account.secrets()]
    home = [str(path) for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()]
    assert scan(home, secrets).hits == ()
    assert not [secret for secret in secrets if secret in said]
    left = oo("disconnect", "todoist")
    assert left.code == 0
    assert "was not told" not in left.err
    assert [server.oauth.scope(token) for token in tokens] == [None] * len(tokens)
    assert oo("refresh").code == 0


def test_writing_is_allowed_at_the_login(
    oo: Oo, server: TodoistServer, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """With --write the wider scope is asked for, and `done` ticks the task there."""
    code, said, _ = connect(door, child_environ | environ, "--write")
    assert code == 0, said
    text = oo("tip").out.splitlines()[0]
    assert "(there in todoist too)" in oo("done").err
    assert [command["type"] for command in server.commands.carried] == ["item_close"]
    assert oo("tip").out.splitlines()[0] != text
    assert oo("forget", "--yes").code == 0
    assert all(server.oauth.scope(family.access) is None for family in server.oauth.families)
