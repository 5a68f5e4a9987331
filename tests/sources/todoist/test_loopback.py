"""The way back from the browser: one right answer gets in, and nothing else holds it up."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.sources.todoist.loopback import PORTS, REQUEST_BYTES, VISITORS, Listener
from oo_data.errors import ConnectionNeededError
from oo_data.secret import Secret
from tests.ports import free_ports
from tests.todoist_server.bench import chain_text

STATE = "a5" * 32
CODE = "c0de-canary-1234567890"
ISSUERS = frozenset(("https://todoist.com",))
RIGHT = f"/callback?code={CODE}&state={STATE}"


def hurried() -> float:
    """A clock on which a visit's five seconds take a tenth of one."""
    return time.monotonic() * 50


class Waiting:
    """A listener that waits in a thread, and a client that says what it is told to."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.listener = Listener(free_ports(1), clock)
        self._pool = ThreadPoolExecutor(1)
        self.outcome: Future[Secret] = self._pool.submit(self._wait)

    def _wait(self) -> Secret:
        with self.listener:
            return self.listener.wait(Secret(STATE), ISSUERS)

    def connect(self) -> socket.socket:
        """A connection on which nothing was said yet."""
        return socket.create_connection(("127.0.0.1", self.listener.port), timeout=20)

    def say(self, request: bytes) -> bytes:
        """The whole answer to these bytes; b"" where the connection was cut."""
        with closing(self.connect()) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            try:
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionError:
                return b""

    def get(self, target: str, method: str = "GET", host: str = "localhost") -> bytes:
        """The answer to a request as a browser makes it."""
        return self.say(f"{method} {target} HTTP/1.1\r\nHost: {host}:{self.listener.port}\r\n\r\n".encode())

    def finish(self) -> str:
        """Bring the right answer; the code that came out."""
        assert self.get(RIGHT).startswith(b"HTTP/1.1 200 ")
        return self.outcome.result(20).reveal()

    def failure(self) -> ConnectionNeededError:
        """How the wait ended, which tells nothing of what was said."""
        with pytest.raises(ConnectionNeededError) as caught:
            self.outcome.result(20)
        assert not [word for word in (STATE, CODE, "canary") if word in chain_text(caught.value)]
        return caught.value

    def end(self) -> None:
        """Let the thread come home, whatever the test did."""
        if not self.outcome.done():
            self.get(RIGHT)
        self._pool.shutdown()


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    """A listener under way."""
    made = Waiting()
    yield made
    made.end()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LocalHost"])
def test_right_answer(waiting: Waiting, host: str) -> None:
    """The code comes out, and the page says that it is done without holding any of it."""
    page = waiting.get(RIGHT, host=host).decode()
    head, _, body = page.partition("\r\n\r\n")
    assert waiting.outcome.result(20).reveal() == CODE
    assert head.startswith("HTTP/1.1 200 OK")
    for header in (
        "Content-Security-Policy: default-src 'none'",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
    ):
        assert header in head
    assert "close this page" in body
    assert not [word for word in (STATE, CODE, "<script", "http") if word in body]


def test_port_is_free_afterwards(waiting: Waiting) -> None:
    """Nothing listens once the answer is there: a second one finds no door."""
    waiting.finish()
    with pytest.raises(ConnectionRefusedError):
        waiting.connect()


@pytest.mark.parametrize(
    ("target", "method", "host", "status"),
    [
        (f"/callback?code={CODE}&state={'b' * 64}", "GET", "localhost", 400),
        (f"/callback?code={CODE}", "GET", "localhost", 400),
        (f"/callback?code={CODE}&state=", "GET", "localhost", 400),
        (f"/callback?code={CODE}&state=%C3%A9%FF", "GET", "localhost", 400),
        (f"/callback?state={STATE}", "GET", "localhost", 400),
        (f"/callback?state={STATE}&code=", "GET", "localhost", 400),
        (f"{RIGHT}&code=other", "GET", "localhost", 400),
        (f"{RIGHT}&state={STATE}", "GET", "localhost", 400),
        (f"{RIGHT}&{'&'.join(f'x{n}=1' for n in range(20))}", "GET", "localhost", 400),
        ("/callback?error=access_denied", "GET", "localhost", 400),
        ("/callback", "GET", "localhost", 400),
        (RIGHT, "GET", "oo.example.org", 400),
        (RIGHT, "GET", "127.0.0.2", 400),
        (RIGHT, "POST", "localhost", 405),
        (RIGHT, "HEAD", "localhost", 405),
        (f"/callback/{RIGHT}", "GET", "localhost", 404),
        (f"/favicon.ico?code={CODE}&state={STATE}", "GET", "localhost", 404),
        (f"http://localhost{RIGHT}", "GET", "localhost", 404),
    ],
)
def test_wrong_answers(waiting: Waiting, target: str, method: str, host: str, status: int) -> None:
    """A wrong state, path, method, host or form is turned away, and the right answer still gets in."""
    page = waiting.get(target, method, host)
    assert page.startswith(f"HTTP/1.1 {status} ".encode())
    assert CODE.encode() not in page
    assert waiting.finish() == CODE


@pytest.mark.parametrize("headers", ["", "Host: localhost", "Host: localhost:{port}\r\nHost: localhost:{port}"])
def test_host_is_named_once_with_the_port(waiting: Waiting, headers: str) -> None:
    """A page whose name was pointed at this machine cannot pass for the browser's own address."""
    request = f"GET {RIGHT} HTTP/1.1\r\n{headers.format(port=waiting.listener.port)}\r\n\r\n"
    assert waiting.say(request.encode()).startswith(b"HTTP/1.1 400 ")
    assert waiting.finish() == CODE


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "You did not allow it"),
        ("invalid_scope", "rights that oO asks for"),
        ("unsupported_response_type", "did not understand"),
        ("invalid_application_status", "does not let this installation"),
        ("canary%1B%5B31m", "did not finish the login"),
    ],
)
def test_refusals(waiting: Waiting, error: str, words: str) -> None:
    """Each documented refusal ends the wait in fixed words with a next step; an unknown one is not repeated."""
    waiting.get(f"/callback?error={error}&error_description=canary&state={STATE}")
    failure = waiting.failure()
    assert words in failure.message
    assert failure.hint


