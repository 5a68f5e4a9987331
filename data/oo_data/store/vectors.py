"""Sealed vectors of titles, by embedder: what one made is never read for another."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from struct import pack, unpack
from typing import NamedTuple

GATEWAY = "gateway@"  # how the ids begin of embedders that are asked over the network


class StoredVector(NamedTuple):
    """One title's vector as it lies in the store. `ref` is the task's reference and a digest of the title."""

    ref: str
    embedder: str
    source: str
    sealed: bytes
    at: int


def packed(vector: Sequence[float]) -> bytes:
    """Half-precision numbers, little-endian: a cosine of them is off by less than 0.001."""
    return pack(f"<{len(vector)}e", *vector)


def unpacked(raw: bytes) -> tuple[float, ...]:
    """The vector again."""
    return unpack(f"<{len(raw) // 2}e", raw)


def refs(conn: sqlite3.Connection, embedder: str) -> frozenset[str]:
    """What an embedder has a vector for."""
    return frozenset(ref for (ref,) in conn.execute("select ref from vector where embedder = ?", (embedder,)))


def every_ref(conn: sqlite3.Connection) -> frozenset[str]:
    """What any embedder has a vector for."""
    return frozenset(ref for (ref,) in conn.execute("select distinct ref from vector"))


def sealed(conn: sqlite3.Connection, embedder: str, wanted: Iterable[str]) -> dict[str, bytes]:
    """The sealed vectors of those that it has."""
    sql = "select sealed from vector where ref = ? and embedder = ?"
    found = ((ref, conn.execute(sql, (ref, embedder)).fetchone()) for ref in wanted)
    return {ref: row[0] for ref, row in found if row is not None}


def save(conn: sqlite3.Connection, vectors: Iterable[StoredVector]) -> None:
    """Keep vectors."""
    sql = "insert or replace into vector (ref, embedder, source, sealed, at) values (?, ?, ?, ?, ?)"
    conn.executemany(sql, vectors)


def drop(conn: sqlite3.Connection, embedders: Collection[str], stale: Iterable[str]) -> None:
    """Remove those that are stale, and all that other embedders than these made."""
    others = {found for (found,) in conn.execute("select distinct embedder from vector")} - {*embedders}
    conn.executemany("delete from vector where embedder = ?", ((other,) for other in others))
    conn.executemany("delete from vector where ref = ?", ((ref,) for ref in stale))
