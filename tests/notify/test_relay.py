"""The relay by itself: who may use it, and what it lets out."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from oo_cli.adapters.notify.relay import Ledger, Relay
from oo_data.errors import BadUsageError

FAR, HERE = "127.0.0.2", "127.0.0.1"  # both are this machine, and only the second one is known to be
TLS = b"\x16\x03\x01"
SECRET = b"POST /secret HTTP/1.1\r\n"


class Ends:
    """A relay, what it wrote down, and a server behind it."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.relay = Relay(lambda host: True, Ledger(lambda host: host, lambda *told: self.outcomes.append(told[3])))
        self.servers = {host: socket.create_server((host, 0)) for host in (FAR, HERE)}

    def say(self, host: str, *chunks: bytes, token: str = "") -> bytes:
        """What arrives at a host of what is said there, chunk by chunk."""
        server = self.servers[host]
        with socket.create_connection((HERE, self.relay.port)) as inner:
            inner.sendall(f"{token or self.relay.token} {host} {server.getsockname()[1]}\n".encode())
            self.relay.step(1)
            if inner.recv(1) != b"+":
                return b""
            outer, _ = server.accept()
            with outer:
                outer.settimeout(20)
                heard = b""
                for chunk in chunks:
                    inner.sendall(chunk)
                    self.relay.step(1)
                    heard += outer.recv(1000)
        return heard

    def close(self) -> None:
        """Let go."""
        self.relay.close()
        for server in self.servers.values():
            server.close()


class Nobody(socket.socket):
    """An address where nobody listens."""

    def getsockname(self) -> tuple[str, int]:
        """The port that no program gets."""
        return HERE, 1


pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux only"),
    pytest.mark.allow_hosts([FAR, HERE]),
]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A running relay."""
    made = Ends()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("chunks", "heard"),
    [
        ((SECRET,), b""),
        ((b"EHLO me\r\n", b"MAIL FROM:<me@example.org>\r\n"), b"EHLO me\r\n"),
        ((b"ehlo me\r\n", b"STARTTLS\r\n", TLS, SECRET), b"ehlo me\r\nSTARTTLS\r\n" + TLS + SECRET),
        ((TLS, SECRET), TLS + SECRET),
    ],
)
def test_nothing_but_a_greeting_leaves_in_the_clear(ends: Ends, chunks: tuple[bytes, ...], heard: bytes) -> None:
    """Another machine hears a greeting at most before the connection is encrypted, and all after it."""
    assert ends.say(FAR, *chunks) == heard
    cut = heard != b"".join(chunks)
    assert ends.outcomes == (["not-encrypted"] if cut else [])
    assert isinstance(ends.relay.failed, BadUsageError) == cut


def test_this_machine_may_be_told_as_it_is(ends: Ends) -> None:
    """On the way to a server here nobody listens in."""
    assert ends.say(HERE, SECRET) == SECRET


def test_a_server_that_is_down_stands_in_the_ledger(ends: Ends) -> None:
    """Nobody listening is written down as such, and nothing is sent."""
    ends.servers[HERE].close()
    ends.servers[HERE] = Nobody()
    assert ends.say(HERE, SECRET) == b""
    assert ends.outcomes == ["unreachable"]


def test_who_does_not_know_the_token_gets_no_connection(ends: Ends) -> None:
    """Another program of this machine that finds the port reaches nobody through it."""
    assert ends.say(HERE, SECRET, token="0" * 32) == b""
    assert ends.outcomes == []