def test_refusal_beats_code(waiting: Waiting) -> None:
    """An answer that says both yes and no is a no."""
    waiting.get(f"{RIGHT}&error=access_denied")
    assert "did not allow" in waiting.failure().message


@pytest.mark.parametrize("issuer", ["https%3A%2F%2Ftodoist.com", "https%3A%2F%2Ftodoist.com%2F"])
def test_right_issuer(waiting: Waiting, issuer: str) -> None:
    """An answer may be signed by Todoist (RFC 9207)."""
    waiting.get(f"{RIGHT}&iss={issuer}")
    assert waiting.outcome.result(20).reveal() == CODE


@pytest.mark.parametrize("issuer", ["https%3A%2F%2Fexample.org", "", "todoist.com"])
def test_wrong_issuer(waiting: Waiting, issuer: str) -> None:
    """A code that another server made is never sent on."""
    waiting.get(f"{RIGHT}&iss={issuer}")
    assert "not signed by Todoist" in waiting.failure().message


def test_half_open_connections_hold_nothing_up(waiting: Waiting) -> None:
    """Silent, half-said and dripping connections, more than are served at once, do not delay the browser."""
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(waiting.connect())) for _ in range(VISITORS + 8)]
        for connection in opened[::2]:
            connection.sendall(b"GET /callback?code=")
        begun = time.monotonic()
        assert waiting.finish() == CODE
        assert time.monotonic() - begun < 4  # a visit may last five


def test_slow_connection_is_cut() -> None:
    """One who never comes to an end is shown out, also when saying a little all the time."""
    waiting = Waiting(hurried)
    with closing(waiting.connect()) as connection, pytest.raises(ConnectionError):
        _drip(connection)
    waiting.end()


def _drip(connection: socket.socket) -> None:
    for _ in range(1000):
        connection.sendall(b"G")
        time.sleep(0.01)


