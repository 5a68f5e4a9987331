"""A JetStream that takes events: many under way at a time, each known to the stream by its own id."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from oo_cli.adapters.http import FAULTS, NotYoursError
from oo_cli.adapters.listener import is_foreign
from oo_cli.adapters.mirror.address import Address
from oo_data.contracts.event import Envelope, kind_of
from oo_data.contracts.wire import PACKAGE
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.ids import new_id
from oo_data.ports import Clock, Mirror
from oo_data.store import egress
from oo_data.store.db import Store

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

PURPOSE, CONSENT = "mirror", "mirror.nats"
STREAM, SUBJECTS = "oo-events", f"{PACKAGE}.>"
SECONDS = 5.0  # one batch, from connecting to the last acknowledgement
CONNECT_SECONDS = 2
CLOSE_SECONDS = 0.5  # a connection that failed half-way may not close by itself
AT_ONCE = 100  # messages sent before the first of them is acknowledged
# For so long the stream knows an event that it has had: a run that died between sending and noting repeats a few.
KNOWN_SECONDS = 7 * 24 * 3600.0
REFUSED = "authorization violation"  # the server's own words, which the client hands on without a class of their own
OWN_FAULTS = {
    "unsafe": "{host} offers no safe connection.",
    "login": "{host} did not accept the login.",
    "not-taken": "{host} takes no more events for now.",
}


class NotMirroredError(SourceUnavailableError):
    """The stream did not take all events. `fault` is a key of `FAULTS` or `OWN_FAULTS`."""

    def __init__(self, fault: str, host: str) -> None:
        super().__init__((FAULTS | OWN_FAULTS)[fault].format(host=host), "What it lacks is sent later. See: oo status")
        self.fault = fault


class NatsMirror(Mirror):
    """Sends to the stream at one address, by one connection and one row of the ledger a batch.

    `credentials` is the path of a .creds file, or empty.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        at: Address,
        credentials: str = "",
        is_foreign: Callable[[int], bool] = is_foreign,
    ) -> None:
        self._store, self._clock, self._at, self._credentials = store, clock, at, credentials
        self._is_foreign = is_foreign

    @property
    def host(self) -> str:
        """`host:port` of the server."""
        return self._at.name

    def send(self, events: Sequence[Envelope]) -> tuple[int, OoError | None]:
        """Send a batch within `SECONDS`: how many, from the first on, the stream has for certain, and what stopped it.

        Raises `ConsentMissingError`, `NotYoursError` and `SourceUnavailableError` with nothing sent.
        """
        from oo_cli.adapters.mirror import codec

        if not all(find_spec(name) for name in ("nats", "google", "google.protobuf")):
            raise SourceUnavailableError("This oO was installed without NATS.", "Install the extra: oo-assistant[nats]")
        if not self._at.tls and self._is_foreign(self._at.port):
            raise NotYoursError(self.host)
        messages = [(f"{PACKAGE}.{e.home}.{kind_of(e.event)}", e.id, codec.encode(e)) for e in events]
        row = egress.EgressRow(new_id(), self._clock.now_ms(), self.host, PURPOSE, CONSENT, ("events",))
        egress.begin(self._store, row)
        delivery = _Delivery(self._at, self._credentials, messages)
        try:
            delivery.run(SECONDS)
        finally:
            wire = delivery.wire
            egress.finish(self._store, row.id, wire.bytes_out, wire.bytes_in, delivery.fault or "sent")
        error: OoError | None = NotMirroredError(delivery.fault, self.host) if delivery.fault else None
        return delivery.count, error


class _Delivery:
    """One batch, on a thread and an event loop of its own: only so is look-up bounded with the rest."""

    def __init__(self, at: Address, credentials: str, messages: Sequence[tuple[str, str, bytes]]) -> None:
        from oo_cli.adapters.mirror.transport import Wire

        self._at, self._credentials, self._messages = at, credentials, messages
        self._done = threading.Event()
        self.wire = Wire()
        self.count = 0
        self.fault = "interrupted"

    def run(self, seconds: float) -> None:
        """Return when all is acknowledged, something failed, or the time is up."""
        threading.Thread(target=self._work, args=(seconds,), name="oo-mirror", daemon=True).start()
        try:
            if not self._done.wait(seconds + 2 * CLOSE_SECONDS):  # a look-up of the host's name cannot be broken off
                self.fault = "timed-out"
        finally:
            self.wire.cut = True

    def _work(self, seconds: float) -> None:
        import asyncio

        logging.getLogger("nats").setLevel(logging.CRITICAL)  # it would write what the server says
        fault = ""
        try:
            asyncio.run(self._deliver(seconds))
        except BaseException as error:  # noqa: BLE001 - told in fixed words
            fault = _fault(error)
        if not self.wire.cut:
            self.fault = fault
        self._done.set()

    async def _deliver(self, seconds: float) -> None:
        import asyncio

        from nats.aio.client import Client

        from oo_cli.adapters.mirror.transport import guarded

        client, task = Client(), asyncio.current_task()
        lost: list[BaseException] = []

        async def failed(error: Exception) -> None:
            lost.append(error)
            if not client.is_connected:
                raise error  # else it would try again and again

        async def closed() -> None:
            if task is not None and self.count < len(self._messages):
                task.cancel()

        client._transport = guarded(self._at, self.wire)  # there is no other way to hand it one
        try:
            async with asyncio.timeout(seconds):
                await client.connect(
                    self._at.url, name="oO", allow_reconnect=False, dont_randomize=True, error_cb=failed,
                    closed_cb=closed, connect_timeout=CONNECT_SECONDS, tls=_context() if self._at.tls else None,
                    user_credentials=self._credentials or None,
                )  # fmt: skip
                await self._publish(client)
        except asyncio.CancelledError:
            raise (lost[-1] if lost else ConnectionError) from None
        finally:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.close()

    async def _publish(self, client: Client) -> None:
        import asyncio

        from nats.js.errors import NoStreamResponseError

        stream = client.jetstream(timeout=SECONDS)
        for begin in range(0, len(self._messages), AT_ONCE):
            batch = self._messages[begin : begin + AT_ONCE]
            if begin == 0:  # alone: where there is no stream yet, it is made
                try:
                    await _publish_one(stream, *batch[0])
                except NoStreamResponseError:
                    await _make(stream)
                    await _publish_one(stream, *batch[0])
                self.count, batch = 1, batch[1:]
            under_way = [asyncio.ensure_future(_publish_one(stream, *message)) for message in batch]
            try:
                for each in under_way:
                    await each
                    self.count += 1
            finally:
                for each in under_way:
                    each.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)


async def _publish_one(stream: JetStreamContext, subject: str, event_id: str, payload: bytes) -> None:
    await stream.publish(subject, payload, headers={"Nats-Msg-Id": event_id})


async def _make(stream: JetStreamContext) -> None:
    from nats.js.api import StorageType, StreamConfig

    await stream.add_stream(
        StreamConfig(name=STREAM, subjects=[SUBJECTS], storage=StorageType.FILE, duplicate_window=KNOWN_SECONDS)
    )


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
