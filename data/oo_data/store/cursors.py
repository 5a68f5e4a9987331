"""How far each reader of the log, or of a stream that is not ours, has come, by its name."""

from __future__ import annotations

import sqlite3

from oo_data.contracts.event import Position


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


def place(conn: sqlite3.Connection, reader: str) -> Position:
    """The place of a reader in a stream that is not ours."""
    row = conn.execute("select seq, stream from cursor where reader = ?", (reader,)).fetchone()
    return Position(*row) if row else Position()


def put(conn: sqlite3.Connection, reader: str, at: Position) -> None:
    """Set that place; it goes back where the stream is another one."""
    conn.execute("insert or replace into cursor (reader, seq, stream) values (?, ?, ?)", (reader, *at))


def drop_all(conn: sqlite3.Connection, prefix: str) -> None:
    """Let go of the place of every reader whose name begins so: it begins at the beginning."""
    conn.execute("delete from cursor where substr(reader, 1, length(:it)) = :it", {"it": prefix})
