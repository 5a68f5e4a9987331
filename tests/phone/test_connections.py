"""Time limits on whatever a client does not do, over plain sockets and TLS; and the network it may listen to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli.adapters.vault import certificate
from oo_cli.phone import network, table
from oo_cli.phone.connections import Doorkeeper
from oo_cli.phone.guard import answer
from oo_cli.phone.serve import Plan, get_ready, refuse_other_owner
from oo_data.errors import BadUsageError, SourceUnavailableError
from tests.fakes import DAY, TUESDAY, FixedClock, house_at
from tests.phone.running import Phone, Running

WAIT = 0.4


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 404)


@pytest.fixture
def door() -> Iterator[int]:
    """A port where a request has four tenths of a second."""
    listener = network.listen(network.LOOPBACK, 0)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, context: None)
    task = loop.create_task(Doorkeeper(_app, listener, None, WAIT).keep())

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield listener.getsockname()[1]
    loop.call_soon_threadsafe(task.cancel)
    thread.join(20)
    listener.close()


def heard(made: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    made.settimeout(60)
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := made.recv(65536):
            found += chunk
    return found


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["nothing", "a letter", "half a head", "half a body", "a whole one, kept alive"],
)
def test_nobody_stays(door: int, said: bytes) -> None:
    """Whatever was not finished in time is cut off, and an idle connection too."""
    begun = time.monotonic()
    with socket.create_connection((network.LOOPBACK, door)) as made:
        made.sendall(said)
        heard(made)
    assert time.monotonic() - begun < 20


def test_drops_do_not_buy_time(door: int) -> None:
    """A byte every now and then is no reason to wait longer."""
    begun = time.monotonic()
    with socket.create_connection((network.LOOPBACK, door)) as made, contextlib.suppress(OSError):
        made.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(1000):
            made.sendall(b"x: y\r\n")
            time.sleep(0.03)
    assert time.monotonic() - begun < 20


def test_half_open_connections_are_gone_at_once(server: Running, paired: Phone) -> None:
    """Clients that vanish without a word, in any state, leave no connection behind."""
    for said in (b"", b"GET", f"POST /feedback HTTP/1.1\r\nHost: {paired.host}\r\nContent-Length: 9\r\n\r\n".encode()):
        for _ in range(40):
            made = paired.connect()
            made.sendall(said)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            made.close()
    assert paired.get("/health").status == 200


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_in_a_network_it_speaks_tls_of_its_own(tmp_path: Path, clock: FixedClock) -> None:
    """By the certificate whose fingerprint was shown; plain HTTP and silence in a handshake get nothing."""
    with Running(tmp_path, clock, host="127.0.0.2", names=("laptop.local",)) as server:
        phone = server.phone()
        assert server.ready.serving.url == f"https://laptop.local:{server.port}"
        assert phone.get("/health").status == 200
        with phone.connect() as made:
            assert isinstance(made, ssl.SSLSocket)
            shown = ssl.DER_cert_to_PEM_cert(made.getpeercert(binary_form=True) or b"")
        known = certificate.Certificate(shown, None, 0)  # type: ignore[arg-type]  # the key is the server's own
        assert known.fingerprint == server.ready.serving.fingerprint
        with socket.create_connection(("127.0.0.2", server.port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: laptop.local\r\n\r\n")
            assert b"HTTP" not in heard(plain)
        quiet = [socket.create_connection(("127.0.0.2", server.port)) for _ in range(table.CONNECTIONS + 8)]
        assert phone.get("/health").status == 200
        for made in quiet:
            made.close()
        assert phone.get("/", Host=f"127.0.0.2:{server.port}").status == 200
        assert list(Path(server.house.paths.state).glob(".serve-*")) == []


def test_the_certificate_is_kept_sealed_and_renewed(tmp_path: Path, clock: FixedClock) -> None:
    """The same one at the next start, another for other names or near its end; its key is nowhere in the clear."""
    house = house_at(tmp_path, clock)
    seen = []
    for names, wait in (((), 0), ((), 0), (("laptop.local",), 0), (("laptop.local",), 800 * DAY)):
        clock.advance(wait)
        ready = get_ready(house, Plan("127.0.0.2", 0, names, False, 0))
        ready.listener.close()
        seen.append(ready.serving.fingerprint)
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3
    assert b"PRIVATE KEY" not in Path(house.paths.database).read_bytes()
    house.close()


def test_it_listens_in_home_networks_only() -> None:
    """Every interface, public and nonsensical addresses are refused; a port that is taken is told."""
    for address in ("0.0.0.0", "::", "8.8.8.8", "2001:4860:4860::8888", "224.0.0.1", "fe80::1%eth0", "laptop", ""):  # noqa: S104
        with pytest.raises(BadUsageError):
            network.private(address)
    for address in ("127.0.0.1", "192.168.1.20", "10.0.0.1", "172.16.5.5", "100.64.1.1", "fd00::1"):
        assert network.private(address) == address
    with network.listen(network.LOOPBACK, 0) as taken, pytest.raises(SourceUnavailableError):
        network.listen(network.LOOPBACK, taken.getsockname()[1])


def test_an_address_that_is_taken_away_is_heard_of() -> None:
    """The kernel's own message (RTM_DELADDR) for that address; not one for another, nor one that gives it."""

    def message(kind: int, *attributes: tuple[int, bytes]) -> bytes:
        body = struct.pack("=BBBBI", 2, 24, 0, 0, 2)
        for name, value in attributes:
            body += struct.pack("=HH", 4 + len(value), name) + value + b"\0" * (-len(value) % 4)
        return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body

    mine, other = bytes((192, 168, 1, 20)), bytes((192, 168, 1, 21))
    gone = message(21, (3, b"eth0\0"), (2, mine))
    assert network.takes_away(gone, mine)
    assert network.takes_away(message(21, (2, other)) + gone, mine)
    assert not network.takes_away(message(20, (2, mine)), mine)
    assert not network.takes_away(message(21, (2, other)), mine)
    for cut in range(len(gone)):
        network.takes_away(gone[:cut], mine)


def test_another_users_home_is_refused(tmp_path: Path) -> None:
    """The administrator does not serve it; nothing to show for anybody else."""
    house = house_at(tmp_path, FixedClock(TUESDAY))
    os.makedirs(house.paths.data)
    refuse_other_owner(house)
    if os.geteuid() == 0:
        os.chown(house.paths.data, 12345, 12345)
        with pytest.raises(BadUsageError):
            refuse_other_owner(house)
