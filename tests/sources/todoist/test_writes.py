"""The writer against a real server: the commands it makes, and what it says of every answer and every silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist.writes import CONSENT, MAX_COMMANDS, TodoistWriter, allowed, moved
from oo_data.errors import ConnectionNeededError, ConsentMissingError, OoError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store.egress import recent
from oo_data.store.outbox import Command, Outcome, Seen
from tests.todoist_server import faults
from tests.todoist_server.account import Account, build, due, item
from tests.todoist_server.bench import Bench, FixedClock, consent, open_bench
from tests.todoist_server.commands import refused
from tests.todoist_server.wire import unauthorized

TASK = "6X7rM8997g3RQmvh"
DAILY = due("2026-12-01", is_recurring=True, string="every day")
CLOSE = Command("5a2b3c4d-0000-4000-8000-000000000001", "close", TASK)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store with the consent to write, and a server with one task."""
    account = build(tasks=0)
    account.items.append(item(id=TASK))
    with open_bench(tmp_path, account) as opened:
        consent(opened.store, True, CONSENT)
        yield opened


@pytest.fixture
def writer(bench: Bench) -> Iterator[TodoistWriter]:
    """A writer with the right token."""
    with Guard(bench.store, FixedClock(), allowed(bench.server.url)) as guard:
        yield TodoistWriter(guard, bench.server.url, lambda: Secret(bench.account.token))


def task(bench: Bench) -> dict[str, Any]:
    """The one task, as the server has it."""
    return bench.account.items[0]


def only(writer: TodoistWriter, command: Command, seconds: float = 5.0) -> Outcome:
    """What becomes of one command."""
    (outcome,) = writer.send([command], seconds).values()
    return outcome


def sent_commands(bench: Bench) -> list[dict[str, Any]]:
    """What the last request asked for."""
    from urllib.parse import parse_qs

    return list(json.loads(parse_qs(bench.server.log[-1].body.decode())["commands"][0]))


def test_close_and_reopen(bench: Bench, writer: TodoistWriter) -> None:
    """A task is ticked and unticked by commands that carry its id alone."""
    assert only(writer, CLOSE) == Outcome("sent")
    assert task(bench)["checked"] is True
    assert sent_commands(bench) == [{"type": "item_close", "uuid": CLOSE.uuid, "args": {"id": TASK}}]
    assert only(writer, Command("u2", "reopen", TASK)) == Outcome("sent")
    assert task(bench)["checked"] is False
    assert sent_commands(bench) == [{"type": "item_uncomplete", "uuid": "u2", "args": {"id": TASK}}]


def test_a_repeating_task_comes_back_with_its_rule(bench: Bench, writer: TodoistWriter) -> None:
    """Closing moves the date on; taking that back sends the whole former date, so that the rule survives."""
    task(bench)["due"] = dict(DAILY)
    before = writer.look(TASK, 5.0).due
    assert only(writer, CLOSE) == Outcome("sent")
    assert task(bench)["due"]["date"] == "2026-12-02"
    assert only(writer, Command("u2", "reopen", TASK, before)) == Outcome("sent")
    assert task(bench)["due"] == DAILY
    assert sent_commands(bench)[0]["type"] == "item_update"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (None, "2026-12-05"),
        (due("2026-12-01"), "2026-12-05"),
        (due("2026-12-01T12:30:00"), "2026-12-05T12:30:00"),
        (due("2026-12-01T12:30:00.000000"), "2026-12-05T12:30:00.000000"),
        (due("2026-12-01T13:00:00Z", timezone="Europe/Madrid"), "2026-12-05T13:00:00Z"),
        (due("2026-12-01T23:30:00Z", timezone="Europe/Madrid"), "2026-12-04T23:30:00Z"),
        (due("2026-07-01T13:00:00Z", timezone="Europe/Madrid"), "2026-12-05T14:00:00Z"),
        (due("2026-12-01T13:00:00Z", timezone="No/Where"), "2026-12-05T13:00:00Z"),
        (due("2026-12-01T13:00:00Z"), "2026-12-05T13:00:00Z"),
    ],
)
def test_a_task_moves_to_another_day_at_the_same_time(
    bench: Bench, writer: TodoistWriter, was: dict[str, Any] | None, becomes: str
) -> None:
    """Only the day changes, as it is called where the task is due; the other fields of the date stay."""
    task(bench)["due"] = was
    seen = writer.look(TASK, 5.0)
    assert only(writer, Command("u1", "reschedule", TASK, seen.due, "2026-12-05")) == Outcome("sent")
    assert task(bench)["due"]["date"] == becomes
    assert {name: value for name, value in task(bench)["due"].items() if name != "date"} == {
        name: value for name, value in (was or {}).items() if name != "date"
    }
    assert only(writer, Command("u2", "reschedule", TASK, seen.due)) == Outcome("sent")
    assert task(bench)["due"] == was


