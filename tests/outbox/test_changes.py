"""Taking back, moving, sweeping, and the whole way at the command line."""

from __future__ import annotations

import fcntl
import io
import json
import sys
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.usecases import outbox
from oo_cli.usecases.feedback import Reacted, react, undo
from oo_cli.usecases.residue import scan
from oo_cli.wiring_todoist import TodoistAccount
from oo_data.errors import BadUsageError
from oo_data.store import egress, records
from oo_data.store import outbox as table
from tests.conftest import Oo
from tests.fakes import DAY, HOUR
from tests.outbox.home import DAILY, NOBODY, ONE, TWO, Home, at_write, carried, repeating
from tests.todoist_server import faults
from tests.todoist_server.account import due, item
from tests.todoist_server.server import TodoistServer
from tests.todoist_server.wire import Request


def test_undo_before_sending_sends_nothing(home: Home, server: TodoistServer) -> None:
    """A reaction taken back while offline leaves no trace at Todoist and none in the outbox."""
    home.url, url = NOBODY, home.url
    react(home, "done")
    said = undo(home)
    assert (said.in_source, said.delivery, home.waiting()) == (True, "", 0)
    assert records.completions(home.store.conn, 0) == []
    home.url = url
    home.refreshed()
    assert carried(server) == []
    assert home.tip().text.startswith("Water the ficus")


def test_undo_after_sending_reopens(home: Home, server: TodoistServer) -> None:
    """A tick that arrived is taken back there too."""
    react(home, "done")
    said = undo(home)
    assert (said.in_source, said.delivery) == (True, "sent")
    assert carried(server) == ["item_close", "item_uncomplete"]
    assert server.account.items[0]["checked"] is False
    home.refreshed()
    assert home.tip().text.startswith("Water the ficus")


@pytest.mark.parametrize("done", [False, True], ids=["before it was done", "after it was done"])
def test_undo_of_a_repeating_task(home: Home, server: TodoistServer, done: bool) -> None:
    """Its former date comes back with its rule, also where nobody knows yet whether the close arrived."""
    task = repeating(server, home)

    def act(request: Request) -> None:
        if done:
            server.commands.sync(request)
        server.faults.append(faults.closed())

    at_write(server, act)
    assert react(home, "done").delivery == "waiting"
    assert undo(home).delivery == "sent"
    assert task["due"] == DAILY
    assert carried(server) == ["item_close", "item_update"]


def test_an_undo_waits_too(home: Home, server: TodoistServer) -> None:
    """Offline, a tick that arrived is taken back later, once."""
    react(home, "done")
    home.url, url = NOBODY, home.url
    assert undo(home).delivery == "waiting"
    assert server.account.items[0]["checked"] is True
    home.url = url
    assert outbox.flush(home) == (1, 0, 0)
    assert server.account.items[0]["checked"] is False


@pytest.mark.parametrize(
    ("when", "ahead", "day"),
    [
        ("thursday", 46 * HOUR, "2026-12-03"),
        ("in 3 days", 3 * DAY, "2026-12-04"),
        ("2026-12-24", 23 * DAY, "2026-12-24"),
        ("", 46 * HOUR, None),
        ("20h", 20 * HOUR, None),
        ("9:30", 23 * HOUR, None),
        ("tonight", 15 * HOUR, None),
        ("monday", 2 * HOUR, None),
    ],
)
def test_later_moves_a_task_to_a_day_that_was_named(
    home: Home, server: TodoistServer, when: str, ahead: int, day: str | None
) -> None:
    """A named day is told to Todoist; anything else is a snooze here, and undo puts the former date back."""
    task = server.account.items[0]
    before = dict(task["due"])
    said = react(home, "later", until=home.fixed.now + ahead, when=when)
    assert said.delivery == ("sent" if day else "")
    assert task["due"]["date"] == (day or before["date"])
    assert undo(home).delivery == ("sent" if day else "")
    assert task["due"] == before


def test_later_leaves_repeating_tasks_alone(home: Home, server: TodoistServer) -> None:
    """The date of a task that repeats belongs to its rule, whether that is known here already or not."""
    task = server.account.items[0]
    task["due"] = dict(DAILY)
    assert react(home, "later", until=home.fixed.now + 2 * DAY, when="thursday").delivery == "refused"
    undo(home)
    home.refreshed()
    home.tip()
    assert react(home, "later", until=home.fixed.now + 2 * DAY, when="thursday").delivery == ""
    assert (task["due"], carried(server)) == (DAILY, [])


