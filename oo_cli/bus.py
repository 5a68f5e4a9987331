"""The one way to say that something happened: validate, append to the log, tell subscribers after the commit."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from oo_data.contracts.event import EVENTS, Event, kind_of
from oo_data.contracts.tip import REASONS
from oo_data.ids import new_id
from oo_data.store import cursors, events

if TYPE_CHECKING:
    from sqlite3 import Connection

    from oo_data.store.events import Logged

Handler = Callable[[Event], None]
# Ids, references, keys and fixed words; nothing that could be a sentence from outside.
_SAFE = re.compile(r"[A-Za-z0-9_.:@+\-]{0,96}")
_VALUE = re.compile(r"[A-Za-z0-9_.:@+/\-]{0,1024}")  # of a preference, which may be many references, or a time zone


class Bus:
    """Publishes inside the caller's transaction, so that the log and what it describes change together.

    A subscriber hears of events after their commit, in this process. A reader comes later, in any process: its place in
    the log is kept under its name.
    """

    def __init__(self) -> None:
        self._handlers: list[Handler] = []
        self._queue: deque[tuple[Connection, str, Event]] = deque()
        self.failures = 0

    def subscribe(self, handler: Handler) -> None:
        """Have every event delivered to this handler, in order, after its commit."""
        self._handlers.append(handler)

    def publish(self, conn: Connection, event: Event, at: int, event_id: str = "") -> str:
        """Validate and log an event at `at` (UTC ms); its id. Raises ValueError for a malformed event."""
        validate(event)
        event_id = event_id or new_id()
        if events.append(conn, event_id, at, event) and self._handlers:
            self._queue.append((conn, event_id, event))
        return event_id

    def deliver(self) -> None:
        """Hand what was published to the subscribers; one that fails is counted and does not stop the others."""
        while self._queue:
            conn, event_id, event = self._queue.popleft()
            if not events.exists(conn, event_id):
                continue  # its transaction was rolled back
            for handler in self._handlers:
                try:
                    handler(event)
                except Exception:  # noqa: BLE001 - a subscriber is never worth losing the others for
                    self.failures += 1

    def unread(self, conn: Connection, reader: str, limit: int) -> list[Logged]:
        """What a reader has not had yet, oldest first."""
        return list(events.since(conn, cursors.read(conn, reader), limit=limit))

    def count_unread(self, conn: Connection, reader: str) -> int:
        """How much that is."""
        return events.count_since(conn, cursors.read(conn, reader))

    def keep_place(self, conn: Connection, reader: str, seq: int) -> None:
        """Note, inside the caller's write, that a reader has had everything up to a place in the log."""
        cursors.save(conn, reader, seq)


def validate(event: Event) -> None:
    """Refuse an event of an unknown type, or one that carries more than references and numbers."""
    if EVENTS.get(kind_of(event)) is not type(event):
        raise ValueError("unknown event type")
    for name, value in event._asdict().items():
        if isinstance(value, str):
            safe = _VALUE if name == "value" else _SAFE
            if value not in REASONS and not safe.fullmatch(value):
                raise ValueError(f"{kind_of(event)} carries text")
        elif not isinstance(value, (int, float)):
            raise ValueError(f"{kind_of(event)} carries something that is neither text nor number")
