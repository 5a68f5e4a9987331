"""Habits of the person's own: keyed references, sealed names, and when each was last done."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from oo_data.store import decisions

SOURCE = "habit"


class Habit(NamedTuple):
    """One habit, its name sealed. `every_days` is its period; times are UTC ms."""

    ref: str
    name: bytes
    every_days: int
    added_at: int
    done_at: int | None


def habits(conn: sqlite3.Connection) -> list[Habit]:
    """All habits in the order in which they were added."""
    rows = conn.execute("select ref, name, every_days, added_at, done_at from habit order by added_at, rowid")
    return [Habit(*row) for row in rows]


def habit(conn: sqlite3.Connection, ref: str) -> Habit | None:
    """One habit by its reference."""
    row = conn.execute("select ref, name, every_days, added_at, done_at from habit where ref = ?", (ref,)).fetchone()
    return Habit(*row) if row else None


def add(conn: sqlite3.Connection, added: Habit) -> bool:
    """Keep a new habit of the connected source; False where there is one of that name."""
    row = (added.ref, SOURCE, *added[1:])
    sql = "insert or ignore into habit (ref, source, name, every_days, added_at, done_at) values (?, ?, ?, ?, ?, ?)"
    return conn.execute(sql, row).rowcount == 1


def set_done(conn: sqlite3.Connection, ref: str, at: int | None) -> None:
    """Note when a habit was last done (UTC ms), or that it never was."""
    conn.execute("update habit set done_at = ? where ref = ?", (at, ref))


def last_done(conn: sqlite3.Connection, ref: str) -> int | None:
    """The time (UTC ms) of the newest completion of a habit."""
    (at,) = conn.execute("select max(at) from completion where source = ? and ref = ?", (SOURCE, ref)).fetchone()
    return at if at is None else int(at)


def remove(conn: sqlite3.Connection, ref: str) -> int:
    """Erase one habit and all that tells of it, inside the caller's transaction; how often it had been done.

    Features, snippets, the words of advice and models are made of everything together, so they go too and are made
    anew.
    """
    conn.execute("update tip set rank = null, text = null, reason = null, handle = null where source = 'agent'")
    conn.execute(
        "delete from event where json_extract(data, '$.about') = :ref"
        " or subject in (select id from tip where subject = :ref)",
        {"ref": ref},
    )
    decisions.erase(conn, [ref])
    for table, column in (("tip", "subject"), ("mute", "subject"), ("task", "ref"), ("effort", "ref"),
                          ("area", "ref"), ("habit", "ref")):  # fmt: skip
        conn.execute(f"delete from {table} where {column} = ?", (ref,))  # noqa: S608 - our own names
    conn.execute("delete from vector where ref like ? || '.%'", (ref,))  # named by subject and title
    for table in ("pref", "pref_log"):
        conn.execute(f"delete from {table} where source <> 'user'")  # noqa: S608 - our own names
    for table in ("feature", "snippet", "model", "agent_run"):  # an agent without a run is due
        conn.execute(f"delete from {table}")  # noqa: S608 - our own names
    return conn.execute("delete from completion where source = ? and ref = ?", (SOURCE, ref)).rowcount
