"""The one way out when the other side fails: one deadline, one size, one attempt, one fixed word."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from oo_cli.adapters.exchange import fault_of
from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import FAULTS, ExchangeFailedError
from oo_data.errors import ConsentMissingError
from oo_data.secret import Secret
from oo_data.store import db
from tests.ports import free_port
from tests.todoist_server import faults
from tests.todoist_server.bench import PURPOSE, TOKEN, Bench, FixedClock, chain_text, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store, a gate and a server."""
    with open_bench(tmp_path) as opened:
        yield opened


def test_tls_failed(bench: Bench) -> None:
    """A listener that cannot prove who it is gets no request."""
    assert bench.failed(url=f"https://{bench.server.host}/x").fault == "tls-failed"
    assert (bench.row().status, bench.row().bytes_out) == ("tls-failed", 0)
    assert bench.server.log == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect(bench: Bench, code: int) -> None:
    """A redirect is not followed, not even to the same server."""
    bench.server.faults.append(faults.redirect(f"{bench.server.url}/elsewhere?{TOKEN}", code))
    error = bench.failed()
    assert error.fault == bench.row().status == "redirected"
    assert [request.path for request in bench.server.log] == ["/api/v1/sync"]


def assert_worker_ends() -> None:
    """A call that was cut off leaves no thread behind."""
    for _ in range(400):
        if not any(thread.name == "oo-http" for thread in threading.enumerate()):
            return
        time.sleep(0.05)
    pytest.fail("a worker outlived its call")


@pytest.mark.parametrize("fault", [faults.slow_body(), faults.slow_head(), faults.silent()])
def test_deadline(bench: Bench, fault: faults.Fault) -> None:
    """A server that sends a byte now and then, or none, is cut off when the time is up."""
    bench.server.faults.append(fault)
    before = time.monotonic()
    error = bench.failed(timeout=1.5)
    assert time.monotonic() - before < 20
    assert error.fault == bench.row().status == "timed-out"
    assert bench.server.host in error.message
    assert bench.row().bytes_out > 0
    assert_worker_ends()
    assert bench.call(timeout=5.0).status == 401, "the gate must work on after a cut"


@pytest.mark.parametrize("fault", [faults.slow_body(), faults.silent()])
def test_a_withdrawal_cuts_what_is_under_way(bench: Bench, fault: faults.Fault) -> None:
    """A request that has begun does not go on when its consent is withdrawn, and the ledger says why it ended."""
    bench.server.faults.append(fault)

    def withdraw(_: object) -> None:
        with closing(db.open_store(bench.store.path)) as other, other.write() as conn:
            conn.execute("update consent set granted = 0")

    bench.server.on_request = withdraw
    before = time.monotonic()
    with pytest.raises(ConsentMissingError):
        bench.call(timeout=30.0)
    assert time.monotonic() - before < 20
    assert bench.row().status == "withdrawn"
    assert bench.row().bytes_out > 0
    assert_worker_ends()


def test_no_exit_waits_for_a_server(bench: Bench) -> None:
    """Whoever leaves oO does not wait for a look-up or a server that hangs: the worker ends with the program."""
    seen: list[bool] = []
    bench.server.on_request = lambda _: seen.extend(t.daemon for t in threading.enumerate() if t.name == "oo-http")
    bench.call()
    assert seen == [True]


def test_slow_look_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up a name counts too, and what comes of it too late is not sent any more."""
    known, gate = socket.getaddrinfo, threading.Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        gate.wait(30)
        return known(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    before = time.monotonic()
    assert bench.failed(timeout=0.2).fault == "timed-out"
    assert time.monotonic() - before < 20
    gate.set()
    assert_worker_ends()
    assert bench.server.log == []
    assert bench.row().bytes_out == 0


def test_localhost_that_lies_elsewhere(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a look-up led to another address, nothing is said there in the clear."""
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.1", 80), raising=False)
    assert bench.failed().fault == bench.row().status == "no-address"
    assert bench.row().bytes_out == 0
    assert bench.server.log == []


def test_size_cap(bench: Bench) -> None:
    """More than the cap is an error, and is not read to its end."""
    bench.server.faults.append(faults.huge(8 * 1024 * 1024))
    error = bench.failed(max_bytes=100_000)
    assert error.fault == bench.row().status == "too-large"
    assert bench.row().bytes_in < 1_000_000


def test_size_cap_counts_what_is_unpacked(bench: Bench) -> None:
    """A small compressed body that unfolds beyond the cap is refused."""
    bench.server.faults.append(faults.packed("a" * 5_000_000))
    assert bench.failed(max_bytes=1_000_000).fault == "too-large"
    assert bench.row().bytes_in < 20_000


def test_exact_cap_passes(bench: Bench) -> None:
    """The cap itself is still allowed."""
    bench.server.faults.append(faults.huge(65_536))
    assert len(bench.call(max_bytes=65_536).body) == 65_536


