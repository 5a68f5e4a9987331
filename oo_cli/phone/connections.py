"""Accepting, with a limit on everything: how many, how long for a handshake, a request, an answer.

uvicorn speaks HTTP but limits none of these: a request that was half sent stays open for ever, and its server wakes ten
times a second. So its protocol is used with an accept loop of our own.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from contextlib import suppress

import h11
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from oo_cli.phone import table
from oo_cli.phone.wire import dump
from oo_data.contracts.phone import Problem

PAUSE_SECONDS = 0.2  # before accepting again where the system could not


class Protocol(H11Protocol):
    """HTTP/1.1 by uvicorn, with one clock that always runs: a request, or an answer, that outlasts it is cut off."""

    def __init__(self, config: Config, state: ServerState, wait: float) -> None:
        super().__init__(config, state, {})
        self.logger = logging.Logger("silent", logging.CRITICAL + 1)
        self.access_log = False
        self.lost: asyncio.Future[None] = self.loop.create_future()
        self._wait = wait
        self._due: asyncio.TimerHandle | None = None
        self._waited = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is owed to the client: its request has not come as a whole."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who accepted it."""
        if self._due is not None:
            self._due.cancel()
        super().connection_lost(exc)
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take some bytes; only a whole request changes what the clock stands for."""
        try:
            super().data_received(data)
        except h11.LocalProtocolError:  # more, of a request that was answered already
            self.transport.abort()
        if self.is_waiting != self._waited:
            self._time()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for this answer to be taken."""
        super().on_response_complete()
        self._time()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP in the same words and with the same headers as everything else."""
        body = dump(Problem(table.PROBLEMS[400]))
        own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        head = h11.Response(
            status_code=400, reason=b"Bad Request", headers=[*own, *table.HEADERS, (b"connection", b"close")]
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _time(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._waited = self.is_waiting
        seconds = self._wait if self._waited else table.SERVE_SECONDS
        self._due = self.loop.call_later(seconds, self.transport.abort)


class Visit:
    """One connection, from before its handshake to its end."""

    __slots__ = ("connection", "protocol", "task")

    task: asyncio.Task[None]

    def __init__(self, connection: socket.socket) -> None:
        self.connection: socket.socket | None = connection  # until its task has begun
        self.protocol: Protocol | None = None

    def leave(self) -> None:
        """Cut it off."""
        if self.protocol is not None:
            self.protocol.transport.abort()
            return
        self.task.cancel()
        if self.connection is not None:
            self.connection.close()


class Doorkeeper:
    """Accepts on one socket. Where there are too many, whoever keeps it waiting longest has to go."""

    def __init__(
        self, app: ASGIApp, listener: socket.socket, tls: ssl.SSLContext | None, wait: float = table.WAIT_SECONDS
    ) -> None:
        self._config = Config(
            app,
            loop="none",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=table.HEAD_BYTES,
        )
        self._config.load()
        self._state = ServerState()
        self._listener = listener
        self._tls = tls
        self._wait = wait
        self._visits: list[Visit] = []

    async def keep(self) -> None:
        """Accept until cancelled; then every connection is cut off."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    connection, _ = await loop.sock_accept(self._listener)
                except OSError:  # too many files are open, or the client is gone already
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                if not self._has_room():
                    connection.close()
                    continue
                visit = Visit(connection)
                self._visits.append(visit)
                visit.task = loop.create_task(self._receive(visit, connection))
        finally:
            for visit in tuple(self._visits):
                visit.leave()
            await asyncio.gather(*(visit.task for visit in self._visits), return_exceptions=True)

    def _has_room(self) -> bool:
        if len(self._visits) < table.CONNECTIONS:
            return True
        slow = next((v for v in self._visits if v.protocol is None or v.protocol.is_waiting), None)
        if slow is not None:
            self._visits.remove(slow)
            slow.leave()
        return slow is not None

    async def _receive(self, visit: Visit, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        limit = self._wait if self._tls else None
        visit.connection = None
        try:
            connection.setblocking(False)
            _, visit.protocol = await loop.connect_accepted_socket(
                lambda: Protocol(self._config, self._state, self._wait),
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=limit,
                ssl_shutdown_timeout=limit,
            )
            await visit.protocol.lost
        except OSError:
            connection.close()
        finally:
            with suppress(ValueError):
                self._visits.remove(visit)
