"""The append-only log. Only the bus writes to it; `erase` may take from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from oo_data.contracts.event import EVENTS, Event, data_of, kind_of
from oo_data.store.db import append_event

_LATEST = """
select seq, id, at, type, subject, data from event indexed by event_type where type = ? order by seq desc limit ?
"""


class Logged(NamedTuple):
    """One event as the log has it: its place, id, time (UTC ms) and content."""

    seq: int
    id: str
    at: int
    event: Event


def append(conn: sqlite3.Connection, event_id: str, at: int, event: Event) -> bool:
    """Append inside the caller's transaction; False where that id is already logged."""
    data = json.dumps(data_of(event), separators=(",", ":"))
    return append_event(conn, event_id, at, kind_of(event), event.subject, data)


def exists(conn: sqlite3.Connection, event_id: str) -> bool:
    """Whether an event with that id is in the log."""
    return conn.execute("select 1 from event where id = ?", (event_id,)).fetchone() is not None


def since(
    conn: sqlite3.Connection, seq: int, kinds: tuple[type[Event], ...] = (), limit: int = 10_000
) -> Iterator[Logged]:
    """Events after `seq`, oldest first, of the given types or all."""
    marks = ",".join("?" * len(kinds))
    chosen = f"and type in ({marks})" if kinds else ""
    rows = conn.execute(
        f"select seq, id, at, type, subject, data from event where seq > ? {chosen} order by seq limit ?",  # noqa: S608
        (seq, *(kind.__name__ for kind in kinds), limit),
    )
    return (_load(row) for row in rows)


def latest(conn: sqlite3.Connection, kinds: tuple[type[Event], ...], limit: int) -> list[Logged]:
    """The last events of the given types, newest first."""
    # One look a type: each index entry ends with the row's number, so nothing is sorted but what is taken.
    rows = [row for kind in kinds for row in conn.execute(_LATEST, (kind.__name__, limit))]
    rows.sort(key=lambda row: -row[0])
    return [_load(row) for row in rows[:limit]]


def count(conn: sqlite3.Connection, kind: type[Event]) -> int:
    """How many events of one type there are."""
    (found,) = conn.execute("select count(*) from event where type = ?", (kind.__name__,)).fetchone()
    return int(found)


def last_shown(conn: sqlite3.Connection, tip_id: str = "") -> Logged | None:
    """The newest `TipShown`, of one tip or of any."""
    sql = "select seq, id, at, type, subject, data from event where type = 'TipShown'"
    sql += " and subject = ?" if tip_id else ""
    row = conn.execute(f"{sql} order by seq desc limit 1", (tip_id,) if tip_id else ()).fetchone()
    return _load(row) if row else None


def last_seq(conn: sqlite3.Connection) -> int:
    """The place of the newest event; 0 where there is none."""
    (seq,) = conn.execute("select coalesce(max(seq), 0) from event").fetchone()
    return int(seq)


def _load(row: tuple[int, str, int, str, str, str]) -> Logged:
    seq, event_id, at, kind, subject, data = row
    return Logged(seq, event_id, at, EVENTS[kind](subject=subject, **json.loads(data)))
