"""When calendars say that the person is taken: two ends of each stretch and whose word it is, nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from oo_data.contracts.signal import BusyBlock


def replace(conn: sqlite3.Connection, source: str, blocks: Iterable[tuple[int, int]]) -> None:
    """The stretches (UTC ms) of one source, in place of those known before; no two begin together."""
    conn.execute("delete from busy where source = ?", (source,))
    conn.executemany("insert into busy values (?, ?, ?)", ((source, begin, end) for begin, end in blocks))


def blocks(conn: sqlite3.Connection, now: int) -> list[BusyBlock]:
    """What is not over yet, in order, of the sources whose consent holds."""
    rows = conn.execute(
        "select source, from_at, until_at from busy join consent on consent.key = 'source.' || busy.source"
        " where until_at > ? and granted = 1 order by from_at",
        (now,),
    )
    return [BusyBlock(*row) for row in rows]


def count(conn: sqlite3.Connection, source: str) -> int:
    """How many stretches of a source are known."""
    (found,) = conn.execute("select count(*) from busy where source = ?", (source,)).fetchone()
    return int(found)


def sweep(conn: sqlite3.Connection, now: int) -> int:
    """Drop what is over; how many stretches."""
    return conn.execute("delete from busy where until_at <= ?", (now,)).rowcount


def free_minutes(conn: sqlite3.Connection, now: int) -> int | None:
    """Whole minutes until the next stretch begins; None where none is known, and within one."""
    begins, taken = conn.execute(
        "select min(from_at), max(from_at <= ?) from busy where until_at > ?", (now, now)
    ).fetchone()
    return None if begins is None or taken else int((begins - now) // 60_000)