@given(
    st.dates().map(str),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?)?\Z") | st.text(),
    st.sampled_from(["Europe/Madrid", "../etc", "", None]),
)
def test_any_date_can_be_moved(day: str, text: str, zone: str | None) -> None:
    """Whatever date Todoist has, moving it fails on none and makes a text."""
    assert isinstance(moved({"date": text, "timezone": zone}, day)["date"], str)


def test_the_same_uuid_is_carried_out_once(bench: Bench, writer: TodoistWriter) -> None:
    """A repeated command is no second one: the occurrence after the one that was done stays."""
    task(bench)["due"] = dict(DAILY)
    assert [only(writer, CLOSE) for _ in range(3)] == [Outcome("sent")] * 3
    assert task(bench)["due"]["date"] == "2026-12-02"
    assert len(bench.server.commands.carried) == 1


def test_order_and_separate_outcomes(bench: Bench, writer: TodoistWriter) -> None:
    """Commands go in one request, in their order, and one that fails takes no other along."""
    commands = [
        Command("u1", "close", TASK),
        Command("u2", "close", "6gone5gone5gone5"),
        Command("u3", "reopen", TASK),
    ]
    outcomes = writer.send(commands, 5.0)
    assert outcomes == {"u1": Outcome("sent"), "u2": Outcome("sent", "gone"), "u3": Outcome("sent")}
    assert [command["uuid"] for command in bench.server.commands.carried] == ["u1", "u3"]
    assert len(bench.server.log) == 1
    many = [Command(f"m{number}", "reopen", TASK) for number in range(MAX_COMMANDS)]
    assert set(writer.send(many, 5.0).values()) == {Outcome("sent")}


def status_of(value: object) -> faults.Fault:
    """An answer with one entry in `sync_status`."""
    return faults.raw_json(json.dumps({"sync_status": {CLOSE.uuid: value}}).encode())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (refused("NOT_FOUND", 478, 404), Outcome("sent", "gone")),
        (refused("ITEM_NOT_FOUND", 22, 400), Outcome("sent", "gone")),
        (refused("FORBIDDEN", 32, 403), Outcome("refused", "FORBIDDEN")),
        (refused("INVALID_ARGUMENT_VALUE", 20, 400), Outcome("refused", "INVALID_ARGUMENT_VALUE")),
        (refused("Buy milk, Aunt Zsófia", 20, 400), Outcome("refused", "REFUSED")),
        ({}, Outcome("refused", "REFUSED")),
        (refused("INTERNAL_SERVER_ERROR", 0, 500), Outcome("waiting", "INTERNAL_SERVER_ERROR")),
        (refused("LIMITS_REACHED", 35, 429), Outcome("waiting", "LIMITS_REACHED")),
        ("OK", Outcome("waiting", "no-answer")),
        (None, Outcome("waiting", "no-answer")),
    ],
)
def test_what_an_entry_says(bench: Bench, writer: TodoistWriter, status: object, outcome: Outcome) -> None:
    """Gone is settled, passing trouble stays open, and no text of Todoist's becomes a word of ours."""
    bench.server.faults.append(status_of(status))
    assert only(writer, CLOSE) == outcome


LOST = [
    faults.closed(),
    faults.broken_body(),
    faults.cut_json(),
    faults.html(),
    faults.html(200),
    faults.deep(),
    faults.raw_json(b'{"sync_status": []}'),
    faults.status(500),
    faults.status(400),
    faults.limited("3"),
    faults.redirect("https://example.org/"),
    faults.packed({}, encoding="br"),
]


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_leaves_it_open(bench: Bench, writer: TodoistWriter, fault: faults.Fault) -> None:
    """Nothing is tried again here, and nothing is called done or refused that may be either."""
    bench.server.faults.append(fault)
    assert only(writer, CLOSE).state == "waiting"
    assert len(bench.server.log) == 1


def test_no_answer_in_time(bench: Bench, writer: TodoistWriter) -> None:
    """The time is kept, and the command stays open."""
    bench.server.faults.append(faults.silent())
    assert only(writer, CLOSE, 0.3) == Outcome("waiting", "timed-out")


def test_what_certainly_never_arrived(bench: Bench) -> None:
    """Nobody listening, no login and no consent: nothing was sent, and that is said."""
    url = "http://127.0.0.1:9"
    with Guard(bench.store, FixedClock(), allowed(url)) as guard:
        nobody = TodoistWriter(guard, url, lambda: Secret("token"))
        assert only(nobody, CLOSE) == Outcome("unsent", "refused")

        def no_login() -> Secret:
            raise ConnectionNeededError("Todoist is not connected.", "Run: oo connect todoist")

        assert only(TodoistWriter(guard, url, no_login), CLOSE) == Outcome("unsent", "login")
        consent(bench.store, False, CONSENT)
        assert only(nobody, CLOSE) == Outcome("unsent", "consent")
        with pytest.raises(ConsentMissingError):
            nobody.look(TASK, 5.0)
    assert bench.server.log == []


def test_a_login_that_may_not_write(bench: Bench, writer: TodoistWriter) -> None:
    """A token for reading only is told apart from a lost answer: nothing was done."""
    bench.server.commands.scope = "data:read"
    assert only(writer, CLOSE) == Outcome("unsent", "login")
    assert bench.server.commands.carried == []


