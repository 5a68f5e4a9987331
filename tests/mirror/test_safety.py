"""Whom the mirror talks to: one address, under TLS or on this machine, with a login from a file, and never for long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from oo_cli.adapters.mirror.address import Address, address
from oo_cli.adapters.mirror.stream import NatsMirror
from oo_cli.adapters.replies import NotYoursError
from oo_data.contracts.event import Envelope, SourceConnected
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.store import db, egress, migrations, profile
from oo_data.store.db import Store
from tests.fakes import FixedClock
from tests.mirror.certificate import certificate
from tests.mirror.server import NatsServer, needs_server

nats = pytest.importorskip("nats", reason="the extra `nats` brings the client")
BATCH = [Envelope(f"id-{place}", "home", 1, place, SourceConnected("todotxt")) for place in range(1, 251)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the consent."""
    path = str(tmp_path / "data" / "oo.db")
    migrations.prepare(path)
    opened = db.open_store(path)
    with opened.write() as conn:
        profile.set_consent(conn, "mirror.nats", True, 1)
    yield opened
    opened.close()


def send(store: Store, url: str, credentials: str = "") -> tuple[int, str]:
    """What became of the batch: how much arrived, and how it ended by the ledger."""
    at = address({"NATS_URL": url})
    assert at is not None
    count, error = NatsMirror(store, FixedClock(), at, credentials).send(BATCH)
    status = egress.recent(store, 1)[0].status
    assert (error is None) == (status == "sent")
    return count, status


@contextmanager
def listener(answer: Callable[[socket.socket], object]) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers each caller so; its port, and what the callers said."""
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as door:

        def serve() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                with closing(caller):
                    answer(caller)
                    caller.settimeout(0.5)
                    try:
                        heard.append(caller.recv(65_536))
                    except TimeoutError:
                        heard.append(b"")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1], heard
        door.shutdown(socket.SHUT_RDWR)
    thread.join(30)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("nats://127.0.0.1", Address("127.0.0.1", 4222, False)),
        ("nats://localhost:99/", Address("localhost", 99, False)),
        ("nats://[::1]:99", Address("::1", 99, False)),
        ("tls://nats.example.org", Address("nats.example.org", 4222, True)),
        ("tls://bücher.example:443", Address("xn--bcher-kva.example", 443, True)),
        ("", None),
    ],
)
def test_safe_addresses(url: str, found: Address | None) -> None:
    """TLS to anywhere, the clear on this machine alone, the usual port where none is named."""
    assert address({"NATS_URL": url}) == found
    if found is not None:
        assert address({"NATS_URL": found.url}) == found


@pytest.mark.parametrize(
    "url",
    [
        "nats://nats.example.org", "nats://10.0.0.1:4222", "http://127.0.0.1:4222", "ws://127.0.0.1:80", "127.0.0.1:99",
        "nats://127.0.0.1:99999", "tls://", "tls://h/path", "tls://h?x=1", "nats://[::1", "nats://127.0.0.1:1,tls://h",
        "tls://me:secret@h", "tls://token@h", "tls://.:1", f"tls://{'a' * 70}.org",
    ],
)  # fmt: skip
def test_unsafe_addresses(url: str) -> None:
    """Anything else is refused in words that repeat nothing of it."""
    with pytest.raises(BadUsageError) as refused:
        address({"NATS_URL": url})
    assert "secret" not in str(refused.value)


@needs_server
def test_tls_is_spoken_and_believed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose certificate the machine trusts takes the events; one that it does not trust gets none."""
    cert, key = certificate(tmp_path)
    with NatsServer(tmp_path / "nats", tls={"cert_file": cert, "key_file": key}) as server:
        assert send(store, server.url) == (0, "tls-failed")
        monkeypatch.setenv("SSL_CERT_FILE", cert)
        assert send(store, server.url) == (len(BATCH), "sent")


INFO = b'INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true%s}\r\n'


