"""Taking a part of a life out: a span of time, or one task. All of it inside the caller's transaction.

What rests on the part alone is deleted. What rests on it and on more is deleted too, to be made anew of what is left:
features, inferred preferences, snippets, models. A decision cannot be made anew, so it is only deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping

from oo_data.store import decisions, erase, forgotten

# What happened in the span, and what rests on that though it came later. A reaction and its undoing go together:
# alone, the one that is left would mean something else.
_SPAN_GATHER = (
    "create temp table gone_event (id text primary key)",
    "insert into gone_event select id from event where at >= :since and at < :until",
    "insert or ignore into gone_event select subject from event where type = 'FeedbackUndone' and at >= :since"
    " and at < :until",
    "insert or ignore into gone_event select id from event where type = 'FeedbackUndone'"
    " and subject in (select id from gone_event)",
    "insert or ignore into gone_event select id from event where at >= :since"
    " and type in ('PrefInferred', 'SnippetEmitted', 'ShelfPrepared')",
    "insert or ignore into gone_event select id from event as ignored where type = 'TipIgnored' and not exists"
    " (select 1 from event where subject = ignored.subject and type = 'TipShown'"
    " and id not in (select id from gone_event))",
)
_SPAN = {
    "mute": "delete from mute where event_id in (select id from gone_event)",
    "silence": "delete from silence where id in (select id from gone_event)",
    "outbox": "delete from outbox where event_id in (select id from gone_event)",
    "event": "delete from event where id in (select id from gone_event)",
    "tip": "delete from tip where made_at >= :since and made_at < :until",
    "completion": "delete from completion where at >= :since and at < :until",
    "decision": "delete from decision where at >= :since",
    "mood": "delete from mood where at >= :since and at < :until",
    "effort": "delete from effort where at >= :since and at < :until",
    "egress": "delete from egress where at >= :since and at < :until",
    "pref_log": "delete from pref_log where at >= :since and (source <> 'user' or at < :until)",
}
_SPAN_AFTER = (
    # Worded with what was known of the span.
    "update tip set rank = null, reason = null where made_at >= :until",
    "update task set changed_at = null, changes = 0 where changed_at >= :since and changed_at < :until",
    "update habit set done_at = (select max(at) from completion where source = habit.source and ref = habit.ref)"
    " where done_at >= :since and done_at < :until",
    "drop table gone_event",
)

_TASK_GATHER = (
    "create temp table gone_tip (id text primary key)",
    "insert into gone_tip select id from tip where subject in (select ref from gone)",
    "create temp table gone_event (id text primary key)",
    "insert into gone_event select id from event where subject in (select id from gone_tip)"
    " or json_extract(data, '$.about') in (select ref from gone)"
    " or type in ('PrefInferred', 'SnippetEmitted', 'ShelfPrepared')",
)
_TASK = {
    "mute": "delete from mute where subject in (select ref from gone) or event_id in (select id from gone_event)",
    "silence": "delete from silence where id in (select id from gone_event)",
    "outbox": "delete from outbox where event_id in (select id from gone_event)",
    "event": "delete from event where id in (select id from gone_event)",
    "tip": "delete from tip where id in (select id from gone_tip)",
    "effort": "delete from effort where ref in (select ref from gone)",
    "vector": "delete from vector where substr(ref, 1, instr(ref, '.') - 1) in (select ref from gone)",
    # What was inferred of a project rests on the votes of its tasks.
    "area": "delete from area where ref in (select ref from gone) or (origin = 'inferred' and ref in"
    " (select project_ref from task where ref in (select ref from gone)))",
    "habit": "delete from habit where ref in (select ref from gone)",
    "completion": "delete from completion where ref in (select ref from gone) or routine_ref in (select ref from gone)",
    "task": "delete from task where ref in (select ref from gone) or routine_ref in (select ref from gone)",
    "pref_log": "delete from pref_log where source <> 'user'",
}
# Features, snippets and the like; an agent without a run is due, and places are found anew for another basis.
_MIXED = {
    table: erase.MIXED[table] for table in ("feature", "snippet", "pref", "register", "model", "agent_run", "asked")
}
_UNPLACED = "delete from meta where key = 'areas.basis'"


def span(conn: sqlite3.Connection, since: int, until: int) -> dict[str, int]:
    """Erase what happened from `since` until before `until` (UTC ms), and keep it out; the rows erased by table.

    Settings, consents and open tasks are of now, and stay.
    """
    given = {"since": since, "until": until}
    for statement in _SPAN_GATHER:
        conn.execute(statement, given)
    erased = {table: conn.execute(statement, given).rowcount for table, statement in (_SPAN | _MIXED).items()}
    for statement in _SPAN_AFTER:
        conn.execute(statement, given)
    forgotten.add_span(conn, since, until)
    return erased


def task(conn: sqlite3.Connection, refs: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Erase all that is known of tasks, given as references by source, and keep them out; the rows erased by table.

    The reference of a routine stands for all its occurrences.
    """
    conn.execute("create temp table gone (ref text primary key)")
    for source, known in refs.items():
        conn.executemany("insert or ignore into gone values (?)", ((ref,) for ref in known))
        forgotten.add_refs(conn, source, known)
    for statement in _TASK_GATHER:
        conn.execute(statement)
    erased = {table: conn.execute(statement).rowcount for table, statement in (_TASK | _MIXED).items()}
    erased["decision"] = decisions.erase(conn, [ref for known in refs.values() for ref in known])
    conn.execute(_UNPLACED)
    for name in ("gone", "gone_tip", "gone_event"):
        conn.execute(f"drop table {name}")
    return erased
