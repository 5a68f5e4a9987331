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


def drop(conn: sqlite3.Connection, reader: str) -> None:
    """Let go of the place of a reader: it begins at the beginning."""
    conn.execute("delete from cursor where reader = ?", (reader,))


def drop_all(conn: sqlite3.Connection, prefix: str) -> None:
    """The same for every reader whose name begins so."""
    conn.execute("delete from cursor where substr(reader, 1, length(:it)) = :it", {"it": prefix})