def test_reset_connection(waiting: Waiting) -> None:
    """A client that breaks off in the middle takes nothing with it."""
    connection = waiting.connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(b"GET /callback?code=")
    connection.close()
    assert waiting.finish() == CODE


def test_long_request_is_cut(waiting: Waiting) -> None:
    """Headers without end are not read to their end, nor for as long as a visit may take."""
    with closing(waiting.connect()) as connection:
        connection.settimeout(20)
        try:
            connection.sendall(b"GET /callback HTTP/1.1\r\n" + b"X: y\r\n" * REQUEST_BYTES)
            assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")
        except ConnectionError:
            pass  # cut while it was still talking
    assert waiting.finish() == CODE


def test_request_in_pieces(waiting: Waiting) -> None:
    """A request may come in as many packets as it likes."""
    request = f"GET {RIGHT} HTTP/1.1\r\nHost: localhost:{waiting.listener.port}\r\n\r\n".encode()
    with closing(waiting.connect()) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(request), 16):
            connection.sendall(request[at : at + 16])
            time.sleep(0.001)
        assert connection.recv(64).startswith(b"HTTP/1.1 200 ")
    assert waiting.outcome.result(20).reveal() == CODE


def test_no_answer() -> None:
    """The wait ends in time with a next step, whoever keeps knocking."""
    with Listener(free_ports(1)) as listener:
        stop = threading.Event()

        def knock() -> None:
            while not stop.is_set():
                with closing(socket.create_connection(("127.0.0.1", listener.port), timeout=20)) as connection:
                    connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                time.sleep(0.01)

        knocker = threading.Thread(target=knock)
        knocker.start()
        begun = time.monotonic()
        with pytest.raises(ConnectionNeededError, match="No answer came") as caught:
            listener.wait(Secret(STATE), ISSUERS, 0.3)
        stop.set()
        knocker.join()
    assert 0.3 <= time.monotonic() - begun < 10
    assert caught.value.hint == "Try again: oo connect todoist"


def test_first_free_port() -> None:
    """A taken port is passed over, and all that may be used are named for the registration."""
    ports = free_ports(3)
    with socket.create_server(("127.0.0.1", ports[0])), Listener(ports) as listener:
        assert listener.port == ports[1]
        assert listener.redirect_uri == f"http://localhost:{ports[1]}/callback"
        assert listener.redirect_uris == tuple(f"http://localhost:{port}/callback" for port in ports)


def test_no_free_port() -> None:
    """With every port taken the person is told which."""
    ports = free_ports(2)
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
        with pytest.raises(ConnectionNeededError, match=f"ports {ports[0]} to {ports[1]} are taken") as caught:
            Listener(ports)
    assert caught.value.hint


def test_registered_ports() -> None:
    """The ports are those that Doist's own tool uses; they are part of every registration ever made."""
    assert list(PORTS) == [8765, 8766, 8767, 8768, 8769, 8770]


@pytest.mark.skipif(sys.platform != "linux", reason="only there does a machine have all of 127/8")
def test_only_one_address(waiting: Waiting) -> None:
    """Every address but 127.0.0.1 is left alone, so nobody else can knock: another may have the same port there."""
    with socket.create_server(("127.0.0.2", waiting.listener.port)):
        pass


def test_garbage() -> None:
    """No bytes end the wait or break it."""
    waiting = Waiting()
    requests = st.builds(
        lambda method, target, rest: f"{method} {target} HTTP/1.1\r\n{rest}\r\n\r\n".encode(),
        st.sampled_from(("GET", "", "get", "GET GET")),
        st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda text: f"/callback?{text}")),
        st.one_of(st.text(max_size=60), st.just(f"Host: localhost:{waiting.listener.port}")),
    )

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.binary(max_size=300), requests))
    def check(garbage: bytes) -> None:
        assert waiting.say(garbage)[:13] in (b"", *(b"HTTP/1.1 %d " % status for status in (400, 404, 405)))

    check()
    assert waiting.finish() == CODE
    waiting.end()
