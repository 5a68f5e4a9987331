"""What several homes of one person share: what came from another of them, and who set each preference last."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Turn(NamedTuple):
    """When a preference was set, in an order that all homes agree on: the greater one is later."""

    clock: int
    event_id: str


NEVER = Turn(0, "")


def add_arrival(conn: sqlite3.Connection, event_id: str) -> None:
    """Note, inside the caller's write, that an event in the log happened in another home."""
    conn.execute("insert or replace into arrival values (?)", (event_id,))


def has_arrived(conn: sqlite3.Connection, event_id: str) -> bool:
    """Whether an event happened in another home."""
    return conn.execute("select 1 from arrival where event_id = ?", (event_id,)).fetchone() is not None


def drop_arrivals(conn: sqlite3.Connection) -> int:
    """Erase what happened in other homes, what that keeps quiet, and what they inferred; how many events.

    Inside the caller's write. What the person set elsewhere is their own word here too, and stays.
    """
    inferred = "source = 'inferred' and (scope, key) in (select scope, key from register where source = 'inferred' and"
    for table in ("pref", "pref_log", "register"):
        conn.execute(f"delete from {table} where {inferred} event_id in (select event_id from arrival))")  # noqa: S608
    for table, column in (("mute", "event_id"), ("silence", "id")):
        conn.execute(f"delete from {table} where {column} in (select event_id from arrival)")  # noqa: S608 - our own
    return conn.execute("delete from event where id in (select event_id from arrival)").rowcount


def turn(conn: sqlite3.Connection, scope: str, key: str, source: str) -> Turn:
    """When a preference was last set, or given back, by the person or by inference."""
    row = conn.execute(
        "select clock, event_id from register where scope = ? and key = ? and source = ?", (scope, key, source)
    ).fetchone()
    return Turn(*row) if row else NEVER


def take_turn(conn: sqlite3.Connection, scope: str, key: str, source: str, turn: Turn) -> None:
    """Note, inside the caller's write, when that was."""
    conn.execute("insert or replace into register values (?, ?, ?, ?, ?)", (scope, key, source, *turn))


def top(conn: sqlite3.Connection) -> int:
    """The highest clock that was seen here; 0 before the first."""
    (found,) = conn.execute("select coalesce(max(clock), 0) from register").fetchone()
    return int(found)
