"""The one way out: consent first, the ledger before the network, known places only, secrets kept in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.http import Guard, bearer, origin
from oo_cli.adapters.replies import ExchangeFailedError
from oo_data.errors import BadUsageError, ConnectionNeededError, ConsentMissingError, OoError
from oo_data.secret import Secret
from oo_data.store import db, egress
from tests.todoist_server import faults
from tests.todoist_server.bench import (
    CONSENT,
    NOW,
    PURPOSE,
    TOKEN,
    Bench,
    FixedClock,
    chain_text,
    consent,
    open_bench,
)
from tests.todoist_server.wire import Answer, Request


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store, a gate and a server."""
    with open_bench(tmp_path) as opened:
        yield opened


def test_answer_and_ledger(bench: Bench) -> None:
    """A call gives the whole answer and leaves one complete row."""
    bench.server.faults.append(faults.raw_json(b'{"a": 1}'))
    reply = bench.call()
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b'{"a": 1}', "application/json")
    row = bench.row()
    assert (row.at, row.host, row.purpose) == (NOW, bench.server.host, PURPOSE)
    assert (row.consent, row.categories, row.status) == (CONSENT, ("login",), "200")


def test_ledger_comes_first(bench: Bench) -> None:
    """The row stands, committed, before the server has seen a byte."""
    seen: list[tuple[str, int, int]] = []

    def look(request: Request) -> None:
        store = db.open_store(bench.store.path)
        seen.extend((row.status, row.bytes_out, row.bytes_in) for row in egress.recent(store, 10))
        store.close()

    bench.server.on_request = look
    bench.call()
    assert seen == [("sending", 0, 0)]


@pytest.mark.parametrize(
    "fault", [None, faults.raw_json(b" " * 500_000), faults.html(), faults.packed({"a": "b" * 90_000})]
)
def test_byte_counts(bench: Bench, fault: faults.Fault | None) -> None:
    """The ledger's bytes are those of the wire, compressed or not, within one per cent."""
    if fault is not None:
        bench.server.faults.append(fault)
    bench.call(headers={"Authorization": bearer(Secret(bench.account.token))})
    row, (request,) = bench.row(), bench.server.log
    assert row.bytes_out == pytest.approx(request.bytes_in, rel=0.01)
    assert row.bytes_in == pytest.approx(request.bytes_out, rel=0.01)


@pytest.mark.parametrize("granted", [None, False])
def test_no_consent_no_request(bench: Bench, granted: bool | None) -> None:
    """Without a consent, or with a withdrawn one, nothing is sent and nothing claims to have been."""
    with bench.store.write() as conn:
        conn.execute("delete from consent")
    if granted is not None:
        consent(bench.store, granted)
    with pytest.raises(ConsentMissingError) as caught:
        bench.call()
    assert f"oo consent grant {CONSENT}" in caught.value.hint
    assert bench.server.log == []
    assert egress.recent(bench.store, 10) == []


def test_withdrawal_wins_while_waiting(bench: Bench) -> None:
    """A withdrawal that commits while a call waits for the write lock stops that call."""
    other = db.open_store(bench.store.path)
    raised: list[BaseException] = []

    def attempt() -> None:
        store = db.open_store(bench.store.path)
        guard = Guard(store, FixedClock(), {PURPOSE: frozenset((bench.server.host,))})
        try:
            Bench(store, bench.server, guard).call()
        except ConsentMissingError as error:
            raised.append(error)
        finally:
            guard.close()
            store.close()

    thread = threading.Thread(target=attempt)
    with other.write() as conn:
        thread.start()
        time.sleep(0.3)
        conn.execute("update consent set granted = 0")
    thread.join()
    other.close()
    assert len(raised) == 1
    assert bench.server.log == []


@pytest.mark.parametrize(
    "url",
    [
        "https://api.todoist.com/x",
        "http://127.0.0.1:1/x",
        "http://localhost:{port}/x",
        "http://[::1]:{port}/x",
        "http://127.0.0.1/x",
    ],
)
def test_foreign_origin(bench: Bench, url: str) -> None:
    """An address that is safe, but not on the list of this purpose, is refused and leaves no row."""
    target = url.format(port=bench.server.host.partition(":")[2])
    with pytest.raises(OoError, match="does not send to this address"):
        bench.call(url=target)
    assert egress.recent(bench.store, 10) == []
    assert bench.server.log == []