def test_error_body_is_cut(bench: Bench) -> None:
    """An error keeps its status however long its page is."""
    bench.server.faults.append(faults.html(503, size=1_000_000))
    reply = bench.call()
    assert (reply.status, len(reply.body)) == (503, 64 * 1024)
    assert bench.row().bytes_in < 500_000, "the rest of the page must not be read"


@pytest.mark.parametrize(
    ("encoding", "times"), [("gzip, gzip", 2), ("deflate", 1), ("br", 1), ("zstd", 1), ("gzip", 0)]
)
def test_unasked_encoding(bench: Bench, encoding: str, times: int) -> None:
    """Layers of compression, unknown ones, and gzip that is none end in a fixed word."""
    bench.server.faults.append(faults.packed({"a": "b" * 10_000}, times, encoding))
    assert bench.failed().fault == bench.row().status == "garbled"


@pytest.mark.parametrize("fault", [faults.closed(), faults.broken_body()])
def test_sent_once(bench: Bench, fault: faults.Fault) -> None:
    """The gate itself never sends anything twice, however the connection ended."""
    bench.server.faults.append(fault)
    assert bench.failed().fault == bench.row().status == "broken"
    assert len(bench.server.log) == 1


@pytest.mark.parametrize("code", [304, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504])
def test_status_is_the_callers(bench: Bench, code: int) -> None:
    """Such a status is handed over after one request: only the caller knows whether it was a read."""
    bench.server.faults.append(faults.status(code))
    assert bench.call().status == code
    assert bench.row().status == str(code)
    assert len(bench.server.log) == 1


def test_refused(bench: Bench) -> None:
    """A closed port is told as one, and counts no byte as sent."""
    closed = f"127.0.0.1:{free_port()}"
    with Guard(bench.store, FixedClock(), {PURPOSE: frozenset((closed,))}) as guard:
        error = Bench(bench.store, bench.server, guard).failed(url=f"http://{closed}/")
    assert (error.fault, error.exit_code) == ("refused", 5)
    assert (bench.row().status, bench.row().bytes_out) == ("refused", 0)


def test_no_connection_is_kept(bench: Bench) -> None:
    """A server that would keep the line sees it closed, so that no later request meets one that went stale."""

    def serve() -> bytes:
        line, _ = server.accept()
        with line:
            line.settimeout(20)
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            return line.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        after = pool.submit(serve)
        place = f"127.0.0.1:{server.getsockname()[1]}"
        with Guard(bench.store, FixedClock(), {PURPOSE: frozenset((place,))}) as guard:
            Bench(bench.store, bench.server, guard).call(url=f"http://{place}/", method="GET", data=None)
            assert after.result() == b""


def test_no_address(bench: Bench) -> None:
    """A name that cannot resolve (too long for any resolver to ask for) is told as one."""
    host = ".".join(["a" * 60] * 6)
    with Guard(bench.store, FixedClock(), {PURPOSE: frozenset((host,))}) as guard:
        error = Bench(bench.store, bench.server, guard).failed(url=f"https://{host}/")
    assert error.fault == bench.row().status == "no-address"


def test_interrupted(bench: Bench) -> None:
    """A row does not stay at `sending` when the person presses Ctrl-C: the request is cut off and told so."""
    bench.server.faults.append(faults.silent())
    main = threading.main_thread().ident
    assert main is not None
    bench.server.on_request = lambda _: signal.pthread_kill(main, signal.SIGINT)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            bench.call()
    finally:
        signal.signal(signal.SIGINT, before)
    assert bench.row().status == "interrupted"


def _caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


def test_unforeseen(bench: Bench) -> None:
    """An error that no one foresaw is told in fixed words too, and the ledger names its class."""
    error = bench.failed(headers={"X-Login": Secret(f"naïve {TOKEN}")})
    assert error.fault == "failed"
    assert bench.row().status == "failed: UnicodeEncodeError"
    assert TOKEN not in chain_text(error)


def test_faults_by_class() -> None:
    """Every error class of the transport has its fixed word."""
    import httpx

    cases = {
        "no-address": _caused(httpx.ConnectError(TOKEN), socket.gaierror(-2, TOKEN)),
        "refused": _caused(httpx.ConnectError(TOKEN), ConnectionRefusedError(TOKEN)),
        "tls-failed": _caused(httpx.ConnectError(TOKEN), ssl.SSLCertVerificationError(TOKEN)),
        "unreachable": httpx.ConnectTimeout(TOKEN),
        "timed-out": httpx.ReadTimeout(TOKEN),
        "broken": httpx.RemoteProtocolError(TOKEN),
        "garbled": httpx.DecodingError(TOKEN),
        "failed": RuntimeError(TOKEN),
    }
    assert {fault_of(error) for error in cases.values()} == set(cases)
    assert [fault_of(error) for error in cases.values()] == list(cases)
    assert fault_of(httpx.ConnectError("no route")) == "unreachable"


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_sentences(fault: str) -> None:
    """Every fault is one sentence with the host and a next step."""
    error = ExchangeFailedError(fault, "api.todoist.com")
    assert error.message.endswith(".")
    assert "api.todoist.com" in error.message
    assert error.hint
