"""Reactions that change a source: queued with the reaction, sent when the source can be reached, each done once.

The write lock of the store is never held while something is sent.
"""

from __future__ import annotations

import json
import os
import time
from typing import NamedTuple, Protocol, runtime_checkable

from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_data.contracts.feature import TaskFeatures
from oo_data.errors import ConnectionNeededError, DataDamagedError, OoError, SourceUnavailableError
from oo_data.store import locks, outbox, profile
from oo_data.store.outbox import Command, Due, Kind, Outcome, Seen, Waiting

FLUSH_SECONDS = 5.0
LEAST_SECONDS = 0.2  # with less time left nothing more is begun
BATCH = 100
KEPT_MS = 30 * DAY_MS
BODIES_KEPT_MS = DAY_MS
TABLE, BODY = "outbox", "body"
MOVES = frozenset(("todoist",))  # sources whose dates follow a "later"; elsewhere it is kept here alone


@runtime_checkable
class Writer(Protocol):
    """A source that takes writes, and carries out a repeated uuid no second time."""

    def look(self, task: str, seconds: float) -> Seen:
        """One task as it stands now. Raises an `OoError` where it cannot tell within the time."""
        ...

    def send(self, commands: list[Command], seconds: float) -> dict[str, Outcome]:
        """Send some commands once, in their order; what became of each."""
        ...


class Flushed(NamedTuple):
    """How a flush went: writes that were settled one way or the other, and those that still wait."""

    sent: int = 0
    waiting: int = 0
    refused: int = 0


class _Body(NamedTuple):
    """What lies sealed. With `look`, the task is looked at before the first try, which fills in `due`.

    `expected` is the date that the person saw: where a repeating task has moved on since, closing it would skip one.
    """

    task: str
    look: bool = False
    expected: str | None = None
    day: str | None = None
    due: Due | None = None


def takes(house: House, source: str) -> bool:
    """Whether reactions are written to this source. The vault is open then, because queueing seals."""
    if f"{source}.write" not in profile.granted(house.store.conn):
        return False
    house.sealer  # noqa: B018 - opening it may itself write, so not inside the caller's transaction
    return True


def close(house: House, event_id: str, source: str, handle: str, task: TaskFeatures | None) -> bool:
    """Queue the tick of a task, inside the caller's transaction; False without the consent."""
    repeats = task is None or task.recurring
    expected = task.due if task is not None and repeats else None
    return _queue(house, event_id, source, "close", _Body(handle, look=repeats, expected=expected))


def reschedule(house: House, event_id: str, source: str, handle: str, day: str) -> bool:
    """Queue the move of a task to another day (ISO), as `close` does, where the source takes that."""
    return source in MOVES and _queue(house, event_id, source, "reschedule", _Body(handle, look=True, day=day))


def take_back(house: House, event_id: str, undo_id: str) -> str:
    """Undo the write of a reaction, inside the caller's transaction.

    "" where there was none, "dropped" where nothing was sent yet, "queued" where it has to be written back, and
    "left" where that is not possible or not needed.
    """
    conn = house.store.conn
    found = outbox.of_event(conn, event_id)
    if found is None:
        return ""
    if outbox.drop_waiting(conn, event_id):
        return "dropped"
    row = found.row
    # One that was perhaps done is written back as well: it goes first, under its own uuid.
    perhaps = found.state == "waiting" or (found.state == "sent" and not found.word)
    if not perhaps or not row.body:
        return "left"
    body = _opened(house, row)
    kind: Kind = "reopen" if row.kind == "close" else "reschedule"
    queued = _queue(house, undo_id, row.source, kind, _Body(body.task, due=body.due))
    return "queued" if queued else "left"


def deliver(house: House, event_id: str) -> str:
    """Send what waits, and say what became of the write of one reaction: "sent", "waiting", "refused", or ""."""
    if outbox.of_event(house.store.conn, event_id) is None:
        return ""
    flush(house)
    found = outbox.of_event(house.store.conn, event_id)
    return found.state if found is not None else ""


def flush(house: House, seconds: float = FLUSH_SECONDS) -> Flushed:
    """Send what waits, in its order, within the time. Failure is quiet: what was not sent is sent later."""
    if not house.exists or not outbox.counts(house.store.conn).waiting:
        return Flushed()
    try:
        fd = locks.take(f"{house.paths.state}/outbox.lock")
    except OoError:
        fd = None
    if fd is None:
        return Flushed(waiting=outbox.counts(house.store.conn).waiting)
    run = _Run(house, time.monotonic() + seconds)
    try:
        for source in profile.sources(house.store.conn):
            if outbox.waiting(house.store.conn, source) and takes(house, source):
                run.source(source)
    except OoError:
        pass
    finally:
        os.close(fd)
    return Flushed(run.sent, outbox.counts(house.store.conn).waiting, run.refused)