def test_no_tls_no_word(store: Store) -> None:
    """A server that offers no TLS where the address asks for it, as a man in the middle would, hears nothing at all."""
    with listener(lambda caller: caller.sendall(INFO % b"")) as (port, heard):
        assert send(store, f"tls://127.0.0.1:{port}") == (0, "unsafe")
    assert heard == [b""]
    assert egress.recent(store, 1)[0].bytes_out == 0


def test_no_other_server(store: Store) -> None:
    """A server that names others and breaks off does not lead oO on to them."""
    with listener(lambda caller: None) as (other, heard):
        info = INFO % f',"connect_urls":["127.0.0.1:{other}"]'.encode()
        with listener(lambda caller: caller.sendall(info + b"-ERR 'go away'\r\n")) as (port, _):
            count, status = send(store, f"nats://127.0.0.1:{port}")
    assert (count, heard) == (0, [])
    assert status in ("broken", "unsafe")


def test_a_server_that_says_nothing(store: Store) -> None:
    """Whoever accepts and is silent costs a few seconds, once."""
    begun, told = time.monotonic(), threading.Event()
    with listener(lambda caller: told.wait(60)) as (port, _):
        assert send(store, f"nats://127.0.0.1:{port}") == (0, "timed-out")
        assert time.monotonic() - begun < 20
        told.set()


@pytest.mark.parametrize("said", [b"\0" * 200, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"INFO {\r\n", b"INFO 7\r\n", b""])
def test_a_server_that_is_none(store: Store, said: bytes) -> None:
    """Another protocol, half a greeting or none ends in fixed words, and nothing of it is written anywhere."""

    def answer(caller: socket.socket) -> None:
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)

    with listener(answer) as (port, _):
        count, status = send(store, f"nats://127.0.0.1:{port}")
    assert (count, status in ("broken", "failed", "timed-out")) == (0, True), status


@needs_server
def test_a_server_without_streams(store: Store, tmp_path: Path) -> None:
    """NATS without JetStream takes nothing, and that is told."""
    with NatsServer(tmp_path / "nats", jetstream=False) as server:
        assert send(store, server.url) == (0, "not-taken")


def test_a_neighbours_server(store: Store) -> None:
    """On a machine of several people, another person's program at that port gets nothing."""
    to = NatsMirror(store, FixedClock(), Address("127.0.0.1", 4222, False), is_foreign=lambda port: True)
    with pytest.raises(NotYoursError):
        to.send(BATCH)
    assert egress.recent(store, 1) == []


def test_no_consent_no_connection(store: Store) -> None:
    """The consent is asked in the transaction that writes the ledger's row; without it there is neither."""
    with store.write() as conn:
        profile.set_consent(conn, "mirror.nats", False, 2)
    with listener(lambda caller: None) as (port, heard), pytest.raises(ConsentMissingError):
        send(store, f"nats://127.0.0.1:{port}")
    assert (heard, egress.recent(store, 1)) == ([], [])


@needs_server
def test_bytes_are_counted_to_the_byte(store: Store, tmp_path: Path) -> None:
    """What the ledger says went out is what a relay in between saw pass."""
    passed = [0, 0]

    def pump(source: socket.socket, target: socket.socket, way: int) -> None:
        while data := source.recv(65_536):
            passed[way] += len(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def relay(caller: socket.socket) -> None:
        with closing(socket.create_connection(("127.0.0.1", server.port))) as inner:
            back = threading.Thread(target=pump, args=(inner, caller, 1))
            back.start()
            pump(caller, inner, 0)
            back.join()

    with NatsServer(tmp_path / "nats") as server, listener(relay) as (port, _):
        assert send(store, f"nats://127.0.0.1:{port}") == (len(BATCH), "sent")
        time.sleep(0.1)
    row = egress.recent(store, 1)[0]
    assert row.bytes_out == passed[0]
    assert 0 <= passed[1] - row.bytes_in < 200  # what arrives while the connection closes