@pytest.mark.parametrize("act", [lambda w: only(w, CLOSE).state, lambda w: str(w.look(TASK, 5.0).is_open)])
def test_an_expired_token_is_replaced_once(bench: Bench, act: Callable[[TodoistWriter], str]) -> None:
    """The same uuid goes out again with the new token; a second refusal ends it."""
    tokens = ["old", bench.account.token]
    with Guard(bench.store, FixedClock(), allowed(bench.server.url)) as guard:
        renewing = TodoistWriter(guard, bench.server.url, lambda: Secret(tokens[0]), lambda: tokens.remove("old"))
        assert act(renewing) in ("sent", "True")
        assert len(bench.server.log) == 2
        bench.server.faults.extend([faults.answer(unauthorized())] * 2)
        never = TodoistWriter(guard, bench.server.url, lambda: Secret("old"), lambda: None)
        assert only(never, CLOSE) == Outcome("unsent", "login")
        assert len(bench.server.log) == 4


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({}, Seen(True)),
        ({"checked": True}, Seen(False)),
        ({"due": DAILY}, Seen(True, True, DAILY, frozenset(("2026-12-01",)))),
        ({"due": {"date": 7}}, Seen(True)),
        ({"due": "tomorrow", "deadline": {"date": "2026-12-09"}}, Seen(True, dues=frozenset(("2026-12-09",)))),
        (
            {"due": {"date": "2026-12-01T12:00:00.000000", "lang": None, "is_recurring": False}},
            Seen(
                True,
                False,
                {"date": "2026-12-01T12:00:00.000000", "timezone": None, "is_recurring": False},
                frozenset(("2026-12-01T12:00:00",)),
            ),
        ),
    ],
)
def test_a_look(bench: Bench, writer: TodoistWriter, fields: dict[str, Any], seen: Seen) -> None:
    """A task is seen with its date as a whole, and with the dates in the form that the person saw."""
    task(bench).update(fields)
    assert writer.look(TASK, 5.0) == seen


def test_a_look_at_what_is_gone(bench: Bench, writer: TodoistWriter) -> None:
    """A task that was deleted is not open, and strange ids stay in their place of the address."""
    assert writer.look("6gone5gone5gone5", 5.0) == Seen(False)
    assert writer.look("../../user?x=#", 5.0) == Seen(False)
    assert bench.server.log[-1].path == "/api/v1/tasks/..%2F..%2Fuser%3Fx%3D%23"


@pytest.mark.parametrize("fault", [faults.html(), faults.cut_json(), faults.status(500), faults.raw_json(b"{}")])
def test_a_look_that_fails(bench: Bench, writer: TodoistWriter, fault: faults.Fault) -> None:
    """Where it cannot tell, it says so instead of calling the task gone."""
    bench.server.faults.append(fault)
    with pytest.raises(SourceUnavailableError):
        writer.look(TASK, 5.0)


def test_a_look_without_login(bench: Bench, writer: TodoistWriter) -> None:
    """A refused login is told as one."""
    bench.server.faults.append(faults.answer(unauthorized()))
    with pytest.raises(ConnectionNeededError):
        writer.look(TASK, 5.0)


def test_the_ledger(bench: Bench, writer: TodoistWriter) -> None:
    """Each request stands there with its own purpose and consent, and with dates only where a date leaves."""
    only(writer, CLOSE)
    only(writer, Command("u2", "reschedule", TASK, None, "2026-12-05"))
    rows = recent(bench.store, 10)
    assert [(row.purpose, row.consent) for row in rows] == [(CONSENT, CONSENT)] * 2
    assert [row.categories for row in rows] == [("login", "task ids", "dates"), ("login", "task ids")]


def test_rest_calls_for_conformance(bench: Bench) -> None:
    """The test server also closes and reopens by REST, and refuses both to a token for reading."""
    account: Account = bench.account
    with Guard(bench.store, FixedClock(), allowed(bench.server.url)) as guard:

        def post(path: str) -> int:
            return guard.call(
                purpose=CONSENT,
                method="POST",
                url=f"{bench.server.url}/api/v1/tasks/{path}",
                consent=CONSENT,
                categories=("login",),
                headers={"Authorization": f"Bearer {account.token}"},
            ).status

        assert (post(f"{TASK}/close"), task(bench)["checked"]) == (204, True)
        assert (post(f"{TASK}/reopen"), task(bench)["checked"]) == (204, False)
        assert post("6gone5gone5gone5/close") == 404
        bench.server.commands.scope = "data:read"
        assert (post(f"{TASK}/close"), task(bench)["checked"]) == (403, False)


def test_errors_are_of_our_tree(bench: Bench, writer: TodoistWriter) -> None:
    """A ledger that cannot be written is told as an outcome: sending never raises."""
    bench.store.conn.execute("drop table egress")
    assert only(writer, CLOSE) == Outcome("waiting", "failed")
    with pytest.raises(OoError):
        writer.look(TASK, 5.0)
    assert bench.server.log == []
