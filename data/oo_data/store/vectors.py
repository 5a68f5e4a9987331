"""Sealed vectors of titles, by embedder: what one made is never read for another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class StoredVector(NamedTuple):
    """One title's vector as it lies in the store. `ref` is the task's reference and a digest of the title."""

    ref: str
    embedder: str
    source: str
    sealed: bytes
    at: int


def refs(conn: sqlite3.Connection, embedder: str) -> frozenset[str]:
    """What an embedder has a vector for."""
    return frozenset(ref for (ref,) in conn.execute("select ref from vector where embedder = ?", (embedder,)))


def sealed(conn: sqlite3.Connection, embedder: str, wanted: Iterable[str]) -> dict[str, bytes]:
    """The sealed vectors of those that it has."""
    sql = "select sealed from vector where ref = ? and embedder = ?"
    found = ((ref, conn.execute(sql, (ref, embedder)).fetchone()) for ref in wanted)
    return {ref: row[0] for ref, row in found if row is not None}


def save(conn: sqlite3.Connection, vectors: Iterable[StoredVector]) -> None:
    """Keep vectors."""
    sql = "insert or replace into vector (ref, embedder, source, sealed, at) values (?, ?, ?, ?, ?)"
    conn.executemany(sql, vectors)


def drop(conn: sqlite3.Connection, embedder: str, stale: Iterable[str]) -> None:
    """Remove those that are stale, and all that another embedder made."""
    conn.execute("delete from vector where embedder <> ?", (embedder,))
    conn.executemany("delete from vector where embedder = ? and ref = ?", ((embedder, ref) for ref in stale))