def test_foreign_purpose(bench: Bench) -> None:
    """An address allowed for one purpose is not allowed for another."""
    with pytest.raises(OoError, match="does not send to this address"):
        bench.call(purpose="model.chat")
    assert bench.server.log == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.todoist.com/", "http://127.0.0.1.example.org/", "ftp://127.0.0.1/", "https:///x", "words",
        "https://user:pass@api.todoist.com/", "https://api.todoist.com\\@example.org/", "http://10.0.0.1/",
        "https://[::1/", "https://x:port/", "http://127.0.0.1\x00/", "file:///etc/passwd", "",
    ],
)  # fmt: skip
def test_unsafe_address(url: str) -> None:
    """Plain http leaves the machine for nobody, and what is no clear address is none."""
    with pytest.raises(BadUsageError):
        origin(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.todoist.com:443/api", "api.todoist.com"),
        ("https://api.todoist.com:8443", "api.todoist.com:8443"),
        ("http://localhost:8000/", "localhost:8000"),
        ("http://[::1]:8000/x", "[::1]:8000"),
        ("http://127.0.0.1", "127.0.0.1"),
    ],
)
def test_origin(url: str, expected: str) -> None:
    """Origins have one spelling."""
    assert origin(url) == expected


def test_secrets_stay_in(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The token reaches the server, and no error, frame, representation, log line or row."""
    for logger in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger)
    arrived: list[bool] = []
    bench.server.on_request = lambda request: arrived.append(b"refresh_token=" + TOKEN.encode() in request.body)
    for fault in (faults.closed(), faults.redirect("https://example.org/"), faults.raw_json(TOKEN.encode())):
        bench.server.faults.append(fault)
        try:
            shown = repr(bench.call(data={"refresh_token": Secret(TOKEN)}))
        except ExchangeFailedError as error:
            shown = chain_text(error)
        assert TOKEN not in shown
    assert arrived == [True] * 3
    assert TOKEN not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert TOKEN not in repr(egress.recent(bench.store, 10))
    assert TOKEN.encode() not in Path(bench.store.path).read_bytes()


def test_token_arrives(bench: Bench) -> None:
    """The revealed header is what the server accepts."""
    assert bench.call(headers={"Authorization": bearer(Secret(bench.account.token))}).status == 200
    assert bench.call(headers={"Authorization": bearer(Secret("wrong"))}).status == 401


@pytest.mark.parametrize("bad", ["", "two words", "line\r\nX-Evil: 1", "naïve", "tab\t", "\x00"])
def test_bad_token(bad: str) -> None:
    """What cannot be a token is refused before it can become part of a request or an error."""
    with pytest.raises(ConnectionNeededError) as caught:
        bearer(Secret(bad))
    assert bad == "" or bad not in chain_text(caught.value)


def test_unsendable_header(bench: Bench) -> None:
    """A header that HTTP forbids fails in fixed words, though the library's error quotes it."""
    error = bench.failed(headers={"X-Login": Secret(f"{TOKEN}\r\nX: 1")})
    assert TOKEN not in chain_text(error)
    assert bench.server.log == []


def test_no_cookies(bench: Bench) -> None:
    """A cookie is never sent back: it would be a second, unconsented identity."""
    headers = (("Set-Cookie", "who=you; Path=/"),)
    bench.server.faults.append(faults.answer(Answer(200, b"{}", headers=headers)))
    bench.call()
    bench.call()
    assert ["cookie" in request.headers for request in bench.server.log] == [False, False]


def test_plain_manners(bench: Bench) -> None:
    """Requests name oO and no library, version or machine."""
    bench.call(method="GET", data=None, content=b'{"a": 1}', headers={"Content-Type": "application/json"})
    (request,) = bench.server.log
    assert (request.method, request.body, request.headers["user-agent"]) == ("GET", b'{"a": 1}', "oO")
    assert request.headers["accept-encoding"] == "gzip"
    assert "authorization" not in request.headers


def test_a_form_is_told_as_one(bench: Bench) -> None:
    """A login server reads the fields of a form only where the request says that it is one."""
    bench.call(data={"grant_type": "refresh token & more"})
    (request,) = bench.server.log
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == b"grant_type=refresh+token+%26+more"


def test_a_closed_gate_opens_again(bench: Bench) -> None:
    """Whoever closes the gate early loses no later request."""
    for _ in range(2):
        bench.guard.close()
        assert bench.call().status == 401


def test_environment_is_not_trusted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named by the environment sees nothing."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert bench.call().status == 401


def test_recent_and_sweep(bench: Bench) -> None:
    """The ledger reads newest first by order of writing, and forgets what is old enough."""
    for number, at in enumerate((NOW, NOW - 5000, NOW + 1)):
        row = egress.EgressRow(f"r{number}", at, "h", PURPOSE, CONSENT, ("login", "tasks") if number else ())
        egress.begin(bench.store, row)
        assert egress.recent(bench.store, 1) == [row]
    egress.finish(bench.store, "r2", 10, 20, "200")
    newest, *_ = rows = egress.recent(bench.store, 10)
    assert [row.id for row in rows] == ["r2", "r1", "r0"]
    assert (newest.bytes_out, newest.bytes_in, newest.status) == (10, 20, "200")
    assert egress.sweep(bench.store, NOW) == 1
    assert [row.id for row in egress.recent(bench.store, 10)] == ["r2", "r0"]
