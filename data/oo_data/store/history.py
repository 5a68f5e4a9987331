"""What a source tells of the past, kept as it comes in: told twice it counts once, taken back it is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from oo_data.contracts.feature import TaskCompletion
from oo_data.store import records

SAME_MS = 2_000  # two tellings of one completion differ by no more
OWN_MS = 600_000  # what was noted here and the source's own word for it, apart at most, of a task that comes back
OWN_SINGLE_MS = 30 * 86_400_000  # the same of any other task, whose tick may have waited to be sent

_KNOWN = "select 1 from completion where source = ? and ref = ? and at between ? and ? limit 1"
# A completion noted here stands at the time of its reaction.
_NOTED = """
select 1 from completion join event on event.type = 'FeedbackGiven' and event.at = completion.at
  and json_extract(event.data, '$.about') = completion.ref
where source = ? and ref = ? and recurring = ? and completion.at between ? and ? limit 1
"""
_UNDONE = """
select 1 from event as given join event as undone on undone.subject = given.id and undone.type = 'FeedbackUndone'
where given.type = 'FeedbackGiven' and given.at between ? and ? and json_extract(given.data, '$.about') = ?
  and json_extract(given.data, '$.reaction') = 'done' limit 1
"""


def keep(conn: sqlite3.Connection, told: Iterable[TaskCompletion]) -> int:
    """Add completions that are neither known, nor noted here, nor taken back here; how many."""
    fresh = [c for c in told if not _is_known(conn, c)]
    records.add_completions(conn, fresh)
    return len(fresh)


def retract(conn: sqlite3.Connection, taken_back: Iterable[TaskCompletion]) -> None:
    """Remove completions: of a recurring task the one at that time, of any other all up to then."""
    for c in taken_back:
        since = c.at - SAME_MS if c.recurring else 0
        conn.execute(
            "delete from completion where source = ? and ref = ? and recurring = ? and at between ? and ?",
            (c.source, c.ref, c.recurring, since, c.at + SAME_MS),
        )


def set_progress(conn: sqlite3.Connection, source: str, progress: str) -> None:
    """Remember how far a source is known: numbers, and what a server calls its state only where it is sealed."""
    conn.execute("update source set cursor = ? where id = ?", (progress, source))


def progress(conn: sqlite3.Connection, source: str) -> str | None:
    """How far the history of a source is known, or None before the first look."""
    row = conn.execute("select cursor from source where id = ?", (source,)).fetchone()
    return row[0] if row else None


def _is_known(conn: sqlite3.Connection, c: TaskCompletion) -> bool:
    if conn.execute(_KNOWN, (c.source, c.ref, c.at - SAME_MS, c.at + SAME_MS)).fetchone():
        return True
    earlier = OWN_MS if c.recurring else OWN_SINGLE_MS
    if conn.execute(_NOTED, (c.source, c.ref, c.recurring, c.at - earlier, c.at + OWN_MS)).fetchone():
        return True
    # The log of the source keeps the tick of a repeating task that was undone by putting its date back.
    undone = (c.at - OWN_MS, c.at + OWN_MS, c.ref)
    return c.recurring and conn.execute(_UNDONE, undone).fetchone() is not None
