"""A relay on loopback for one child process: each connection it wants is checked, written into the ledger, counted."""

from __future__ import annotations

import hmac
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import NamedTuple

from oo_cli.adapters.listener import LOOPBACK
from oo_data.errors import BadUsageError

CHUNK = 65_536
REQUEST_BYTES = 600
CONNECT_SECONDS = 10.0  # and for the first words of whoever connects
TLS = b"\x16\x03"  # how a TLS handshake begins
GREETINGS = (b"EHLO", b"HELO", b"STARTTLS", b"QUIT", b"RSET", b"NOOP")  # all that mail says before it is encrypted


class Ledger(NamedTuple):
    """How a connection is written down: `begin` may raise, and nothing is sent then; `end` gets bytes and outcome."""

    begin: Callable[[str], str]
    end: Callable[[str, int, int, str], None]


class Relay:
    """Listens on loopback for whoever knows the token; `allowed` says which host[:port] may be reached.

    What is not encrypted goes to this machine only; `failed` is why something was cut off. One thread and no waiting
    on one side alone: `step` moves what is ready.
    """

    def __init__(self, allowed: Callable[[str], bool], ledger: Ledger) -> None:
        self.token = token_hex(16)
        self.failed: Exception | None = None
        self._allowed, self._ledger = allowed, ledger
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._select = selectors.DefaultSelector()
        self._select.register(self._listener, selectors.EVENT_READ, None)
        self._open: list[_Pipe] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def step(self, seconds: float) -> None:
        """Wait at most so long for something to move, and move it."""
        for key, _ in self._select.select(seconds):
            if key.data is None:
                self._accept()
            else:
                self._move(key.data, key.fileobj)

    def close(self) -> None:
        """Cut every connection, and write down what it carried."""
        for pipe in list(self._open):
            self._end(pipe, "interrupted")
        self._select.close()
        self._listener.close()

    def _accept(self) -> None:
        inner, _ = self._listener.accept()
        inner.settimeout(2.0)
        with suppress(OSError, ValueError):
            token, host, port = self._asked(inner).split(" ")
            if hmac.compare_digest(token, self.token):
                self._connect(inner, host, int(port))
                return
        inner.close()

    @staticmethod
    def _asked(inner: socket.socket) -> str:
        line = b""
        while not line.endswith(b"\n") and len(line) < REQUEST_BYTES:
            byte = inner.recv(1)
            if not byte:
                break
            line += byte
        return line.decode("utf-8").rstrip("\n")

    def _connect(self, inner: socket.socket, host: str, port: int) -> None:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if not self._allowed(name):
            inner.close()
            return
        try:
            row = self._ledger.begin(name)
        except Exception as error:  # noqa: BLE001 - told by whoever waits for the child; nothing was sent
            self.failed = error
            inner.close()
            return
        try:
            outer = socket.create_connection((host, port), CONNECT_SECONDS)
        except OSError:
            self._ledger.end(row, 0, 0, "unreachable")
            inner.close()
            return
        inner.sendall(b"+")
        pipe = _Pipe(inner, outer, row, is_safe=host in LOOPBACK)
        self._open.append(pipe)
        for end in (inner, outer):
            end.settimeout(CONNECT_SECONDS)
            self._select.register(end, selectors.EVENT_READ, pipe)

    def _move(self, pipe: _Pipe, ready: object) -> None:
        if pipe not in self._open:
            return
        outward = ready is pipe.inner
        source, target = (pipe.inner, pipe.outer) if outward else (pipe.outer, pipe.inner)
        try:
            chunk = source.recv(CHUNK)
            if outward and chunk and not pipe.may_say(chunk):
                self.failed = BadUsageError("That address sends in the clear.", "Take its safe form, as in ntfys://")
                self._end(pipe, "not-encrypted")
                return
            if chunk:
                target.sendall(chunk)
        except OSError:
            self._end(pipe, "broken")
            return
        pipe.out += len(chunk) if outward else 0
        pipe.back += 0 if outward else len(chunk)
        if not chunk:
            self._end(pipe, "closed")

    def _end(self, pipe: _Pipe, outcome: str) -> None:
        self._open.remove(pipe)
        for end in (pipe.inner, pipe.outer):
            self._select.unregister(end)
            end.close()
        self._ledger.end(pipe.row, pipe.out, pipe.back, outcome)


class _Pipe:
    """A connection of the child's, its other half, and what went through. `is_safe`: nobody can listen in."""

    __slots__ = ("back", "inner", "is_safe", "out", "outer", "row")

    def __init__(self, inner: socket.socket, outer: socket.socket, row: str, is_safe: bool) -> None:
        self.inner, self.outer, self.row, self.is_safe = inner, outer, row, is_safe
        self.out = self.back = 0

    def may_say(self, chunk: bytes) -> bool:
        """Whether the child may send that: nothing but greetings before the connection is encrypted."""
        self.is_safe = self.is_safe or chunk.startswith(TLS)
        return self.is_safe or chunk.upper().startswith(GREETINGS)
