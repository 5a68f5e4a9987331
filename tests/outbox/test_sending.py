"""Reactions that are written to Todoist: whatever breaks in between, each is carried out there exactly once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oo_cli.usecases import consent, outbox
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.status import status, status_lines
from oo_data.contracts.tip import RecommendRequest, Silence
from oo_data.store import records, tips
from tests.fakes import DAY
from tests.outbox.home import NOBODY, ONE, THREE, TWO, Home, at_write, carried, repeating
from tests.todoist_server import faults
from tests.todoist_server.account import due, item
from tests.todoist_server.commands import commands_of, refused
from tests.todoist_server.server import TodoistServer
from tests.todoist_server.wire import Request, unauthorized


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
    assert consent.revoke(home, "todoist.write") == ["1 waiting write"]
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
