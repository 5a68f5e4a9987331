"""Whether the database can be trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from oo_data.errors import DataDamagedError, OoError
from oo_data.store import db

Found = TypeVar("Found")


def reading(read: Callable[[], Found]) -> Found:
    """What `read` returns; an error of SQLite's is told in the person's words."""
    try:
        return read()
    except sqlite3.Error as error:
        raise db.told(error) from error


def check(conn: sqlite3.Connection) -> None:
    """Read every page and reference; raises `DataDamagedError` for the first fault. Takes 7 s a million rows."""
    try:
        (verdict,) = conn.execute("pragma integrity_check(1)").fetchone()
        broken = conn.execute("pragma foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise db.told(error) from error
    if verdict != "ok" or broken:
        raise DataDamagedError("The database is damaged.", "Move it away, or start anew with: oo forget")


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
