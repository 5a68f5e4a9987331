"""The browser's way back: one path on 127.0.0.1, open for one right answer (RFC 8252)."""

from __future__ import annotations

import hmac
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from urllib.parse import parse_qsl

from oo_data.errors import ConnectionNeededError, OoError
from oo_data.secret import Secret

PORTS = range(8765, 8771)  # registered one by one: that Todoist takes any port is not promised
PATH = "/callback"
WAIT_SECONDS = 180.0
VISIT_SECONDS = 5.0
VISITORS = 32
REQUEST_BYTES = 16 * 1024

_AGAIN = "Try again: oo connect todoist"
_UPDATE = "An update of oO is needed."
# Why the browser came back without a code, as Todoist names it and as the person reads it.
_ENDINGS = {
    "access_denied": (
        "You did not allow it in the browser.",
        "Nothing was connected. Try again: oo connect todoist",
    ),
    "invalid_scope": ("Todoist does not give the rights that oO asks for.", _UPDATE),
    "unsupported_response_type": ("Todoist did not understand the login.", _UPDATE),
    "invalid_application_status": ("Todoist does not let this installation log in.", _AGAIN),
}

_WELCOME = "oO has the answer. You can close this page and go back to the terminal."
_PAGES = {
    200: ("OK", _WELCOME),
    400: ("Bad Request", "This is not the answer that oO waits for."),
    404: ("Not Found", "There is nothing here."),
    405: ("Method Not Allowed", "There is nothing here."),
    431: ("Request Header Fields Too Large", "This is not the answer that oO waits for."),
}


class Listener:
    """Waits on the first free of `ports` for the browser; a context manager. `clock` gives monotonic seconds.

    Raises `ConnectionNeededError` where none is free. Connections are served side by side and none for long,
    because browsers open some that they never use.
    """

    def __init__(self, ports: Sequence[int] = PORTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._socket = _bound(ports)
        self.port: int = self._socket.getsockname()[1]
        self.redirect_uri = _uri(self.port)
        self.redirect_uris = tuple(_uri(port) for port in ports)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._visits: list[_Visit] = []

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port and of whoever is connected."""
        for visit in tuple(self._visits):
            self._dismiss(visit)
        self._selector.close()
        self._socket.close()

    def wait(self, state: Secret, issuers: frozenset[str], seconds: float = WAIT_SECONDS) -> Secret:
        """The code, from the one request that knows `state`; every other is answered and forgotten.

        Raises `ConnectionNeededError` where the answer is no, signed by none of `issuers`, or does not come.
        """
        ends = self._clock() + seconds
        while (left := ends - self._clock()) > 0:
            self._dismiss_slow()
            for key, _ in self._selector.select(min(left, 0.25)):
                if key.data is None:
                    self._accept()
                    continue
                outcome = self._hear(key.data, state, issuers)
                if isinstance(outcome, OoError):
                    raise outcome
                if outcome is not None:
                    return outcome
        raise ConnectionNeededError("No answer came from the browser in time.", _AGAIN)

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _ = self._socket.accept()
            connection.setblocking(False)
            if len(self._visits) == VISITORS:
                self._dismiss(self._visits[0])
            visit = _Visit(connection, self._clock() + VISIT_SECONDS)
            self._visits.append(visit)
            self._selector.register(connection, selectors.EVENT_READ, visit)

    def _hear(self, visit: _Visit, state: Secret, issuers: frozenset[str]) -> Secret | OoError | None:
        """Read what there is; the outcome, once a whole request holds it."""
        if visit not in self._visits:
            return None  # made way for a newer one in this very round
        try:
            chunk = visit.connection.recv(REQUEST_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            chunk = b""
        visit.heard += chunk
        status, outcome = 431, None
        if b"\r\n\r\n" in visit.heard:
            status, outcome = _judge(bytes(visit.heard), self.port, state, issuers)
        elif chunk and len(visit.heard) < REQUEST_BYTES:
            return None
        if chunk:
            with suppress(OSError):
                visit.connection.send(_page(status))
        self._dismiss(visit)
        return outcome

    def _dismiss_slow(self) -> None:
        now = self._clock()
        for visit in [visit for visit in self._visits if visit.ends <= now]:
            self._dismiss(visit)

    def _dismiss(self, visit: _Visit) -> None:
        self._visits.remove(visit)
        self._selector.unregister(visit.connection)
        with suppress(OSError):
            visit.connection.shutdown(socket.SHUT_WR)
        visit.connection.close()


class _Visit:
    """One connection, what it has said, and when it must be done."""

    __slots__ = ("connection", "ends", "heard")

    def __init__(self, connection: socket.socket, ends: float) -> None:
        self.connection = connection
        self.ends = ends
        self.heard = bytearray()


def _bound(ports: Sequence[int]) -> socket.socket:
    for port in ports:
        with suppress(OSError):
            bound = socket.create_server(("127.0.0.1", port), backlog=VISITORS)
            bound.setblocking(False)
            return bound
    raise ConnectionNeededError(
        f"The browser cannot come back: ports {ports[0]} to {ports[-1]} are taken.",
        "Close a program that listens there, then: oo connect todoist",
    )


def _uri(port: int) -> str:
    return f"http://localhost:{port}{PATH}"


def _judge(request: bytes, port: int, state: Secret, issuers: frozenset[str]) -> tuple[int, Secret | OoError | None]:
    """The status that a request deserves, and its outcome if it is the right one."""
    line, *headers = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = line.split(" ")
    hosts = [value.strip().lower() for name, _, value in (h.partition(":") for h in headers) if name.lower() == "host"]
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or hosts not in _hosts(port):
        return 400, None
    path, _, query = words[1].partition("?")
    if path != PATH:
        return 404, None
    if words[0] != "GET":
        return 405, None
    outcome = _outcome(query, state, issuers)
    return (400 if outcome is None else 200), outcome


def _hosts(port: int) -> tuple[list[str], ...]:
    """A page elsewhere whose name was pointed at this machine would name itself."""
    return [f"localhost:{port}"], [f"127.0.0.1:{port}"]


def _outcome(query: str, state: Secret, issuers: frozenset[str]) -> Secret | OoError | None:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=16)
    except ValueError:
        return None
    fields = dict(pairs)
    if len(fields) != len(pairs) or not hmac.compare_digest(fields.get("state", "").encode(), state.reveal().encode()):
        return None
    if "iss" in fields and fields["iss"].rstrip("/") not in issuers:
        return ConnectionNeededError("The browser's answer was not signed by Todoist.", "Nothing was connected.")
    if "error" in fields:
        unforeseen = ("Todoist did not finish the login.", _AGAIN)
        return ConnectionNeededError(*_ENDINGS.get(fields["error"], unforeseen))
    return Secret(fields["code"]) if fields.get("code") else None


def _page(status: int) -> bytes:
    """A page that holds nothing of the request, loads nothing, and is kept nowhere."""
    reason, text = _PAGES[status]
    body = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>oO</title><p>{text}</p></html>\n'
    head = (
        f"HTTP/1.1 {status} {reason}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return ("\r\n".join((*head, "", "")) + body).encode("ascii")
