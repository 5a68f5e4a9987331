"""The person's own word on what a task asks for: minutes and energy by keyed reference."""

from __future__ import annotations

import sqlite3

from oo_data.contracts.signal import Stated


def save(conn: sqlite3.Connection, ref: str, source: str, said: Stated, at: int) -> None:
    """Keep what was said of one task of a connected source, in place of what was said before."""
    conn.execute(
        "insert or replace into effort (ref, source, minutes, energy, at) values (?, ?, ?, ?, ?)",
        (ref, source, said.minutes, said.energy, at),
    )


def stated(conn: sqlite3.Connection) -> dict[str, Stated]:
    """What was said, by the reference of the task."""
    rows = conn.execute("select ref, minutes, energy from effort")
    return {ref: Stated(minutes, energy) for ref, minutes, energy in rows}


def drop(conn: sqlite3.Connection, ref: str) -> bool:
    """Take the word on one task back; whether there was one."""
    return conn.execute("delete from effort where ref = ?", (ref,)).rowcount == 1


def sweep(conn: sqlite3.Connection) -> int:
    """Drop what was said of tasks that are done or gone; the number dropped."""
    return conn.execute("delete from effort where ref not in (select ref from task)").rowcount
