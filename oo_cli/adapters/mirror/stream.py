"""A JetStream that takes events and hands on those of others: each is known to it by its own id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from oo_cli.adapters.listener import is_foreign
from oo_cli.adapters.mirror.address import Address
from oo_cli.adapters.mirror.session import SECONDS, Session, Work
from oo_cli.adapters.replies import FAULTS, NotYoursError
from oo_data.contracts.event import Envelope, Fetched, Position, kind_of
from oo_data.contracts.wire import PACKAGE
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.ids import new_id
from oo_data.ports import Clock, Mirror
from oo_data.store import egress
from oo_data.store.db import Store

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

PURPOSE, CONSENT = "mirror", "mirror.nats"
STREAM, SUBJECTS = "oo-events", f"{PACKAGE}.>"
AT_ONCE = 100  # messages sent before the first of them is acknowledged
# For so long the stream knows an event that it has had: a run that died between sending and noting repeats a few.
KNOWN_SECONDS = 7 * 24 * 3600.0
FETCH_SECONDS = 2.0  # of waiting for messages that the stream has said it has
EVENT_BYTES = 4096  # no event of ours is as long
UNREAD_BYTES = 8 * 1024 * 1024  # held while a batch is read
OWN_FAULTS = {
    "unsafe": "{host} offers no safe connection.",
    "login": "{host} did not accept the login.",
    "not-taken": "{host} takes no more events for now.",
}


class NotMirroredError(SourceUnavailableError):
    """The stream did not take or hand on all events. `fault` is a key of `FAULTS` or `OWN_FAULTS`."""

    def __init__(self, fault: str, host: str) -> None:
        super().__init__((FAULTS | OWN_FAULTS)[fault].format(host=host), "What it lacks is sent later. See: oo status")
        self.fault = fault


def installed() -> bool:
    """Whether the extra is there."""
    return all(find_spec(name) for name in ("nats", "google", "google.protobuf"))


class NatsMirror(Mirror):
    """The stream at one address, by one connection and one row of the ledger a batch.

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
        self._check()
        from oo_cli.adapters.mirror import codec

        messages = [(f"{PACKAGE}.{e.home}.{kind_of(e.event)}", e.id, codec.encode(e)) for e in events]
        sending = _Sending(messages)
        fault = self._talk(sending.run, ("events",), "sent")
        return sending.count, NotMirroredError(fault, self.host) if fault else None

    def fetch(self, after: Position, limit: int) -> Fetched:
        """The next events within `SECONDS`; raises as `send`, and where they could not be had."""
        self._check()
        reading = _Reading(after, limit)
        fault = self._talk(reading.run, ("login",) if self._credentials else (), "read")
        if fault:
            raise NotMirroredError(fault, self.host)
        return reading.found

    def _check(self) -> None:
        if not installed():
            raise SourceUnavailableError("This oO was installed without NATS.", "Install the extra: oo-assistant[nats]")
        if not self._at.tls and self._is_foreign(self._at.port):
            raise NotYoursError(self.host)

    def _talk(self, work: Work, categories: tuple[str, ...], well: str) -> str:
        """Do one piece of work between the two halves of its row in the ledger; its fault, or empty."""
        row = egress.EgressRow(new_id(), self._clock.now_ms(), self.host, PURPOSE, CONSENT, categories)
        egress.begin(self._store, row)
        session = Session(self._at, self._credentials, work)
        try:
            session.run(SECONDS)
        finally:
            wire = session.wire
            egress.finish(self._store, row.id, wire.bytes_out, wire.bytes_in, session.fault or well)
        return session.fault


class _Sending:
    """Messages on their way, as subject, id and payload; `count` have arrived."""

    def __init__(self, messages: Sequence[tuple[str, str, bytes]]) -> None:
        self._messages = messages
        self.count = 0

    async def run(self, stream: JetStreamContext) -> None:
        """Send all, many at a time."""
        import asyncio

        from nats.js.errors import NoStreamResponseError

        for begin in range(0, len(self._messages), AT_ONCE):
            batch = self._messages[begin : begin + AT_ONCE]
            if begin == 0:  # alone: where there is no stream yet, it is made
                try:
                    await _publish(stream, *batch[0])
                except NoStreamResponseError:
                    await _make(stream)
                    await _publish(stream, *batch[0])
                self.count, batch = 1, batch[1:]
            under_way = [asyncio.ensure_future(_publish(stream, *message)) for message in batch]
            try:
                for each in under_way:
                    await each
                    self.count += 1
            finally:
                for each in under_way:
                    each.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)


class _Reading:
    """A look at what a stream has after a place; what came of it is `found`."""

    def __init__(self, after: Position, limit: int) -> None:
        self._after, self._limit = after, limit
        self.found = Fetched((), after, False)

    async def run(self, stream: JetStreamContext) -> None:
        """Read one batch. A stream that was made anew since, or put back, is read from its beginning."""
        from nats.js.errors import NotFoundError

        try:
            info = await stream.stream_info(STREAM)
        except NotFoundError:
            self.found = Fetched((), Position(), False)
            return
        last = Position(info.state.last_seq, info.created.isoformat() if info.created else "")
        after = self._after.seq if self._after.stream == last.stream and self._after.seq <= last.seq else 0
        if not info.state.messages or after == last.seq:
            self.found = Fetched((), last, False)
            return
        messages = await self._batch(stream, after)
        place = last._replace(seq=messages[-1].metadata.sequence.stream) if messages else last
        events = tuple(event for message in messages if (event := _event_of(message)) is not None)
        self.found = Fetched(events, place, place.seq < last.seq)

    async def _batch(self, stream: JetStreamContext, after: int) -> list[Msg]:
        """Through a consumer that the server lets go of by itself: the place is kept here, not there."""
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1, ack_policy=AckPolicy.NONE,
            inactive_threshold=2 * SECONDS,
        )  # fmt: skip
        reader = await stream.pull_subscribe(SUBJECTS, stream=STREAM, config=config, pending_bytes_limit=UNREAD_BYTES)
        waiting = (await reader.consumer_info()).num_pending or 0
        return await reader.fetch(min(waiting, self._limit), timeout=FETCH_SECONDS) if waiting else []


def _event_of(message: Msg) -> Envelope | None:
    """What a message says, if it is an event that is known here."""
    from oo_cli.adapters.mirror import codec

    if len(message.data) > EVENT_BYTES:
        return None
    try:
        return codec.decode(message.data)
    except ValueError:
        return None


async def _publish(stream: JetStreamContext, subject: str, event_id: str, payload: bytes) -> None:
    await stream.publish(subject, payload, headers={"Nats-Msg-Id": event_id})


async def _make(stream: JetStreamContext) -> None:
    from nats.js.api import StorageType, StreamConfig

    await stream.add_stream(
        StreamConfig(name=STREAM, subjects=[SUBJECTS], storage=StorageType.FILE, duplicate_window=KNOWN_SECONDS)
    )
