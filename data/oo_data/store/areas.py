"""Areas of life by reference: of tasks, routines and projects; the person's own word is never written over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class AreaRow(NamedTuple):
    """One reference with its area. `origin` is user or inferred; `at` is UTC ms."""

    ref: str
    source: str
    area: str
    origin: str
    at: int


def rows(conn: sqlite3.Connection) -> dict[str, AreaRow]:
    """Every known area by reference."""
    return {row[0]: AreaRow(*row) for row in conn.execute("select ref, source, area, origin, at from area")}


def save(conn: sqlite3.Connection, areas: Iterable[AreaRow]) -> None:
    """Save areas; what was inferred gives way to what the person said, whichever comes first."""
    conn.executemany(
        "insert into area (ref, source, area, origin, at) values (?, ?, ?, ?, ?) on conflict (ref) do update set"
        " area = excluded.area, origin = excluded.origin, at = excluded.at"
        " where excluded.origin = 'user' or area.origin = 'inferred'",
        areas,
    )


def drop(conn: sqlite3.Connection, refs: Iterable[str], origin: str) -> int:
    """Remove areas of one origin; how many there were."""
    sql = "delete from area where ref = ? and origin = ?"
    return sum(conn.execute(sql, (ref, origin)).rowcount for ref in refs)


def sweep(conn: sqlite3.Connection) -> None:
    """Drop what was inferred of tasks, routines and projects that nothing is known of any more."""
    conn.execute(
        "delete from area where origin = 'inferred' and ref not in (select ref from task union select ref from"
        " completion) and ref not in (select project_ref from task where project_ref is not null union"
        " select project_ref from completion where project_ref is not null) and ref not in (select routine_ref from"
        " task where routine_ref is not null union select routine_ref from completion where routine_ref is not null)"
    )
