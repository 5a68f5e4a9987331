"""The client against a real server: every documented status, retries, and what it lets through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist.client import (
    API_URL,
    NotInPlanError,
    TodoistClient,
    Token,
    allowed,
    api_url,
)
from oo_data.errors import (
    BadUsageError,
    ConnectionNeededError,
    ConsentMissingError,
    OoError,
    SourceUnavailableError,
)
from oo_data.secret import Secret
from oo_data.store import egress
from tests.todoist_server import faults
from tests.todoist_server.account import add_history, build
from tests.todoist_server.bench import NOW, Bench, FixedClock, chain_text, consent, open_bench
from tests.todoist_server.history import NOW as SERVER_NOW
from tests.todoist_server.wire import unauthorized

SINCE = NOW - 80 * 86_400_000
Read = Callable[[TodoistClient, Token], object]
READS: dict[str, Read] = {
    "sync": lambda client, token: client.sync_full(token),
    "activities": lambda client, token: list(client.activities(token, SINCE, NOW)),
    "completed": lambda client, token: list(client.completed(token, SINCE, NOW)),
}
PATHS = {
    "sync": "/api/v1/sync",
    "activities": "/api/v1/activities",
    "completed": "/api/v1/tasks/completed/by_completion_date",
}


@contextmanager
def open_reader(folder: Path) -> Iterator[Bench]:
    """A store, a gate that lets all three reads through, and a server whose account has a past."""
    account = build()
    add_history(account, singles=30, repeats=20, days=79, now=SERVER_NOW)
    account.plan["current"]["activity_log_limit"] = -1
    with open_bench(folder, account) as opened, Guard(opened.store, FixedClock(), allowed(opened.server.url)) as guard:
        yield replace(opened, guard=guard)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A server to read from."""
    with open_reader(tmp_path) as opened:
        yield opened


@pytest.fixture(params=READS)
def read(request: pytest.FixtureRequest) -> str:
    """Each of the three reads."""
    return str(request.param)


class Pauses:
    """Sleeping that takes no time and is remembered."""

    def __init__(self, jitter: float = 0.0) -> None:
        self.taken: list[float] = []
        self._jitter = jitter

    def sleep(self, seconds: float) -> None:
        """Remember instead of waiting."""
        self.taken.append(seconds)

    def jitter(self) -> float:
        """Always the same."""
        return self._jitter


def client(bench: Bench, pauses: Pauses | None = None, expired: Callable[[], None] | None = None) -> TodoistClient:
    """A client of the test's server."""
    pauses = pauses or Pauses()
    return TodoistClient(bench.guard, bench.server.url, pauses.sleep, pauses.jitter, expired)


def token(bench: Bench) -> Token:
    """The token that the server accepts."""
    return lambda: Secret(bench.account.token)


def failed(bench: Bench, pauses: Pauses | None = None, read: str = "sync") -> OoError:
    """The error of a read that must fail, which tells nothing of what was sent or answered."""
    with pytest.raises(OoError) as caught:
        READS[read](client(bench, pauses), token(bench))
    words = (*bench.account.secrets(), *bench.account.titles(), "Buy mi", "<h1>", "example.org")
    shown = chain_text(caught.value)
    assert not [word for word in words if word in shown]
    return caught.value


def test_full_sync(bench: Bench) -> None:
    """One request brings everything that is open, in Todoist's own words."""
    payload = client(bench).sync_full(token(bench))
    assert payload["items"] == bench.account.items
    assert payload["projects"] == bench.account.projects
    assert payload["labels"] == bench.account.labels
    (request,) = bench.server.log
    assert (request.method, request.path) == ("POST", "/api/v1/sync")
    assert b"commands" not in request.body


def test_account_secrets_are_dropped(bench: Bench) -> None:
    """Todoist's answer holds a token with full rights; it does not leave the client."""
    payload = client(bench).sync_full(token(bench))
    assert payload["user"] == {"id": bench.account.user["id"], "tz_info": bench.account.user["tz_info"]}
    shown = json.dumps(payload)
    assert not [secret for secret in bench.account.secrets() if secret in shown]


def test_check(bench: Bench) -> None:
    """A token is tried without reading a task."""
    client(bench).check(token(bench))
    (request,) = bench.server.log
    assert b"items" not in request.body
    assert request.bytes_out < 2000


