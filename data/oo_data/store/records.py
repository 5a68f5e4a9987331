"""What is derived from signals: tasks and completions without words, features, snippets, agent runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value
from oo_data.store.shelf import CLOCK_SLACK_MS


def replace_tasks(conn: sqlite3.Connection, source: str, now: int, tasks: Iterable[TaskFeatures]) -> None:
    """The open tasks of one source, in place of those known before."""
    conn.execute("delete from task where source = ?", (source,))
    conn.executemany(
        "insert or replace into task (ref, source, due, start, priority, project_ref, label_refs, added_at,"
        " recurring, minutes, words, changed_at, changes, started, starred, blocked, blocking, notes, every_days,"
        " routine_ref, title_ref, seen_at) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        ((*task[:6], " ".join(task.label_refs), *task[7:], now) for task in tasks),
    )


def tasks(conn: sqlite3.Connection) -> list[TaskFeatures]:
    """All open tasks of all sources."""
    rows = conn.execute(
        "select ref, source, due, start, priority, project_ref, label_refs, added_at, recurring, minutes, words,"
        " changed_at, changes, started, starred, blocked, blocking, notes, every_days, routine_ref, title_ref from task"
    )
    return [
        TaskFeatures._make(
            (*row[:6], tuple(row[6].split()), row[7], bool(row[8]), *row[9:13], *map(bool, row[13:17]), *row[17:])
        )
        for row in rows
    ]


def count_tasks(conn: sqlite3.Connection, source: str) -> int:
    """How many open tasks of a source are known."""
    (count,) = conn.execute("select count(*) from task where source = ?", (source,)).fetchone()
    return int(count)


def add_completions(conn: sqlite3.Connection, done: Iterable[TaskCompletion]) -> None:
    """Add completions; one that is known already is not counted twice."""
    conn.executemany(
        "insert or ignore into completion (ref, source, at, timed, due, lateness_days, project_ref, priority,"
        " recurring, added_at, label_refs, every_days, routine_ref) values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        ((*c[:10], " ".join(c.label_refs), *c[11:]) for c in done),
    )


def drop_completion_at(conn: sqlite3.Connection, source: str, ref: str, at: int) -> None:
    """Take back the completion of one task that was noted at that time (UTC ms)."""
    conn.execute("delete from completion where source = ? and ref = ? and at = ?", (source, ref, at))


def completions(conn: sqlite3.Connection, since: int) -> list[TaskCompletion]:
    """Completions since then (UTC ms), oldest first."""
    rows = conn.execute(
        "select ref, source, at, timed, due, lateness_days, project_ref, priority, recurring, added_at, label_refs,"
        " every_days, routine_ref from completion where at >= ? order by at",
        (since,),
    )
    return [
        TaskCompletion._make((*r[:3], bool(r[3]), *r[4:8], bool(r[8]), r[9], tuple(r[10].split()), *r[11:]))
        for r in rows
    ]


def save_features(conn: sqlite3.Connection, features: Iterable[Feature]) -> None:
    """Features by key, in place of older values."""
    conn.executemany(
        "insert or replace into feature (key, value, computed_at, fresh_until, provenance) values (?,?,?,?,?)",
        (
            (
                f.key,
                json.dumps(dict(f.value) if isinstance(f.value, Mapping) else f.value),
                f.computed_at,
                f.fresh_until,
                " ".join(f.provenance),
            )
            for f in features
        ),
    )


def features(conn: sqlite3.Connection) -> dict[str, Feature]:
    """All features by key, stale ones too."""
    rows = conn.execute("select key, value, computed_at, fresh_until, provenance from feature")
    return {key: Feature(key, _value(text), at, until, tuple(origin.split())) for key, text, at, until, origin in rows}


def _value(text: str) -> Value:
    loaded: float | str | list[float] | dict[str, float] = json.loads(text)
    return tuple(loaded) if isinstance(loaded, list) else loaded


class StoredSnippet(NamedTuple):
    """A snippet as it lies in the store, its text sealed. Times are UTC ms."""

    agent_id: str
    version: str
    text: bytes
    refs: tuple[str, ...]
    weight: float
    at: int
    expires_at: int
    provenance: tuple[str, ...]


def replace_snippets(conn: sqlite3.Connection, agent_ids: Iterable[str], snippets: Iterable[StoredSnippet]) -> None:
    """The snippets of these agents, in place of their older ones; an agent with nothing to say has none."""
    conn.executemany("delete from snippet where agent_id = ?", ((agent_id,) for agent_id in agent_ids))
    conn.executemany(
        "insert into snippet (agent_id, version, text, refs, weight, at, expires_at, provenance)"
        " values (?,?,?,?,?,?,?,?)",
        (
            (
                s.agent_id,
                s.version,
                s.text,
                " ".join(s.refs),
                s.weight,
                s.at,
                s.expires_at,
                " ".join(s.provenance),
            )
            for s in snippets
        ),
    )


def snippets(conn: sqlite3.Connection, now: int) -> list[StoredSnippet]:
    """Snippets that have not run out, heaviest first; one from a time to come has, for the clock was set back."""
    rows = conn.execute(
        "select agent_id, version, text, refs, weight, at, expires_at, provenance from snippet where expires_at > ?"
        " and at <= ? order by weight desc",
        (now, now + CLOCK_SLACK_MS),
    )
    return [StoredSnippet(a, v, t, tuple(r.split()), w, at, e, tuple(p.split())) for a, v, t, r, w, at, e, p in rows]


def save_run(conn: sqlite3.Connection, agent_id: str, version: str, at: int, outcome: str, millis: int) -> None:
    """When an agent last ran, and how it ended."""
    conn.execute("insert or replace into agent_run values (?, ?, ?, ?, ?)", (agent_id, version, at, outcome, millis))


def runs(conn: sqlite3.Connection) -> dict[str, tuple[str, int, str, int]]:
    """Version, time (UTC ms), outcome and duration (ms) of each agent's last run."""
    rows = conn.execute("select agent_id, version, at, outcome, millis from agent_run")
    return {agent_id: (version, at, outcome, millis) for agent_id, version, at, outcome, millis in rows}
