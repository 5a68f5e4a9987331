"""Contexts: keyed references, sealed names, and when each is on."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Context(NamedTuple):
    """One context, its name sealed.

    `active`: switched on by hand; `since` (UTC ms) is when that last changed. `present`: on because one of its signs
    was seen at the last look.
    """

    ref: str
    name: bytes
    active: bool
    schedule: str
    since: int
    present: bool = False


def contexts(conn: sqlite3.Connection) -> list[Context]:
    """All contexts, in a fixed order that tells nothing of their names."""
    rows = conn.execute("select ref, name, active, schedule, since, present from context order by ref")
    return [
        Context(ref, name, bool(active), schedule, since, bool(present))
        for ref, name, active, schedule, since, present in rows
    ]


def save(conn: sqlite3.Connection, context: Context) -> None:
    """Keep a context, in place of what was known of it."""
    conn.execute(
        "insert into context (ref, name, active, schedule, since, present) values (?, ?, ?, ?, ?, ?)"
        " on conflict (ref) do update set name = excluded.name, active = excluded.active,"
        " schedule = excluded.schedule, since = excluded.since, present = excluded.present",
        context,
    )


def signs(conn: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """The keyed references of the signs of each context that has some, by the context's reference."""
    found: dict[str, set[str]] = {}
    for ref, sign in conn.execute("select context, sign from context_sign"):
        found.setdefault(ref, set()).add(sign)
    return {ref: frozenset(each) for ref, each in found.items()}


def add_sign(conn: sqlite3.Connection, ref: str, sign: str) -> None:
    """Let a sign stand for a context."""
    conn.execute("insert or ignore into context_sign (context, sign) values (?, ?)", (ref, sign))


def drop_signs(conn: sqlite3.Connection, ref: str | None = None) -> int:
    """Erase the signs of one context, or of all, and what follows from them; how many there were."""
    which = "where context = :ref" if ref is not None else ""
    conn.execute("update context set present = 0 where ref = :ref or :ref is null", {"ref": ref})
    return conn.execute(f"delete from context_sign {which}", {"ref": ref}).rowcount  # noqa: S608


def remove(conn: sqlite3.Connection, ref: str) -> bool:
    """Erase one context and the record of its changes; whether there was one."""
    conn.execute("delete from event where type = 'ContextChanged' and subject = ?", (ref,))
    return conn.execute("delete from context where ref = ?", (ref,)).rowcount == 1
