"""The keys that seal texts, one for each source and month, so that either can be shredded alone.

Each lies wrapped by the key of the home. Without its row here nothing that it sealed opens again, in no copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from oo_data.errors import DataDamagedError

# What a text is sealed under where it comes from no one source: the installation's own, and what is worked out of every
# source together, as advice is.
HOUSE, MIXED = "house", "agent"

_HOME_KEY = "key"
_OUTDATED = "keys.outdated"
_FIRST = -62_135_596_800_000  # the year 1, before which Python knows no day


class DataKey(NamedTuple):
    """One key. `month` is "2026-12", by UTC, or "" for what belongs to no time."""

    id: str
    source: str
    month: str
    wrapped: bytes


class HomeKey(NamedTuple):
    """Which key wraps all the others, and since when (UTC ms)."""

    id: str
    since: int


def month_of(at: int | None) -> str:
    """The month of an instant (UTC ms) as "2026-12", so that months are in order as text; "" for none."""
    if at is None:
        return ""
    day = datetime.fromtimestamp(max(at, _FIRST) / 1000, UTC)
    return f"{day.year:04}-{day.month:02}"


class Sealed(NamedTuple):
    """A column of sealed texts: what names its row, and what each text is sealed under, as SQL."""

    table: str
    column: str
    row: str
    source: str
    at: str


SEALED: tuple[Sealed, ...] = (
    Sealed(
        "secret", "sealed", "name", f"iif(instr(name, '.'), substr(name, 1, instr(name, '.') - 1), '{HOUSE}')", "null"
    ),
    Sealed("snippet", "text", "agent_id", f"'{MIXED}'", "at"),
    Sealed("tip", "text", "id", "source", "made_at"),
    Sealed("tip", "reason", "id", "source", "made_at"),
    Sealed("tip", "handle", "id", "source", "made_at"),
    Sealed("outbox", "body", "uuid", "source", "at"),
    Sealed("context", "name", "ref", "'context'", "null"),
    Sealed("mood", "note", "id", "'mood'", "at"),
    Sealed("habit", "name", "ref", "source", "null"),
    Sealed("vector", "sealed", "ref", "source", "at"),
    Sealed("asked", "sent", "id", f"'{MIXED}'", "at"),
    Sealed("asked", "answer", "id", f"'{MIXED}'", "at"),
)


class SealedText(NamedTuple):
    """One sealed text and where it lies. `at` is UTC ms, None for what belongs to no time."""

    table: str
    column: str
    row: str
    source: str
    at: int | None
    sealed: bytes


def of_scope(conn: sqlite3.Connection, source: str, month: str) -> str | None:
    """The id of the key of a source and month, if there is one."""
    row = conn.execute("select id from data_key where source = ? and month = ?", (source, month)).fetchone()
    return row[0] if row else None


def by_id(conn: sqlite3.Connection, key_id: str) -> DataKey | None:
    """One key, or None where it was shredded."""
    row = conn.execute("select id, source, month, wrapped from data_key where id = ?", (key_id,)).fetchone()
    return DataKey(*row) if row else None


def every(conn: sqlite3.Connection) -> list[DataKey]:
    """All keys, by source and month."""
    return [DataKey(*row) for row in conn.execute("select id, source, month, wrapped from data_key order by 2, 3")]


def add(conn: sqlite3.Connection, key: DataKey) -> None:
    """Keep a new key."""
    conn.execute("insert into data_key (id, source, month, wrapped) values (?, ?, ?, ?)", key)


def rewrap(conn: sqlite3.Connection, wrapped: Callable[[DataKey], bytes]) -> int:
    """Wrap every key anew, inside the caller's transaction; how many."""
    found = every(conn)
    conn.executemany("update data_key set wrapped = ? where id = ?", [(wrapped(key), key.id) for key in found])
    return len(found)


def chosen(
    conn: sqlite3.Connection, source: str | None = None, since: str | None = None, until: str | None = None
) -> list[DataKey]:
    """The keys of a source, of the months from `since` through `until`, or of both.

    To a source belongs what was worked out of it and others together; to a period, nothing that has no month. The keys
    of the installation belong to neither.
    """
    if source is None and since is None and until is None:
        raise ValueError("to shred everything, destroy the key of the home")
    of_all_time = since is None and until is None
    return [
        key
        for key in every(conn)
        if key.source != HOUSE
        and (source is None or key.source in (source, MIXED))
        and (of_all_time or (key.month and (since or "") <= key.month <= (until or "~")))
    ]


def shred(
    conn: sqlite3.Connection, source: str | None = None, since: str | None = None, until: str | None = None
) -> set[str]:
    """Delete the keys that `chosen` finds, inside the caller's transaction; their ids.

    Rotate the key of the home after it, else with that an older copy of the database opens as before.
    """
    gone = {key.id for key in chosen(conn, source, since, until)}
    conn.executemany("delete from data_key where id = ?", [(key_id,) for key_id in sorted(gone)])
    return gone


def are_used(conn: sqlite3.Connection) -> bool:
    """Whether anything was ever sealed here."""
    return home_key(conn) is not None or next(texts(conn), None) is not None


def outdate(conn: sqlite3.Connection, source: str) -> None:
    """Note that the keys of a source sealed something that was erased, inside the transaction that erases it."""
    known = " ".join(sorted({source, *outdated(conn)}))
    conn.execute("insert or replace into meta values (?, ?)", (_OUTDATED, known))


def outdated(conn: sqlite3.Connection) -> list[str]:
    """The sources whose keys are to be renewed."""
    row = conn.execute("select value from meta where key = ?", (_OUTDATED,)).fetchone()
    return str(row[0]).split() if row else []


def sound(conn: sqlite3.Connection) -> frozenset[str]:
    """The ids of the keys that seal nothing that was erased."""
    stale = outdated(conn)
    return frozenset(key.id for key in every(conn) if key.source not in stale)


def are_renewed(conn: sqlite3.Connection) -> None:
    """Note that none is, inside the transaction that renews them."""
    conn.execute("delete from meta where key = ?", (_OUTDATED,))


def texts(conn: sqlite3.Connection) -> Iterator[SealedText]:
    """Every sealed text of the database."""
    for place in SEALED:
        table, column, row, source, at = place
        sql = f"select {row}, {source}, {at}, {column} from {table} where length({column}) > 0"  # noqa: S608 - our own names
        for found in conn.execute(sql).fetchall():
            yield SealedText(table, column, *found)


def replace(conn: sqlite3.Connection, text: SealedText, sealed: bytes) -> None:
    """Put other sealed bytes in the place of a text, inside the caller's transaction."""
    row = next(place.row for place in SEALED if (place.table, place.column) == (text.table, text.column))
    sql = f"update {text.table} set {text.column} = ? where {row} = ? and {text.column} = ?"  # noqa: S608 - our own names
    conn.execute(sql, (sealed, text.row, text.sealed))


def home_key(conn: sqlite3.Connection) -> HomeKey | None:
    """Which key wraps the others; None before the first one, and in a home that knew one key only."""
    row = conn.execute("select value from meta where key = ?", (_HOME_KEY,)).fetchone()
    if row is None:
        return None
    key_id, _, since = str(row[0]).partition(":")
    if not since.isdecimal():
        raise DataDamagedError("The record of the key is damaged.", "See: oo doctor")
    return HomeKey(key_id, int(since))


def set_home_key(conn: sqlite3.Connection, key: HomeKey) -> None:
    """Record which key wraps the others, inside the transaction that wraps them."""
    conn.execute("insert or replace into meta values (?, ?)", (_HOME_KEY, f"{key.id}:{key.since}"))
