"""Contexts: keyed references, sealed names, and when each is on."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Context(NamedTuple):
    """One context, its name sealed. `active`: switched on by hand; `since` (UTC ms) is when that last changed."""

    ref: str
    name: bytes
    active: bool
    schedule: str
    since: int


def contexts(conn: sqlite3.Connection) -> list[Context]:
    """All contexts, in a fixed order that tells nothing of their names."""
    rows = conn.execute("select ref, name, active, schedule, since from context order by ref")
    return [Context(ref, name, bool(active), schedule, since) for ref, name, active, schedule, since in rows]


def save(conn: sqlite3.Connection, context: Context) -> None:
    """Keep a context, in place of what was known of it."""
    conn.execute("insert or replace into context (ref, name, active, schedule, since) values (?, ?, ?, ?, ?)", context)


def remove(conn: sqlite3.Connection, ref: str) -> bool:
    """Erase one context and the record of its changes; whether there was one."""
    conn.execute("delete from event where type = 'ContextChanged' and subject = ?", (ref,))
    return conn.execute("delete from context where ref = ?", (ref,)).rowcount == 1
