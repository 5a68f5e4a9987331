"""The log of decisions: what each policy made of a moment.

Scores are most of what a year leaves, and say the same names and references again and again: they lie packed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection

from oo_data.contracts.tip import Decision
from oo_data.errors import DataDamagedError

_Row = tuple[str, int, str, str, str, str | None, float, bytes, str]

_ONE = "select id, at, policy, stage, gate, chosen, propensity, scores, moment from decision where id = ?"
_OF_MOMENT = """
select id, at, policy, stage, gate, chosen, propensity, scores, moment from decision
where id = :id or (moment <> '' and moment = (select moment from decision where id = :id))
"""
_COMPARED = """
select l.id, l.at, l.policy, l.stage, l.gate, l.chosen, l.propensity, l.scores, l.moment,
  s.id, s.at, s.policy, s.stage, s.gate, s.chosen, s.propensity, s.scores, s.moment
from decision s join decision l on l.moment = s.moment and l.moment <> '' and l.stage = 'live'
where s.policy = ? and s.stage = 'shadow' and l.chosen is not null and l.policy = ? order by s.at desc limit ?
"""
_UNSEEN = """
delete from decision where at < ?
  and not exists (
    select 1 from tip cross join event on event.subject = tip.id and event.type = 'TipShown'
    where tip.decision_id = decision.id)
  and (moment = '' or not exists (
    select 1 from decision as live cross join tip on tip.decision_id = live.id
      cross join event on event.subject = tip.id and event.type = 'TipShown'
    where live.moment = decision.moment and live.moment <> ''))
"""
# Before the first of them is deleted: afterwards nobody knows the moment.
_BESIDE = """
insert or ignore into named select id from decision
where moment <> '' and moment in (select moment from decision where id in (select id from named))
"""


def pack(text: str | bytes) -> bytes:
    """JSON as it lies in the column: under zlib, which adds a checksum."""
    return zlib.compress(text if isinstance(text, bytes) else text.encode())


def unpack(packed: bytes) -> str:
    """The JSON of the column. Raises `DataDamagedError`."""
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, ValueError) as error:
        raise DataDamagedError("A decision in the log is damaged.", "See: oo doctor") from error


def save(conn: sqlite3.Connection, decision: Decision) -> None:
    """Log a decision with its scores and propensity."""
    scores = pack(json.dumps(decision.scores, separators=(",", ":")))
    conn.execute(
        "insert into decision (id, at, policy, stage, gate, chosen, propensity, scores, moment)"
        " values (?,?,?,?,?,?,?,?,?)",
        (*decision[:7], scores, decision.moment),
    )


def decision(conn: sqlite3.Connection, decision_id: str) -> Decision | None:
    """One decision by id."""
    row = conn.execute(_ONE, (decision_id,)).fetchone()
    return _decision(row) if row else None


def of_moment(conn: sqlite3.Connection, decision_id: str) -> dict[str, Decision]:
    """The decision and those of other policies at its moment, by policy."""
    rows = conn.execute(_OF_MOMENT, {"id": decision_id})
    return {found.policy: found for found in map(_decision, rows)}


def scores_of(
    conn: sqlite3.Connection, decision_id: str, policy: str, subject: str
) -> dict[str, tuple[float, float]] | None:
    """The terms (value, weight) that a policy gave to a subject at the moment of a decision; None if not logged."""
    found = of_moment(conn, decision_id).get(policy)
    terms = found.scores.get(subject) if found else None
    return None if terms is None else dict(terms)


def compared(conn: sqlite3.Connection, policy: str, live: str, limit: int) -> list[tuple[Decision, Decision]]:
    """The last moments at which this policy ran in shadow of that one: the live decision and its own, newest first."""
    rows = conn.execute(_COMPARED, (policy, live, limit))
    return [(_decision(row[:9]), _decision(row[9:])) for row in rows]


def sweep(conn: sqlite3.Connection, before: int) -> int:
    """Drop decisions older than that (UTC ms) whose moment led to no tip that was seen; the number dropped."""
    return conn.execute(_UNSEEN, (before,)).rowcount


def erase(conn: sqlite3.Connection, marks: Collection[str]) -> int:
    """Erase the decisions that hold one of these marks, and those of other policies at their moments; how many.

    One that cannot be read may hold any of them, and goes too.
    """
    conn.execute("create temp table named (id text primary key)")
    rows = conn.execute("select id, coalesce(chosen, ''), scores from decision")
    found = [(decision_id,) for decision_id, chosen, scores in rows if _holds(chosen, scores, marks)]
    conn.executemany("insert into named values (?)", found)
    conn.execute(_BESIDE)
    erased = conn.execute("delete from decision where id in (select id from named)").rowcount
    conn.execute("drop table named")
    return erased


def _holds(chosen: str, scores: bytes, marks: Collection[str]) -> bool:
    try:
        text = unpack(scores)
    except DataDamagedError:
        return True
    return any(mark in text or mark == chosen for mark in marks)


def _decision(row: _Row) -> Decision:
    found_id, at, policy, stage, gate, chosen, propensity, packed, moment = row
    scores = {
        subject: {name: (value, weight) for name, (value, weight) in terms.items()}
        for subject, terms in json.loads(unpack(packed)).items()
    }
    return Decision(
        found_id, at, policy, "live" if stage == "live" else "shadow", gate, chosen, propensity, scores, moment
    )
