"""The append-only log. Only the bus writes to it; `erase` may take from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from oo_data.contracts.event import EVENTS, Event, data_of, kind_of
from oo_data.store.db import append_event

_LATEST = """
select seq, id, at, type, subject, data from event indexed by event_type where type = ? order by seq desc limit ?
"""


# A tip counts where it was last shown; what became of it is the newest reaction that stands.
_SHOWN = """
select e.seq, e.at, e.subject, json_extract(e.data, '$.surface'), coalesce((
  select case r.type when 'TipIgnored' then 'ignored' else json_extract(r.data, '$.reaction') end from event r
  where r.subject = e.subject and r.type in ('FeedbackGiven', 'TipIgnored')
    and not exists (select 1 from event u where u.subject = r.id and u.type = 'FeedbackUndone')
  order by r.seq desc limit 1), '')
from event e indexed by event_type where e.type = 'TipShown' and e.seq < ? and e.at >= ?
  and not exists (select 1 from event l where l.subject = e.subject and l.type = 'TipShown' and l.seq > e.seq)
order by e.seq desc limit ?
"""
LAST = (1 << 63) - 1  # beyond every place in the log


class Entry(NamedTuple):
    """One event as it lies in the log, for reading: its place, id, time (UTC ms), type, subject and other fields."""

    seq: int
    id: str
    at: int
    kind: str
    subject: str
    fields: dict[str, Any]


class ShownTip(NamedTuple):
    """A tip that was shown: where and when last (UTC ms), and what became of it: a reaction, ignored, or empty."""

    seq: int
    at: int
    tip_id: str
    surface: str
    became: str


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
    return list(newest(conn, kinds, limit))


def newest(conn: sqlite3.Connection, kinds: tuple[type[Event], ...], limit: int) -> Iterator[Logged]:
    """The same one by one, for whoever keeps little of many."""
    # One look a type, read side by side: each index entry ends with the row's number, so they come in order.
    by_kind = (conn.execute(_LATEST, (kind.__name__, limit)) for kind in kinds)
    return map(_load, islice(merge(*by_kind, key=lambda row: row[0], reverse=True), limit))


def about(conn: sqlite3.Connection, kind: type[Event], subject: str) -> list[Logged]:
    """The events of one type with that subject, newest first."""
    rows = conn.execute(
        "select seq, id, at, type, subject, data from event where subject = ? and type = ? order by seq desc",
        (subject, kind.__name__),
    )
    return [_load(row) for row in rows]


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


def page(conn: sqlite3.Connection, limit: int, find: str = "", before: int = 0) -> list[Entry]:
    """At most `limit` events before a place (0: the end), newest first; those whose words hold `find`, in any case."""
    rows = conn.execute(
        "select seq, id, at, type, subject, data from event where seq < :before and (:find = ''"
        " or instr(lower(type), replace(:find, ' ', '')) or instr(lower(subject), :find) or instr(lower(data), :find))"
        " order by seq desc limit :limit",
        {"before": before or LAST, "find": find.lower(), "limit": limit},
    )
    return [Entry(seq, event_id, at, kind, subject, _fields(data)) for seq, event_id, at, kind, subject, data in rows]


def count_since(conn: sqlite3.Connection, seq: int) -> int:
    """How many events there are after a place in the log."""
    (found,) = conn.execute("select count(*) from event where seq > ?", (seq,)).fetchone()
    return int(found)


def total(conn: sqlite3.Connection) -> int:
    """How many events there are."""
    (found,) = conn.execute("select count(*) from event").fetchone()
    return int(found)


def shown(conn: sqlite3.Connection, limit: int, before: int = 0, since: int = 0) -> list[ShownTip]:
    """Tips by their last showing, newest first: before a place in the log (0: the end), since a time (UTC ms)."""
    return [ShownTip(*row) for row in conn.execute(_SHOWN, (before or LAST, since, limit))]


def _fields(data: str) -> dict[str, Any]:
    """The fields of an event; of a row that no oO wrote, its data as it lies there."""
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"data": data}


def last_at(conn: sqlite3.Connection) -> int:
    """The latest time that any event was logged at (UTC ms); 0 where there is none."""
    (at,) = conn.execute(
        "select coalesce(max(at), 0) from (select at from event order by seq desc limit 100)"
    ).fetchone()
    return int(at)


def _load(row: tuple[int, str, int, str, str, str]) -> Logged:
    seq, event_id, at, kind, subject, data = row
    return Logged(seq, event_id, at, EVENTS[kind](subject=subject, **json.loads(data)))