def test_the_store_is_free_while_sending(home: Home, server: TodoistServer) -> None:
    """While a request is on its way every other process can write."""
    free: list[bool] = []

    def try_lock(request: Request) -> None:
        with open(Path(home.paths.data, "write.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(True)

    at_write(server, try_lock)
    assert react(home, "done").delivery == "sent"
    assert free == [True]


def test_one_sends_at_a_time(home: Home, server: TodoistServer) -> None:
    """While another process sends, this one leaves its write to wait."""
    with open(Path(home.paths.state, "outbox.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert react(home, "done").delivery == "waiting"
        assert outbox.flush(home) == (0, 1, 0)
    assert outbox.flush(home) == (1, 0, 0)
    assert carried(server) == ["item_close"]


def test_a_damaged_body_blocks_nothing(home: Home, server: TodoistServer) -> None:
    """A write that cannot be read any more is given up, and what waits behind it is sent."""
    home.url, url = NOBODY, home.url
    react(home, "done")
    with home.store.write() as conn:
        conn.execute("update outbox set body = x'00'")
        assert outbox.close(home, "another", "todoist", ONE, None)
    home.url = url
    assert outbox.flush(home) == (1, 0, 1)
    assert carried(server) == ["item_close"]


def test_no_task_id_lies_open_on_the_disk(home: Home, server: TodoistServer) -> None:
    """While it waits and after it was sent, no byte of the home holds a task's id, its title or its rule."""
    repeating(server, home)
    secrets = [ONE, "Water the ficus", "every day", server.account.token]

    def clean() -> bool:
        files = [str(path) for path in Path(home.paths.home).rglob("*") if path.is_file()]
        found = scan(files, secrets)
        return found.files > 3 and found.words >= len(secrets) and found.hits == ()

    home.url, url = NOBODY, home.url
    react(home, "done")
    assert clean()
    home.url = url
    assert outbox.flush(home).sent == 1
    assert clean()
    assert {row.consent for row in egress.recent(home.store, 2)} == {"todoist.write"}


def test_old_writes_are_swept(home: Home, server: TodoistServer) -> None:
    """What was sent keeps its body for a day, for an undo, and its row for a month."""
    react(home, "done")
    with home.store.write():
        outbox.sweep(home, home.fixed.advance(DAY + 1))
    assert home.store.conn.execute("select body from outbox").fetchone() == (b"",)
    assert undo(home).delivery == ""
    with home.store.write():
        outbox.sweep(home, home.fixed.advance(30 * DAY))
    assert home.store.conn.execute("select count(*) from outbox").fetchone() == (0,)
    assert carried(server) == ["item_close"]


def test_a_reaction_can_name_its_tip(home: Home, server: TodoistServer) -> None:
    """A reaction reaches the tip it names, not the one shown since; a second one for it changes nothing."""
    first = home.tip()
    server.account.items.append(item(id=TWO, content="Call the dentist", priority=4, due=due("2026-11-20")))
    home.refreshed()
    assert home.tip().id != first.id
    said = react(home, "done", tip_id=first.id)
    assert (said.tip_id, said.subject, said.delivery) == (first.id, first.subject, "sent")
    react(home, "no")
    assert react(home, "done", tip_id=first.id).delivery == "sent"
    assert [item["checked"] for item in server.account.items] == [True, False]
    assert carried(server) == ["item_close"]
    with pytest.raises(BadUsageError, match="no such tip"):
        react(home, "done", tip_id="0" * 20)


def test_naming_a_tip_makes_no_home(tmp_path: Path) -> None:
    """A reaction where oO was never used is refused, and leaves nothing behind."""
    with pytest.raises(BadUsageError, match="no such tip"):
        react(Home(tmp_path / "none", NOBODY, ""), "done", tip_id="0" * 20)
    assert not (tmp_path / "none").exists()


def test_saying_done_again_tries_again(home: Home, server: TodoistServer) -> None:
    """A second "done" for a tip whose close waits is no second close, but sends the first."""
    home.url, url = NOBODY, home.url
    assert react(home, "done").delivery == "waiting"
    assert (react(home, "done").in_source, home.waiting()) == (False, 1)
    home.url = url
    assert react(home, "done").delivery == "sent"
    assert carried(server) == ["item_close"]


def test_the_wired_writer_has_the_login(
    oo: Oo, environ: dict[str, str], server: TodoistServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the composition root makes writes with the login that was connected, once that is allowed."""
    environ["OO_TODOIST_API_URL"] = server.url
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    assert oo("connect", "todoist", "--token-stdin").code == 0
    house = wiring.open_house(environ, lambda line: None)
    close = table.Command("5a2b3c4d-0000-4000-8000-000000000001", "close", ONE)
    assert TodoistAccount(house).source().send([close], 5.0)[close.uuid].word == "consent"
    assert oo("consent", "grant", "todoist.write").code == 0
    assert TodoistAccount(house).source().send([close], 5.0)[close.uuid].state == "sent"
    assert carried(server) == ["item_close"]
    house.close()


def test_the_whole_way_at_the_command_line(
    oo: Oo, environ: dict[str, str], server: TodoistServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Consent, a reaction offline, the status, the refresh that sends it, and a disconnect that ends the consent."""
    environ["OO_TODOIST_API_URL"] = server.url
    monkeypatch.setattr(sys, "stdin", io.StringIO(server.account.token + "\n"))
    assert oo("connect", "todoist", "--token-stdin").code == 0
    assert oo("consent", "grant", "todoist.write").code == 0
    oo("tip")
    assert oo("later", "thursday").code == 0
    assert server.account.items[0]["due"]["date"] == "2026-12-03"
    assert oo("undo").code == 0
    assert oo("done", OO_TODOIST_API_URL=NOBODY).code == 0
    assert "1 change waits to be sent (at the next refresh)." in oo("status").out
    assert oo("refresh", OO_TODOIST_API_URL=server.url).code == 0
    assert carried(server) == ["item_update", "item_update", "item_close"]
    assert "wait" not in oo("status").out
    assert oo("disconnect", "todoist").code == 0
    assert json.loads(oo("consent", "--json").out)["todoist.write"] is False
    assert oo("forget", "--yes").code == 0
    assert not Path(environ["OO_HOME"]).exists()


def test_the_answer_fits_the_contract(home: Home) -> None:
    """`delivery` is the last field, so that what older callers read stays where it was."""
    assert Reacted._fields[-1] == "delivery"
    assert react(home, "no", "not now").delivery == ""