def test_check_refused(bench: Bench) -> None:
    """A wrong token is told with the command that mends it, at the first answer, though that names a wait."""
    pauses = Pauses()
    with pytest.raises(ConnectionNeededError, match="refused the token") as caught:
        client(bench, pauses).check(lambda: Secret("0" * 40))
    assert "oo connect todoist" in caught.value.hint
    assert (len(bench.server.log), pauses.taken) == (1, [])


def test_check_unreadable(bench: Bench) -> None:
    """An answer without an account is no proof that the token is good."""
    bench.server.faults.append(faults.raw_json(b"{}"))
    with pytest.raises(SourceUnavailableError, match="could not be read"):
        client(bench).check(token(bench))


def test_no_consent(bench: Bench, read: str) -> None:
    """Without the consent the server hears nothing."""
    consent(bench.store, False)
    with pytest.raises(ConsentMissingError):
        READS[read](client(bench), token(bench))
    assert bench.server.log == []


FINAL = {
    "400 argument": (
        faults.status(400, "INVALID_ARGUMENT_VALUE", 20, argument="limit"),
        SourceUnavailableError,
    ),
    "400 missing": (faults.status(400, "ARGUMENT_MISSING", 19), SourceUnavailableError),
    "400 old id": (faults.status(400, "V1_ID_CANNOT_BE_USED", 557), SourceUnavailableError),
    "401": (faults.answer(unauthorized()), ConnectionNeededError),
    "401 bare": (faults.answer(unauthorized(token_sent=False)), ConnectionNeededError),
    "401 html": (faults.html(401), ConnectionNeededError),
    "403 scope": (
        faults.status(403, "AUTH_INSUFFICIENT_TOKEN_SCOPE", 403, access_type="data:read"),
        ConnectionNeededError,
    ),
    "403": (faults.status(403, "FORBIDDEN", 32), SourceUnavailableError),
    "403 html": (faults.html(403), SourceUnavailableError),
    "404": (faults.status(404, "NOT_FOUND", 478, retry_after=3), SourceUnavailableError),
    "501": (faults.status(501), SourceUnavailableError),
    "204": (faults.html(204), SourceUnavailableError),
    "redirect": (faults.redirect("https://example.org/"), SourceUnavailableError),
    "cut": (faults.cut_json(), SourceUnavailableError),
    "html 200": (faults.html(200), SourceUnavailableError),
    "empty": (faults.raw_json(b""), SourceUnavailableError),
    "deep": (faults.deep(), SourceUnavailableError),
    "nan": (faults.nan(), SourceUnavailableError),
    "long number": (faults.long_number(), SourceUnavailableError),
    "not utf-8": (faults.raw_json(b'{"items": ["\xff"]}'), SourceUnavailableError),
    "list": (faults.raw_json(b"[]"), SourceUnavailableError),
    "null": (faults.raw_json(b"null"), SourceUnavailableError),
    "no items": (faults.raw_json(b'{"projects": []}'), SourceUnavailableError),
    "items object": (faults.raw_json(b'{"items": {}, "results": {}}'), SourceUnavailableError),
}


@pytest.mark.parametrize("case", FINAL)
def test_final_answers(bench: Bench, case: str, read: str) -> None:
    """An answer that waiting would not improve ends at once in the right class, with a next step."""
    fault, expected = FINAL[case]
    bench.server.faults.append(fault)
    pauses = Pauses()
    error = failed(bench, pauses, read)
    assert isinstance(error, expected)
    assert error.hint
    assert (len(bench.server.log), pauses.taken) == (1, [])


def test_half_a_sync(bench: Bench) -> None:
    """What changed is not all that is open: an absent task would read as done."""
    bench.server.faults.append(faults.raw_json(b'{"items": [], "full_sync": false}'))
    assert isinstance(failed(bench), SourceUnavailableError)


def test_not_in_plan(bench: Bench, read: str) -> None:
    """What a plan does not have is told apart from trouble."""
    bench.server.faults.append(faults.status(403, "PREMIUM_ONLY", 32))
    assert isinstance(failed(bench, read=read), NotInPlanError)


