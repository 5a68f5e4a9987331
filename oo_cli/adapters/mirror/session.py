"""One conversation with a server, on a thread with an event loop: only so is look-up bounded with the rest."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from oo_cli.adapters.mirror.address import Address

if TYPE_CHECKING:
    from nats.js import JetStreamContext

SECONDS = 5.0  # from connecting to the last acknowledgement
CONNECT_SECONDS = 2
CLOSE_SECONDS = 0.5  # a connection that failed half-way may not close by itself
REFUSED = "authorization violation"  # the server's own words, which the client hands on without a class of their own

Work = Callable[["JetStreamContext"], Awaitable[None]]


class Session:
    """Does one piece of work with a server. `fault`: empty after all of it, else a key of `FAULTS` or `OWN_FAULTS`."""

    def __init__(self, at: Address, credentials: str, work: Work) -> None:
        from oo_cli.adapters.mirror.transport import Wire

        self._at, self._credentials, self._work = at, credentials, work
        self._done = threading.Event()
        self.wire = Wire()
        self.fault = "interrupted"

    def run(self, seconds: float = SECONDS) -> None:
        """Return when the work is done, something failed, or the time is up."""
        threading.Thread(target=self._run, args=(seconds,), name="oo-mirror", daemon=True).start()
        try:
            if not self._done.wait(seconds + 2 * CLOSE_SECONDS):  # a look-up of the host's name cannot be broken off
                self.fault = "timed-out"
        finally:
            self.wire.cut = True

    def _run(self, seconds: float) -> None:
        import asyncio

        logging.getLogger("nats").setLevel(logging.CRITICAL)  # it would write what the server says
        fault = ""
        try:
            asyncio.run(self._talk(seconds))
        except BaseException as error:  # noqa: BLE001 - told in fixed words
            fault = _fault(error)
        if not self.wire.cut:
            self.fault = fault
        self._done.set()

    async def _talk(self, seconds: float) -> None:
        import asyncio

        from nats.aio.client import Client

        from oo_cli.adapters.mirror.transport import guarded

        client, task = Client(), asyncio.current_task()
        lost: list[BaseException] = []
        done = False

        async def failed(error: Exception) -> None:
            lost.append(error)
            if not client.is_connected:
                raise error  # else it would try again and again

        async def closed() -> None:
            if task is not None and not done:
                task.cancel()

        client._transport = guarded(self._at, self.wire)  # there is no other way to hand it one
        try:
            async with asyncio.timeout(seconds):
                await client.connect(
                    self._at.url, name="oO", allow_reconnect=False, dont_randomize=True, error_cb=failed,
                    closed_cb=closed, connect_timeout=CONNECT_SECONDS, tls=_context() if self._at.tls else None,
                    user_credentials=self._credentials or None,
                )  # fmt: skip
                await self._work(client.jetstream(timeout=seconds))
                done = True
        except asyncio.CancelledError:
            raise (lost[-1] if lost else ConnectionError) from None
        finally:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.close()


def _context() -> Any:
    import ssl

    return ssl.create_default_context()


def _fault(error: BaseException) -> str:
    """The key of `FAULTS` or `OWN_FAULTS` for what the client or the system raised."""
    import socket
    import ssl

    from nats import errors
    from nats.js.errors import APIError, NoStreamResponseError

    from oo_cli.adapters.mirror.transport import UnsafeError

    if isinstance(error, errors.Error) and REFUSED in str(error).lower():
        return "login"
    kinds: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (UnsafeError, "unsafe"),
        ((APIError, NoStreamResponseError), "not-taken"),
        (errors.InvalidUserCredentialsError, "login"),
        (socket.gaierror, "no-address"),
        (ssl.SSLError, "tls-failed"),
        (ConnectionRefusedError, "refused"),
        ((TimeoutError, errors.TimeoutError), "timed-out"),
        ((OSError, errors.Error), "broken"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "failed")
