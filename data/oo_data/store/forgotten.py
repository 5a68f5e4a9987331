"""What must not be learnt again: spans of time, and tasks by their references, which sources may still tell of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

EVER = 1 << 52  # later than any clock will say


class Forgotten(NamedTuple):
    """Spans (UTC ms, the end not included) and references, of tasks or of what they are an occurrence of."""

    spans: tuple[tuple[int, int], ...] = ()
    refs: frozenset[str] = frozenset()

    def names(self, *refs: str | None) -> bool:
        """Whether one of these references is among them."""
        return not self.refs.isdisjoint(refs)

    def covers(self, at: int) -> bool:
        """Whether an instant (UTC ms) lies in one of the spans."""
        return any(since <= at < until for since, until in self.spans)


def forgotten(conn: sqlite3.Connection) -> Forgotten:
    """All of it."""
    rows = conn.execute("select ref, from_at, until_at from forgotten").fetchall()
    spans = tuple((since, until) for ref, since, until in rows if not ref)
    return Forgotten(spans, frozenset(ref for ref, _, _ in rows if ref))


def add_span(conn: sqlite3.Connection, since: int, until: int) -> None:
    """Keep a span out from now on, inside the caller's transaction."""
    conn.execute("insert or replace into forgotten values ('', '', ?, ?)", (since, until))


def add_refs(conn: sqlite3.Connection, source: str, refs: Iterable[str]) -> None:
    """Keep tasks of a source out until it is disconnected, inside the caller's transaction."""
    rows = ((ref, source, EVER) for ref in refs)
    conn.executemany("insert or replace into forgotten values (?, ?, 0, ?)", rows)
