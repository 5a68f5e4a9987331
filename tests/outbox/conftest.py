"""One account, and a home that has read it and shown its one task."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_data.store import words
from tests.outbox.home import ONE, Home, Killing
from tests.todoist_server.account import Account, build, due, item
from tests.todoist_server.server import TodoistServer


@pytest.fixture
def account() -> Account:
    """An account with one urgent task."""
    made = build(tasks=0)
    made.items.append(item(id=ONE, content="Water the ficus", priority=4, due=due("2026-12-01")))
    return made


@pytest.fixture
def server(account: Account) -> Iterator[TodoistServer]:
    """Todoist."""
    with TodoistServer(account) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: TodoistServer) -> Iterator[Home]:
    """A home that has read the account, and has shown its one task."""
    made = Home(tmp_path / "home", server.url, server.account.token)
    made.connect()
    made.refreshed()
    made.tip()
    yield made
    made.close()
    words.clear(made.paths)


@pytest.fixture
def killing(home: Home, server: TodoistServer, child_environ: dict[str, str], tmp_path: Path) -> Killing:
    """A home whose repeating task was shown, ready to be copied."""
    return Killing(home, server, child_environ, tmp_path)
