"""apprise in a process of its own: what it sends passes the relay, stands in the ledger, and goes nowhere else."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from oo_cli.adapters.notify.post import Post
from oo_cli.house import House
from oo_cli.usecases.connect import set_consent
from oo_data.errors import BadUsageError, ConsentMissingError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store import egress

pytest.importorskip("apprise", reason="the extra `notify` is not installed")
CONSENT = "notify.phone"


class Web(ThreadingHTTPServer):
    """A server that keeps what it is sent, and counts the bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[bytes] = []
        self.received = 0

    @property
    def host(self) -> str:
        """Its address."""
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Answers every POST with 200."""

    server: Web

    def do_POST(self) -> None:
        """Keep the body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        head = len(f"{self.requestline}\r\n") + sum(len(f"{k}: {v}\r\n") for k, v in self.headers.items()) + 2
        self.server.received += head + len(body)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as takes one message."""

    def handle(self) -> None:
        """Say yes to everything."""
        taken = self.server.taken  # type: ignore[attr-defined]
        self.wfile.write(b"220 mail\r\n")
        data = False
        for line in self.rfile:
            taken.append(line)
            if data:
                if line != b".\r\n":
                    continue
                data = False
            elif line.upper().startswith(b"DATA"):
                data = True
                self.wfile.write(b"354 go on\r\n")
                continue
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def web() -> Iterator[Web]:
    """A running server."""
    server = Web()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def post(house: House, url: str, *hosts: str) -> Post:
    """What sends to an address; without hosts any may be reached."""
    return Post(house.store, house.clock, CONSENT, Secret(url), frozenset(hosts) if hosts else None)


def test_a_message_arrives_and_stands_in_the_ledger(
    house: House, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message arrives, the host it went to is told, and the ledger has its bytes within one in a hundred.

    A file in the current folder that is named like the library is not run.
    """
    set_consent(house, CONSENT, True)
    (tmp_path / "apprise.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    assert post(house, f"json://{web.host}/x").send("oO", "A tip is ready.") == (web.host,)
    assert b"A tip is ready." in web.bodies[0]
    row = egress.recent(house.store, 1)[0]
    assert (row.host, row.purpose, row.consent) == (web.host, "notify", CONSENT)
    assert abs(row.bytes_out - web.received) <= web.received / 100
    assert row.bytes_in > 0


def test_without_consent_nothing_is_sent(house: House, web: Web) -> None:
    """The ledger's own check stops the connection before it is made."""
    with pytest.raises(ConsentMissingError):
        post(house, f"json://{web.host}/x").send("oO", "x")
    assert web.bodies == []


def test_another_host_than_the_first_is_out_of_reach(house: House, web: Web) -> None:
    """A channel may reach what its first message reached, and nothing else."""
    set_consent(house, CONSENT, True)
    with pytest.raises(SourceUnavailableError):
        post(house, f"json://{web.host}/x", "127.0.0.1:9").send("oO", "x")
    assert web.bodies == []
    assert egress.recent(house.store, 1) == []


def test_mail_goes_through_the_relay_too(house: House) -> None:
    """A way that knows no HTTP proxies has no other way out either."""
    set_consent(house, CONSENT, True)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        taken: list[bytes] = []
        server.taken = taken  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        url = f"mailto://127.0.0.1:{port}/?from=me@example.org&to=you@example.org&smtp=127.0.0.1"
        assert post(house, url).send("oO", "A tip is ready.") == (f"127.0.0.1:{port}",)
        server.shutdown()
    assert egress.recent(house.store, 1)[0].bytes_out == sum(map(len, taken))


def test_an_address_that_is_none_is_told(house: House) -> None:
    """A typing error is a usage error, not a failing network."""
    set_consent(house, CONSENT, True)
    with pytest.raises(BadUsageError):
        post(house, "nosuch://127.0.0.1/x").send("oO", "x")
