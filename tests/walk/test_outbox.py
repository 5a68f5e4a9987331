"""Reactions that are written to Todoist: whatever breaks in between, each is carried out there exactly once."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli import wiring
from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist import client, writes
from oo_cli.house import Doors, House, make_folders
from oo_cli.usecases import consent, outbox
from oo_cli.usecases.feedback import Reacted, react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.residue import scan
from oo_cli.usecases.status import status, status_lines
from oo_cli.wiring_todoist import TodoistAccount
from oo_data.contracts.event import FeedbackGiven
from oo_data.contracts.tip import RecommendRequest, Silence, Tip
from oo_data.errors import BadUsageError
from oo_data.ports import Source
from oo_data.secret import Secret
from oo_data.store import egress, events, profile, records, tips, words
from oo_data.store import outbox as table
from tests.conftest import Oo
from tests.fakes import BERLIN, DAY, HOUR, FixedClock, file_vault
from tests.todoist_server import faults
from tests.todoist_server.account import Account, build, due, item
from tests.todoist_server.commands import commands_of, refused
from tests.todoist_server.server import TodoistServer
from tests.todoist_server.wire import Request, unauthorized

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


def test_done_is_done_there(home: Home, server: TodoistServer) -> None:
    """A reaction ticks the task at once, says so, and the mute ends once Todoist no longer lists it."""
    said = react(home, "done")
    assert (said.in_source, said.delivery, home.waiting()) == (True, "sent", 0)
    assert server.account.items[0]["checked"] is True
    assert tips.muted(home.store.conn, home.fixed.now)
    home.refreshed()
    assert tips.muted(home.store.conn, home.fixed.now) == {}
    assert react(home, "done").in_source is True
    assert carried(server) == ["item_close"], "a second done changes nothing"


FAULTS = {
    "closed": faults.closed(),
    "broken": faults.broken_body(),
    "401": faults.answer(unauthorized()),
    "403": faults.status(403, "FORBIDDEN"),
    "429": faults.limited("900"),
    "500": faults.status(500),
    "html": faults.html(),
    "html 200": faults.html(200),
    "cut json": faults.cut_json(),
    "no status": faults.raw_json(b"{}"),
    "410": faults.status(410),
    "redirect": faults.redirect("https://example.org/"),
}


# Todoist does nothing for a login that it refuses, so that one cannot come after the work.
CASES = [(name, done) for name in FAULTS for done in (False, True) if not (done and name == "401")]


@pytest.mark.parametrize("repeats", [False, True], ids=["single", "repeating"])
@pytest.mark.parametrize(("name", "done"), CASES)
def test_whatever_comes_back_it_is_closed_once(
    home: Home, server: TodoistServer, name: str, done: bool, repeats: bool
) -> None:
    """Each fault, met before or after the server did the work, ends in one completion after later flushes."""
    task = repeating(server, home) if repeats else server.account.items[0]

    def act(request: Request) -> None:
        if done:
            server.commands.sync(request)
        server.faults.append(FAULTS[name])

    at_write(server, act)
    said = react(home, "done")
    assert (said.in_source, said.delivery, home.waiting()) == (False, "waiting", 1)
    assert outbox.flush(home) == (1, 0, 0)
    assert outbox.flush(home) == (0, 0, 0)
    assert carried(server) == ["item_close"]
    assert task["due"]["date"] == ("2026-12-02" if repeats else "2026-12-01")
    assert task["checked"] is not repeats


def test_silence_ends_in_time(home: Home, server: TodoistServer) -> None:
    """A server that never answers holds a flush up no longer than it may; the close is done once all the same."""
    task = repeating(server, home)
    home.url, url = NOBODY, home.url
    react(home, "done")
    home.url = url

    def act(request: Request) -> None:
        server.commands.sync(request)
        server.faults.append(faults.silent())

    at_write(server, act)
    assert outbox.flush(home, seconds=0.8) == (0, 1, 0)
    assert outbox.flush(home, seconds=0.1) == (0, 1, 0), "too little time to begin anything"
    assert outbox.flush(home) == (1, 0, 0)
    assert (task["due"]["date"], carried(server)) == ("2026-12-02", ["item_close"])


def test_offline_reactions_are_sent_at_the_next_refresh(home: Home, server: TodoistServer) -> None:
    """What is done offline waits in order, is seen in `oo status`, and goes out in one request later."""
    for task, content in ((TWO, "Call the dentist"), (THREE, "Pay the rent")):
        server.account.items.append(item(id=task, content=content, priority=4, due=due("2026-12-01")))
    home.refreshed()
    home.url, url = NOBODY, home.url
    for waiting in (1, 2, 3):
        home.tip()
        assert react(home, "done").delivery == "waiting"
        assert home.waiting() == waiting
    assert status(home)["outbox"] == {"waiting": 3, "refused": 0, "word": "refused"}
    assert "3 changes wait to be sent (at the next refresh)." in status_lines(home, status(home))
    assert carried(server) == []
    home.url = url
    home.refreshed()
    assert (carried(server), home.waiting()) == (["item_close"] * 3, 0)
    assert [server.commands.is_sync(request) for request in server.log].count(True) == 1
    assert "wait" not in "".join(status_lines(home, status(home)))


def test_what_waits_is_not_said_again(home: Home, server: TodoistServer) -> None:
    """A task whose close waits stays away though Todoist still lists it, and returns if someone reopens it later."""

    def lose(request: Request) -> None:
        server.faults.append(faults.closed())
        at_write(server, lose)

    at_write(server, lose)
    react(home, "done")
    home.refreshed()
    assert home.waiting() == 1
    assert isinstance(recommend(home, RecommendRequest(home.fixed.now, "tip", asked=True)), Silence)
    server.on_request = None
    home.refreshed()
    server.commands.reopen(server.account.items[0])
    home.refreshed()
    assert home.tip().text.startswith("Water the ficus")


def test_without_consent_nothing_is_queued_or_sent(home: Home, server: TodoistServer) -> None:
    """Without the key a reaction is noted here only, whatever it is."""
    consent.revoke(home, "todoist.write")
    requests = len(server.log)
    said = react(home, "done")
    assert (said.in_source, said.delivery) == (False, "")
    undo(home)
    react(home, "later", until=home.fixed.now + 2 * DAY, when="thursday")
    outbox.flush(home)
    assert (home.waiting(), len(server.log)) == (0, requests)
    assert home.store.conn.execute("select count(*) from outbox").fetchone() == (0,)


def test_revoking_drops_what_waits(home: Home, server: TodoistServer) -> None:
    """Withdrawn consent stops at once: what waits is dropped and said, and a later grant brings nothing back."""
    home.url, url = NOBODY, home.url
    react(home, "done")
    assert consent.revoke(home, "todoist.write") == ["1 waiting writes"]
    consent.grant(home, "todoist.write")
    home.url = url
    home.refreshed()
    assert (home.waiting(), carried(server)) == (0, [])


def test_revoking_while_sending(home: Home, server: TodoistServer) -> None:
    """A withdrawal between looking and sending wins: the gate lets nothing more out."""
    repeating(server, home)
    other = Home(Path(home.paths.home), home.url, home.token)

    def look(request: Request) -> None:
        server.on_request = None
        consent.revoke(other, "todoist.write")
        other.close()

    server.on_request = look
    assert react(home, "done").delivery == ""
    assert (carried(server), home.waiting()) == ([], 0)


def test_the_consent_needs_a_connected_source(tmp_path: Path) -> None:
    """Nobody can allow writing to what is not connected, and it is off until allowed."""
    house = Home(tmp_path / "empty", NOBODY, "")
    assert consent.listing(house)["todoist.write"] is False
    with pytest.raises(Exception, match="not connected"):
        consent.grant(house, "todoist.write")
    house.close()


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


def test_what_todoist_refuses_is_not_sent_again(home: Home, server: TodoistServer) -> None:
    """A refusal is final, shows in `oo status`, and there is nothing of it to take back."""

    def refuse(request: Request) -> None:
        status = {command["uuid"]: refused("FORBIDDEN", 32, 403) for command in commands_of(request) or []}
        server.faults.append(faults.raw_json(json.dumps({"sync_status": status}).encode()))

    at_write(server, refuse)
    assert react(home, "done").delivery == "refused"
    assert status(home)["outbox"] == {"waiting": 0, "refused": 1, "word": ""}
    assert "1 change was refused by the source." in status_lines(home, status(home))
    assert undo(home).delivery == ""
    assert outbox.flush(home) == (0, 0, 0)
    assert carried(server) == []


def test_a_task_that_is_gone_is_settled(home: Home, server: TodoistServer) -> None:
    """Done or deleted elsewhere: nothing is left to do, and undoing writes nothing."""
    server.account.items.clear()
    assert react(home, "done").delivery == "sent"
    assert undo(home).delivery == ""
    assert carried(server) == []


def test_an_occurrence_done_elsewhere_is_not_skipped(home: Home, server: TodoistServer) -> None:
    """Where the repeating task has moved on since it was shown, closing it would skip the next one: it is not sent."""
    task = repeating(server, home)
    home.url, url = NOBODY, home.url
    react(home, "done")
    server.commands.close(task)
    home.url = url
    assert outbox.flush(home) == (0, 0, 1)
    assert (task["due"]["date"], carried(server)) == ("2026-12-02", [])


def test_two_closes_of_one_occurrence_are_one(home: Home, server: TodoistServer) -> None:
    """The same occurrence ticked twice while offline is closed once: the second look comes after the first close."""
    task = repeating(server, home)
    (known,) = records.tasks(home.store.conn)
    with home.store.write():
        for event_id in ("first", "second"):
            assert outbox.close(home, event_id, "todoist", ONE, known)
    assert outbox.flush(home) == (1, 0, 1)
    assert (task["due"]["date"], carried(server)) == ("2026-12-02", ["item_close"])


def test_a_command_that_stays_open_ends_the_flush(home: Home, server: TodoistServer) -> None:
    """Where one command of a request is left open by Todoist, nothing is sent again before the next flush."""
    server.account.items.append(item(id=TWO))
    with home.store.write():
        for task in (ONE, TWO):
            assert outbox.close(home, task, "todoist", task, records.tasks(home.store.conn)[0])

    def half(request: Request) -> None:
        first, second = commands_of(request) or []
        status = {first["uuid"]: "ok", second["uuid"]: refused("LIMITS_REACHED", 35, 429)}
        server.faults.append(faults.raw_json(json.dumps({"sync_status": status}).encode()))

    at_write(server, half)
    requests = len(server.log)
    assert outbox.flush(home) == (1, 1, 0)
    assert len(server.log) == requests + 1
    assert outbox.flush(home) == (1, 0, 0)
    assert server.account.items[1]["checked"] is True


def test_a_repeating_task_is_looked_at_anew(home: Home, server: TodoistServer) -> None:
    """A look counts for the sending that follows it only: the task may be done elsewhere before the next one."""
    task = repeating(server, home)
    server.commands.scope = "data:read"
    assert react(home, "done").delivery == "waiting"
    assert "run: oo connect todoist" in status_lines(home, status(home))[-1]
    server.commands.scope = "data:read_write"
    server.commands.close(task)
    assert outbox.flush(home) == (0, 0, 1)
    assert (task["due"]["date"], carried(server)) == ("2026-12-02", [])


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
            [sys.executable, "-c", "from tests.walk.test_outbox import child; child()", *arguments],
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


@pytest.fixture
def killing(home: Home, server: TodoistServer, child_environ: dict[str, str], tmp_path: Path) -> Killing:
    """A home whose repeating task was shown, ready to be copied."""
    return Killing(home, server, child_environ, tmp_path)


def test_killed_at_any_transaction_it_is_closed_once(killing: Killing) -> None:
    """A process that dies before or after any of its commits leaves a state from which one close follows."""
    deaths = 0
    for kill_at in range(1, 40):
        code, home = killing.run(kill_at)
        killing.finish(home)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        deaths += 1
    assert 14 <= deaths < 39


@pytest.mark.parametrize("done", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("request_number", [1, 2], ids=["looking", "writing"])
def test_killed_on_the_network_it_is_closed_once(killing: Killing, request_number: int, done: bool) -> None:
    """The same while the process waits for an answer, whether the server did the work or not."""
    seen: list[Request] = []

    def kill(request: Request, pid: int) -> None:
        seen.append(request)
        if len(seen) == request_number:
            if done and killing.server.commands.is_sync(request):
                killing.server.commands.sync(request)
            os.kill(pid, signal.SIGKILL)
            killing.server.faults.append(faults.closed())

    code, home = killing.run(0, kill)
    assert code == -signal.SIGKILL
    killing.finish(home)


def test_the_answer_fits_the_contract(home: Home) -> None:
    """`delivery` is the last field, so that what older callers read stays where it was."""
    assert Reacted._fields[-1] == "delivery"
    assert react(home, "no", "not now").delivery == ""
