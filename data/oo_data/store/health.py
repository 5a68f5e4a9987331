"""Whether the database can be trusted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from typing import TypeVar

from oo_data.errors import DataDamagedError, OoError
from oo_data.store import db, decisions

Found = TypeVar("Found")
Columns = frozenset[tuple[str, str]]
# Columns of JSON that every command trusts to be what oO wrote, the bytes among them packed.
JSON = (("decision", "scores"), ("event", "data"), ("feature", "value"), ("pref", "value"), ("pref_log", "value"))


def reading(read: Callable[[], Found]) -> Found:
    """What `read` returns; an error of SQLite's is told in the person's words."""
    try:
        return read()
    except sqlite3.Error as error:
        raise db.told(error) from error


def check(conn: sqlite3.Connection) -> None:
    """Read every page, reference, name and JSON; raises `DataDamagedError` for a fault. Takes 7 s a million rows."""
    if not reading(lambda: _is_sound(conn)):
        raise DataDamagedError("The database is damaged.", "Move it away, or start anew with: oo forget")


def _is_sound(conn: sqlite3.Connection) -> bool:
    if conn.execute("pragma integrity_check(1)").fetchone() != ("ok",):
        return False
    if conn.execute("pragma foreign_key_check").fetchone() is not None:
        return False
    # SQLite has no checksums: a name or a value may have changed in a file that is sound to it.
    return _made() <= _columns(conn) and all(_is_json(conn, *named) for named in JSON)


@cache
def _made() -> Columns:
    """Every table and column as a first start makes them."""
    from oo_data.store import migrations

    with closing(sqlite3.connect(":memory:")) as conn:
        migrations.build(conn)
        return _columns(conn)


def _columns(conn: sqlite3.Connection) -> Columns:
    """Every table with each of its columns."""
    every = "select t.name, c.name from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table'"
    rows = conn.execute(every)
    return frozenset((table, column) for table, column in rows)


def _is_json(conn: sqlite3.Connection, table: str, column: str) -> bool:
    try:
        for (held,) in conn.execute(f"select {column} from {table} where {column} is not null"):  # noqa: S608 - ours
            json.loads(decisions.unpack(held) if isinstance(held, bytes) else held)
    except (ValueError, DataDamagedError):
        return False
    return True


def behind(error: Exception, store: db.Store | None) -> OoError | None:
    """What an unforeseen error comes from, where that is the database: its own word, or damage that a check finds."""
    if isinstance(error, sqlite3.Error):
        return db.told(error)
    if store is not None:
        try:
            check(store.conn)
        except OoError as found:
            return found
    return None