def sweep(house: House, now: int) -> None:
    """Drop what was settled long ago, inside the caller's transaction."""
    outbox.sweep(house.store.conn, now - KEPT_MS, now - BODIES_KEPT_MS)


class _Run:
    """One flush. It ends at the first write that stays open, because none may overtake it."""

    def __init__(self, house: House, end: float) -> None:
        self._house = house
        self._end = end
        self.sent = self.refused = 0

    def source(self, source: str) -> None:
        """Send what waits for one source. Raises an `OoError` where it cannot go on."""
        writer = self._house.source(source)
        if not isinstance(writer, Writer):
            return
        while rows := outbox.waiting(self._house.store.conn, source):
            batch = self._batch(rows)
            ready = [self._looked(writer, row, body) for row, body in batch]
            if not self._send(writer, [command for command in ready if command is not None]):
                return

    def _batch(self, rows: list[Waiting]) -> list[tuple[Waiting, _Body]]:
        """The first writes, as far as no two are about one task: looking at it comes after what went before."""
        batch: list[tuple[Waiting, _Body]] = []
        for row in rows[:BATCH]:
            body = self._body(row)
            if body is None:
                continue
            if any(body.task == other.task for _, other in batch):
                break
            batch.append((row, body))
        return batch

    def _body(self, row: Waiting) -> _Body | None:
        try:
            return _opened(self._house, row)
        except DataDamagedError:
            self._settle({row.uuid: Outcome("refused", "damaged")})
            return None

    def _looked(self, writer: Writer, row: Waiting, body: _Body) -> Command | None:
        """The command, once its task was looked at where that is needed; None where there is nothing to send."""
        if body.look and not row.tries:
            try:
                seen = writer.look(body.task, self._left())
            except OoError as error:
                self._settle({row.uuid: Outcome("waiting", _word(error))})
                raise
            verdict = _verdict(row, body, seen)
            if verdict is not None:
                self._settle({row.uuid: verdict})
                return None
            keep = seen.due if seen.recurring or row.kind == "reschedule" else None
            body = body._replace(due=keep)
            sealed = _sealed(self._house, row.uuid, body, row.source, row.at)
            with self._house.store.write() as conn:
                outbox.rewrite(conn, row.uuid, sealed)
        return Command(row.uuid, row.kind, body.task, body.due, body.day)

    def _send(self, writer: Writer, commands: list[Command]) -> bool:
        """Send a batch; whether all of it is settled."""
        seconds = self._left()
        with self._house.store.write() as conn:
            waiting = outbox.tried(conn, [command.uuid for command in commands])
        there = [command for command in commands if command.uuid in waiting]
        outcomes = writer.send(there, seconds) if there else {}
        self._settle(outcomes)
        return all(outcome.state in ("sent", "refused") for outcome in outcomes.values())

    def _settle(self, outcomes: dict[str, Outcome]) -> None:
        with self._house.store.write() as conn:
            for uuid, outcome in outcomes.items():
                outbox.settle(conn, uuid, outcome)
        states = [outcome.state for outcome in outcomes.values()]
        self.sent += states.count("sent")
        self.refused += states.count("refused")

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left < LEAST_SECONDS:
            raise SourceUnavailableError("The time for sending is over.", "The rest is sent later.")
        return left


def _verdict(row: Waiting, body: _Body, seen: Seen) -> Outcome | None:
    """Why a write is not to be sent, now that its task was looked at; None where it is."""
    if not seen.is_open:
        return Outcome("sent", "gone")
    if row.kind == "reschedule":
        return Outcome("refused", "repeats") if seen.recurring else None
    if seen.recurring and body.expected is not None and body.expected not in seen.dues:
        return Outcome("refused", "moved-on")
    return None


def _queue(house: House, event_id: str, source: str, kind: Kind, body: _Body) -> bool:
    from uuid import uuid4

    conn = house.store.conn
    if f"{source}.write" not in profile.granted(conn):
        return False
    uuid, now = str(uuid4()), house.clock.now_ms()
    outbox.put(conn, Waiting(uuid, source, event_id, kind, _sealed(house, uuid, body, source, now), now))
    return True


def _sealed(house: House, uuid: str, body: _Body, source: str, at: int) -> bytes:
    return house.sealer.seal(json.dumps(body._asdict()), TABLE, BODY, uuid, source=source, at=at)


def _opened(house: House, row: Waiting) -> _Body:
    return _Body(**json.loads(house.sealer.unseal(row.body, TABLE, BODY, row.uuid)))


def _word(error: OoError) -> str:
    return "login" if isinstance(error, ConnectionNeededError) else "unreachable"
