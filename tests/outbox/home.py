"""A home whose Todoist can be broken, moved out of reach, or killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist import client, writes
from oo_cli.home import make_folders
from oo_cli.house import Doors, House
from oo_cli.usecases import outbox
from oo_cli.usecases.feedback import react
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.event import FeedbackGiven
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.ports import Source
from oo_data.secret import Secret
from oo_data.store import events, profile, words
from oo_data.store import outbox as table
from tests.fakes import BERLIN, FixedClock, file_vault
from tests.todoist_server.account import due
from tests.todoist_server.server import TodoistServer
from tests.todoist_server.wire import Request

ONE, TWO, THREE = "6X7rM8997g3RQmvh", "6X7rM8997g3RQmvj", "6X7rM8997g3RQmvm"
NOBODY = "http://127.0.0.1:9"
DAILY = due("2026-12-01", is_recurring=True, string="every day", lang="en")


class Home(House):
    """A house whose Todoist is at `url`, and can be moved out of reach."""

    def __init__(self, folder: Path, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.fixed = FixedClock()
        doors = Doors(vault=file_vault, source=lambda house, source_id: self._open_source())
        super().__init__({"OO_HOME": str(folder)}, self.fixed, BERLIN, doors, lambda line: None)

    def _open_source(self) -> Source:
        def login() -> Secret:
            return Secret(self.token)

        reading = Guard(self.store, self.clock, client.allowed(self.url))
        writing = Guard(self.store, self.clock, writes.allowed(self.url))
        reader = client.TodoistClient(reading, self.url, lambda _: None, lambda: 0.0)
        return writes.WritableTodoist(reader, login, writes.TodoistWriter(writing, self.url, login))

    def connect(self) -> None:
        """Connect the account, with the consent to write to it."""
        make_folders(self.paths)
        with self.store.write() as conn:
            profile.connect_source(conn, "todoist", self.fixed.now, None)
            for key in ("source.todoist", "todoist.write"):
                profile.set_consent(conn, key, True, self.fixed.now)

    def refreshed(self) -> None:
        """One refresh, with no failure."""
        assert refresh(self).failures == ()

    def tip(self) -> Tip:
        """What is said now."""
        said = recommend(self, RecommendRequest(self.fixed.now, "tip", asked=True))
        assert isinstance(said, Tip)
        return said

    def waiting(self) -> int:
        """How many writes wait."""
        return table.counts(self.store.conn).waiting


def repeating(server: TodoistServer, home: Home) -> dict[str, Any]:
    """The one task, now due every day, read and shown as such."""
    task = server.account.items[0]
    task["due"] = dict(DAILY)
    home.refreshed()
    home.tip()
    return task


def carried(server: TodoistServer) -> list[str]:
    """The types of the commands that were carried out."""
    return [command["type"] for command in server.commands.carried]


def at_write(server: TodoistServer, act: Callable[[Request], None]) -> None:
    """Have something happen when the next commands come in, before they are carried out."""

    def hook(request: Request) -> None:
        if server.commands.is_sync(request):
            server.on_request = None
            act(request)

    server.on_request = hook


def child() -> None:
    """React to the tip of a home in a process that dies just before its n-th begin or commit."""
    folder, url, token, left = sys.argv[1:]
    home, countdown = Home(Path(folder), url, token), [int(left)]

    def trace(statement: str) -> None:
        if statement.lower().startswith(("begin", "commit")):
            countdown[0] -= 1
            if countdown[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    home.sealer  # noqa: B018 - opened before counting
    home.store.conn.set_trace_callback(trace)
    react(home, "done")
    home.close()


class Killing:
    """Homes that are copies of one, each for a process that is killed in it."""

    def __init__(self, home: Home, server: TodoistServer, environ: dict[str, str], folder: Path) -> None:
        self.server = server
        self.task = repeating(server, home)
        home.close()
        self._home, self._environ, self._folder, self._copies = home, environ, folder, 0

    def run(self, kill_at: int, on_request: Callable[[Request, int], None] | None = None) -> tuple[int, Home]:
        """Let a child react in a fresh copy; how it ended, and the copy."""
        self.task["due"] = dict(DAILY)
        self.server.commands.carried.clear()
        self._copies += 1
        copy = self._folder / f"copy-{self._copies}"
        shutil.copytree(self._home.paths.home, copy)
        arguments = [str(copy), self.server.url, self._home.token, str(kill_at)]
        started = subprocess.Popen(
            [sys.executable, "-c", "from tests.outbox.home import child; child()", *arguments],
            env=self._environ,
        )
        if on_request is not None:
            self.server.on_request = lambda request: on_request(request, started.pid)
        code = started.wait(60)
        self.server.on_request = None
        return code, Home(copy, self.server.url, self._home.token)

    def finish(self, home: Home) -> None:
        """Go on after the death: the person repeats what was never noted, the rest is sent; then all must be right."""
        if not events.latest(home.store.conn, (FeedbackGiven,), 1):
            react(home, "done")
        outbox.flush(home)
        assert (home.waiting(), carried(self.server)) == (0, ["item_close"])
        assert self.task["due"]["date"] == "2026-12-02"
        home.close()
        words.clear(home.paths)
