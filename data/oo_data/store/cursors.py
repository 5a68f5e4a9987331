"""How far each reader of the log has come, by its name."""

from __future__ import annotations

import sqlite3


def read(conn: sqlite3.Connection, reader: str) -> int:
    """The place in the log of the last event that the reader has had; 0 before the first."""
    row = conn.execute("select seq from cursor where reader = ?", (reader,)).fetchone()
    return int(row[0]) if row else 0


def save(conn: sqlite3.Connection, reader: str, seq: int) -> None:
    """Move a reader on; it never goes back."""
    conn.execute(
        "insert into cursor (reader, seq) values (?, ?)"
        " on conflict (reader) do update set seq = max(seq, excluded.seq)",
        (reader, seq),
    )


def drop(conn: sqlite3.Connection, readers: str) -> None:
    """Let go of the places of all readers whose names match a pattern of GLOB: they begin at the beginning."""
    conn.execute("delete from cursor where reader glob ?", (readers,))