def test_gone(bench: Bench, read: str) -> None:
    """A retired interface asks for an update, from plain text and from the server's own old paths."""
    bench.server.faults.append(faults.html(410))
    assert "update" in failed(bench, read=read).line()
    old = TodoistClient(bench.guard, f"{bench.server.url}/rest/v2", Pauses().sleep, Pauses().jitter)
    with pytest.raises(SourceUnavailableError, match="retired"):
        old.sync_full(token(bench))


PASSING = {
    "429": faults.limited(),
    "500": faults.status(500),
    "502": faults.html(502),
    "503": faults.status(503),
    "503 html": faults.html(503),
    "504": faults.html(504),
    "closed": faults.closed(),
    "broken body": faults.broken_body(),
}


@pytest.mark.parametrize("case", PASSING)
def test_passing_trouble(bench: Bench, case: str, read: str) -> None:
    """Two failures are ridden out by waiting a little longer each time."""
    undisturbed = READS[read](client(bench), token(bench))
    bench.server.faults.extend([PASSING[case]] * 2)
    pauses = Pauses(jitter=0.25)
    assert READS[read](client(bench, pauses), token(bench)) == undisturbed
    assert pauses.taken == [1.25, 2.25]
    assert [row.status == "200" for row in egress.recent(bench.store, 3)] == [True, False, False]


@pytest.mark.parametrize("case", PASSING)
def test_lasting_trouble(bench: Bench, case: str, read: str) -> None:
    """A third failure is the last, and told as the source's."""
    bench.server.faults.extend([PASSING[case]] * 5)
    assert isinstance(failed(bench, read=read), SourceUnavailableError)
    assert len(bench.server.log) == 3


@pytest.mark.parametrize(
    ("header", "body", "pause"),
    [
        ("7", None, 7.0), (None, 7, 7.0), (None, 2.5, 2.5), ("3", 8, 8.0), ("9", 3, 9.0), ("30", None, 30.0),
        ("0", 0, 1.0), ("-5", -5, 1.0), ("soon", "soon", 1.0), (None, True, 1.0), ("²", None, 1.0),
        ("1e1", [], 1.0), ("Fri, 31 Dec 1999 23:59:59 GMT", None, 1.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", [429, 503])
def test_asked_pause(bench: Bench, header: str | None, body: object, pause: float, code: int) -> None:
    """The longer of both waits is kept, and nonsense in either is as none."""
    bench.server.faults.append(faults.limited(header, body, code))
    pauses = Pauses()
    client(bench, pauses).sync_full(token(bench))
    assert pauses.taken == [pause]


@pytest.mark.parametrize(("header", "body"), [("31", None), (None, 900), ("9" * 400, None), (None, 10**400)])
def test_too_long_a_pause(bench: Bench, header: str | None, body: object) -> None:
    """Asked to wait longer than a person would, the client gives up instead of asking early."""
    bench.server.faults.append(faults.limited(header, body))
    pauses = Pauses()
    assert "fewer requests" in failed(bench, pauses).message
    assert (len(bench.server.log), pauses.taken) == (1, [])


def test_unreadable_text_is_not_in_the_error(bench: Bench) -> None:
    """The parser's error quotes the whole text, so it must not hang on ours."""
    whole = json.dumps({"items": bench.account.items, "user": bench.account.user}).encode()
    bench.server.faults.append(faults.raw_json(whole[:-1]))
    error = failed(bench)
    assert error.__context__ is None
    assert error.__cause__ is None


def test_what_the_ledger_says(bench: Bench, read: str) -> None:
    """Each read stands in the ledger under a purpose of its own, and only the login leaves."""
    READS[read](client(bench), token(bench))
    (row,) = egress.recent(bench.store, 9)
    assert (row.purpose, row.consent, row.categories) == (f"todoist.{read}", "source.todoist", ("login",))
    (request,) = bench.server.log
    assert request.path.partition("?")[0] == PATHS[read]


def test_settings() -> None:
    """The API is where Todoist says unless the setting moves it, and only a safe address is taken."""
    assert api_url({}) == api_url({"OO_TODOIST_API_URL": ""}) == API_URL
    assert api_url({"OO_TODOIST_API_URL": "http://127.0.0.1:8000/"}) == "http://127.0.0.1:8000"
    purposes = ("todoist.sync", "todoist.activities", "todoist.completed")
    assert allowed(API_URL) == dict.fromkeys(purposes, frozenset({"api.todoist.com"}))
    with pytest.raises(BadUsageError):
        allowed("http://example.org")
