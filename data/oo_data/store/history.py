"""What a source tells of the past, kept as it comes in: told twice it counts once, taken back it is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from oo_data.contracts.feature import TaskCompletion
from oo_data.store import records

SAME_MS = 2_000  # two tellings of one completion differ by no more
OWN_MS = 600_000  # a completion noted here and the source's own word for it, of a task that comes back


def keep(conn: sqlite3.Connection, told: Iterable[TaskCompletion]) -> int:
    """Add completions that are not known yet; how many. One of a task done for good is known once it is there."""
    fresh = [c for c in told if not _is_known(conn, c)]
    records.add_completions(conn, fresh)
    return len(fresh)


def retract(conn: sqlite3.Connection, taken_back: Iterable[TaskCompletion]) -> None:
    """Remove completions: of a recurring task the one at that time, of any other all up to then."""
    for c in taken_back:
        since = c.at - SAME_MS if c.recurring else 0
        conn.execute(
            "delete from completion where source = ? and ref = ? and at between ? and ?",
            (c.source, c.ref, since, c.at + SAME_MS),
        )


def set_progress(conn: sqlite3.Connection, source: str, progress: str) -> None:
    """Remember how far the history of a source is known; numbers, never a server's cursor."""
    conn.execute("update source set cursor = ? where id = ?", (progress, source))


def progress(conn: sqlite3.Connection, source: str) -> str | None:
    """How far the history of a source is known, or None before the first look."""
    row = conn.execute("select cursor from source where id = ?", (source,)).fetchone()
    return row[0] if row else None


def _is_known(conn: sqlite3.Connection, c: TaskCompletion) -> bool:
    if not c.recurring:
        sql = "select 1 from completion where source = ? and ref = ? limit 1"
        return conn.execute(sql, (c.source, c.ref)).fetchone() is not None
    sql = "select 1 from completion where source = ? and ref = ? and at between ? and ? limit 1"
    return conn.execute(sql, (c.source, c.ref, c.at - OWN_MS, c.at + OWN_MS)).fetchone() is not None
