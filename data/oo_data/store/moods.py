"""Moods: a number, a time and perhaps a sealed note each."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from oo_data.store import decisions


class Mood(NamedTuple):
    """How the person said they felt: `score` 1 (low) to 5 at a time (UTC ms); the note is sealed."""

    id: str
    at: int
    score: int
    note: bytes | None


def add(conn: sqlite3.Connection, mood: Mood) -> None:
    """Keep one mood."""
    conn.execute("insert into mood (id, at, score, note) values (?, ?, ?, ?)", mood)


def since(conn: sqlite3.Connection, at: int) -> list[Mood]:
    """Moods since then (UTC ms), oldest first."""
    rows = conn.execute("select id, at, score, note from mood where at >= ? order by at, rowid", (at,))
    return [Mood(*row) for row in rows]


def sweep(conn: sqlite3.Connection, before: int) -> int:
    """Drop moods older than that (UTC ms), and the record of them in the log; the number of moods."""
    conn.execute("delete from event where type = 'MoodNoted' and at < ?", (before,))
    return conn.execute("delete from mood where at < ?", (before,)).rowcount


def erase(conn: sqlite3.Connection) -> dict[str, int]:
    """Erase all moods and what was made of them, inside the caller's transaction; the rows by what they are.

    Snippets, the words of advice and models are made of every feature together, so they go too and are made anew.
    """
    conn.execute("update tip set rank = null, text = null, reason = null, handle = null where source = 'agent'")
    conn.execute("delete from agent_run")  # an agent without a run is due
    return {
        "moods": conn.execute("delete from mood").rowcount,
        "events": conn.execute("delete from event where type = 'MoodNoted'").rowcount,
        "features": conn.execute("delete from feature where key like 'mood.%'").rowcount,
        "snippets": conn.execute("delete from snippet").rowcount,
        "decisions": decisions.erase(conn, ['"mood']),
        "models": conn.execute("delete from model").rowcount,
    }


def left(conn: sqlite3.Connection) -> int:
    """How many rows still tell of a mood."""
    (count,) = conn.execute(
        "select (select count(*) from mood) + (select count(*) from event where type = 'MoodNoted')"
        " + (select count(*) from feature where key like 'mood.%')"
    ).fetchone()
    return int(count)
