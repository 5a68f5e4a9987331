"""The client against a real server: every documented status, retries, and what it lets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.sources.todoist.client import API_URL, TodoistClient, allowed, api_url
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
from tests.todoist_server.bench import Bench, chain_text, consent, open_bench
from tests.todoist_server.wire import unauthorized


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store, a gate and a server."""
    with open_bench(tmp_path) as opened:
        yield opened


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


def client(bench: Bench, pauses: Pauses | None = None) -> TodoistClient:
    """A client of the test's server."""
    pauses = pauses or Pauses()
    return TodoistClient(bench.guard, bench.server.url, pauses.sleep, pauses.jitter)


def token(bench: Bench) -> Secret:
    """The token that the server accepts."""
    return Secret(bench.account.token)


def failed(bench: Bench, pauses: Pauses | None = None) -> OoError:
    """The error of a sync that must fail, which tells nothing of what was sent or answered."""
    with pytest.raises(OoError) as caught:
        client(bench, pauses).sync_full(token(bench))
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
        client(bench, pauses).check(Secret("0" * 40))
    assert "oo connect todoist --token-stdin" in caught.value.hint
    assert (len(bench.server.log), pauses.taken) == (1, [])


def test_check_unreadable(bench: Bench) -> None:
    """An answer without an account is no proof that the token is good."""
    bench.server.faults.append(faults.raw_json(b"{}"))
    with pytest.raises(SourceUnavailableError, match="could not be read"):
        client(bench).check(token(bench))


def test_no_consent(bench: Bench) -> None:
    """Without the consent the server hears nothing."""
    consent(bench.store, False)
    with pytest.raises(ConsentMissingError):
        client(bench).sync_full(token(bench))
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
    "items object": (faults.raw_json(b'{"items": {}}'), SourceUnavailableError),
    "partial": (faults.raw_json(b'{"items": [], "full_sync": false}'), SourceUnavailableError),
}


@pytest.mark.parametrize("case", FINAL)
def test_final_answers(bench: Bench, case: str) -> None:
    """An answer that waiting would not improve ends at once in the right class, with a next step."""
    fault, expected = FINAL[case]
    bench.server.faults.append(fault)
    pauses = Pauses()
    error = failed(bench, pauses)
    assert isinstance(error, expected)
    assert error.hint
    assert (len(bench.server.log), pauses.taken) == (1, [])


def test_gone(bench: Bench) -> None:
    """A retired interface asks for an update, from plain text and from the server's own old paths."""
    bench.server.faults.append(faults.html(410))
    assert "update" in failed(bench).line()
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
def test_passing_trouble(bench: Bench, case: str) -> None:
    """Two failures are ridden out by waiting a little longer each time."""
    bench.server.faults.extend([PASSING[case]] * 2)
    pauses = Pauses(jitter=0.25)
    assert client(bench, pauses).sync_full(token(bench))["full_sync"] is True
    assert pauses.taken == [1.25, 2.25]
    assert [row.status == "200" for row in egress.recent(bench.store, 9)] == [True, False, False]


@pytest.mark.parametrize("case", PASSING)
def test_lasting_trouble(bench: Bench, case: str) -> None:
    """A third failure is the last, and told as the source's."""
    bench.server.faults.extend([PASSING[case]] * 5)
    assert isinstance(failed(bench), SourceUnavailableError)
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


def test_settings() -> None:
    """The API is where Todoist says unless the setting moves it, and only a safe address is taken."""
    assert api_url({}) == api_url({"OO_TODOIST_API_URL": ""}) == API_URL
    assert api_url({"OO_TODOIST_API_URL": "http://127.0.0.1:8000/"}) == "http://127.0.0.1:8000"
    assert allowed(API_URL) == {"todoist.sync": frozenset({"api.todoist.com"})}
    with pytest.raises(BadUsageError):
        allowed("http://example.org")
