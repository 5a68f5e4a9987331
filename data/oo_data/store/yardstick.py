"""What a gateway's embedder made of the shipped examples, by which it is known again and measured."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping


def kept(conn: sqlite3.Connection, edition: str) -> dict[int, bytes]:
    """The vectors, packed, of the examples of that edition by their places."""
    found = conn.execute("select place, vector from yardstick where edition = ? order by place", (edition,))
    return {int(place): bytes(vector) for place, vector in found}


def save(conn: sqlite3.Connection, edition: str, vectors: Mapping[int, bytes]) -> None:
    """Keep vectors; those of another edition go."""
    conn.execute("delete from yardstick where edition <> ?", (edition,))
    rows = [(place, edition, vector) for place, vector in vectors.items()]
    conn.executemany("insert or replace into yardstick (place, edition, vector) values (?, ?, ?)", rows)


def clear(conn: sqlite3.Connection) -> None:
    """Drop them all: another embedder answers now, or none may be asked."""
    conn.execute("delete from yardstick")
