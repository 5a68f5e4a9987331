"""The table of duties: the one place that says what was done when, whichever process did it."""

from __future__ import annotations

import sqlite3

from oo_data.contracts.duty import Duty


def read(conn: sqlite3.Connection) -> dict[str, Duty]:
    """Every duty that was ever tried, by id."""
    rows = conn.execute("select id, every, hours, slot, at, tried_at, failures, error, alerted from duty order by id")
    return {row[0]: Duty._make((*row[:2], _hours(row[2]), *row[3:8], bool(row[8]))) for row in rows}


def save(conn: sqlite3.Connection, duty: Duty) -> None:
    """Keep how a duty went, in place of what was known of it."""
    row = (*duty[:2], " ".join(map(str, duty.hours)), *duty[3:])
    conn.execute(
        "insert or replace into duty (id, every, hours, slot, at, tried_at, failures, error, alerted)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def drop(conn: sqlite3.Connection, duty_id: str) -> None:
    """Forget a duty."""
    conn.execute("delete from duty where id = ?", (duty_id,))


def _hours(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))
