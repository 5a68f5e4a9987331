"""Writes that wait for their source, and what became of them; all of it inside the caller's write transaction.

A write is stored with its uuid before it is sent, so that whatever is repeated is repeated under the same one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Kind = Literal["close", "reopen", "reschedule"]
Due = Mapping[str, str | bool | None]


class Waiting(NamedTuple):
    """One write as it lies in the store, its body sealed. `tries` counts sendings that may have arrived."""

    uuid: str
    source: str
    event_id: str
    kind: Kind
    body: bytes
    at: int
    tries: int = 0


class Command(NamedTuple):
    """One write, opened, as a source takes it.

    `due` is the date as the source had it: what `reopen` puts back where a task repeats, and what `reschedule` moves
    to `day` or, without one, puts back.
    """

    uuid: str
    kind: Kind
    task: str
    due: Due | None = None
    day: str | None = None


class Seen(NamedTuple):
    """A task as its source has it now. `dues` are its dates in the forms of `TaskSignal.due`."""

    is_open: bool
    recurring: bool = False
    due: Due | None = None
    dues: frozenset[str] = frozenset()


class Outcome(NamedTuple):
    """What became of one sending: done, refused for good, perhaps done (waiting), or certainly not done (unsent).

    `word` is fixed, or a tag of the source's; empty where the write was carried out.
    """

    state: Literal["sent", "refused", "waiting", "unsent"]
    word: str = ""


class Settled(NamedTuple):
    """A write with its state so far. `word` is empty unless something stood in its way."""

    row: Waiting
    state: str
    word: str


class Counts(NamedTuple):
    """How many writes wait and were refused; `word` is what stood in the way of the oldest that waits."""

    waiting: int = 0
    refused: int = 0
    word: str = ""


_COLUMNS = "uuid, source, event_id, kind, body, at, tries"


def put(conn: sqlite3.Connection, row: Waiting) -> None:
    """Queue one write."""
    conn.execute(f"insert into outbox ({_COLUMNS}, state) values (?,?,?,?,?,?,?,'waiting')", row)  # noqa: S608


def waiting(conn: sqlite3.Connection, source: str) -> list[Waiting]:
    """The writes that wait for one source, in the order they were queued."""
    sql = f"select {_COLUMNS} from outbox where source = ? and state = 'waiting' order by rowid"  # noqa: S608
    return [Waiting(*row) for row in conn.execute(sql, (source,))]


def of_event(conn: sqlite3.Connection, event_id: str) -> Settled | None:
    """The write that a reaction led to, or None."""
    sql = f"select {_COLUMNS}, state, coalesce(last_error, '') from outbox where event_id = ?"  # noqa: S608
    found = conn.execute(sql, (event_id,)).fetchone()
    return None if found is None else Settled(Waiting(*found[:-2]), *found[-2:])


def rewrite(conn: sqlite3.Connection, uuid: str, body: bytes) -> None:
    """Complete the body of a write that was never tried; what was tried once stays as it is."""
    conn.execute("update outbox set body = ? where uuid = ? and tries = 0", (body, uuid))


def tried(conn: sqlite3.Connection, uuids: Iterable[str]) -> frozenset[str]:
    """Note that these are about to be sent; those of them that still wait, and no others may be sent."""
    sql = "update outbox set tries = tries + 1 where uuid = ? and state = 'waiting'"
    return frozenset(uuid for uuid in uuids if conn.execute(sql, (uuid,)).rowcount == 1)


def settle(conn: sqlite3.Connection, uuid: str, outcome: Outcome) -> None:
    """Note what became of a sending. One that certainly did not arrive was no try."""
    state = outcome.state if outcome.state in ("sent", "refused") else "waiting"
    conn.execute(
        "update outbox set state = ?, last_error = nullif(?, ''), tries = tries - ?"
        " where uuid = ? and state = 'waiting'",
        (state, outcome.word, int(outcome.state == "unsent"), uuid),
    )


def drop_waiting(conn: sqlite3.Connection, event_id: str) -> bool:
    """Remove a write that was never tried; whether there was one."""
    sql = "delete from outbox where event_id = ? and state = 'waiting' and tries = 0"
    return conn.execute(sql, (event_id,)).rowcount == 1


def drop_source(conn: sqlite3.Connection, source: str) -> int:
    """Remove every write to a source; how many of them still waited."""
    dropped = conn.execute("delete from outbox where source = ? and state = 'waiting'", (source,)).rowcount
    conn.execute("delete from outbox where source = ?", (source,))
    return dropped


def counts(conn: sqlite3.Connection) -> Counts:
    """How the outbox stands."""
    found = dict(conn.execute("select state, count(*) from outbox group by state").fetchall())
    first = conn.execute(
        "select last_error from outbox where state = 'waiting' and last_error is not null order by rowid limit 1"
    ).fetchone()
    return Counts(found.get("waiting", 0), found.get("refused", 0), first[0] if first else "")


def sweep(conn: sqlite3.Connection, before: int, bodies_before: int) -> None:
    """Drop settled writes queued before then (UTC ms), and empty the bodies of those queued before the other time."""
    conn.execute("delete from outbox where state <> 'waiting' and at < ?", (before,))
    conn.execute("update outbox set body = x'' where state <> 'waiting' and at < ?", (bodies_before,))
