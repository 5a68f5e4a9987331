"""Policies: their stages, what they have learnt, and what became of what they chose."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from oo_data.contracts.tip import Decision

# A reaction that stands, or the measured silence, with the tip it was about; the newest first.
_OUTCOMES = """
select e.seq, e.at, e.subject, t.decision_id, t.subject,
  case e.type when 'TipIgnored' then 'ignored' else json_extract(e.data, '$.reaction') end,
  coalesce(json_extract(e.data, '$.reason'), '')
from event e join tip t on t.id = e.subject
where e.type in ('FeedbackGiven', 'TipIgnored') and e.seq > ?
  and not exists (select 1 from event u where u.subject = e.id and u.type = 'FeedbackUndone')
  and not exists (
    select 1 from event n where n.subject = e.subject and n.type in ('FeedbackGiven', 'TipIgnored') and n.seq > e.seq
      and not exists (select 1 from event u where u.subject = n.id and u.type = 'FeedbackUndone'))
order by e.seq desc limit ?
"""
_SEEN = """
select t.subject, e.at,
  case e.type when 'TipShown' then 'shown' when 'TipIgnored' then 'ignored'
    else json_extract(e.data, '$.reaction') end
from event e join tip t on t.id = e.subject
where e.type in ('TipShown', 'TipIgnored', 'FeedbackGiven') and e.at >= ? order by e.at
"""
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


class Stage(NamedTuple):
    """Where a policy stands (live, shadow or off), and since when (UTC ms)."""

    stage: str
    since: int


class StoredModel(NamedTuple):
    """What a policy has learnt, as JSON of numbers and references; `at` is UTC ms."""

    version: str
    at: int
    state: str


class Outcome(NamedTuple):
    """What became of a tip that was seen: done, later, no or ignored. `seq` is the place of the event that says so."""

    seq: int
    at: int
    tip_id: str
    decision_id: str
    subject: str
    reaction: str
    reason: str


class Seen(NamedTuple):
    """One thing that happened to a subject on a surface: shown, ignored, or a reaction. `at` is UTC ms."""

    subject: str
    at: int
    what: str


def stages(conn: sqlite3.Connection) -> dict[str, Stage]:
    """The stage of every policy that was ever moved."""
    return {name: Stage(stage, since) for name, stage, since in conn.execute("select id, stage, since from policy")}


def set_stage(conn: sqlite3.Connection, policy: str, stage: str, at: int) -> None:
    """Move a policy to a stage."""
    conn.execute("insert or replace into policy (id, stage, since) values (?, ?, ?)", (policy, stage, at))


def model(conn: sqlite3.Connection, name: str) -> StoredModel | None:
    """What a policy has learnt, or None."""
    row = conn.execute("select version, at, state from model where name = ?", (name,)).fetchone()
    return StoredModel(*row) if row else None


def save_model(conn: sqlite3.Connection, name: str, learnt: StoredModel) -> None:
    """Keep what a policy has learnt, in place of what it knew before."""
    conn.execute("insert or replace into model (name, version, at, state) values (?, ?, ?, ?)", (name, *learnt))


def outcomes(conn: sqlite3.Connection, after: int, limit: int) -> list[Outcome]:
    """The newest outcomes after an event number, oldest first; reactions that were taken back are none."""
    return [Outcome(*row) for row in conn.execute(_OUTCOMES, (after, limit)).fetchall()[::-1]]


def taken_back(conn: sqlite3.Connection, up_to: int) -> bool:
    """Whether a reaction with a number up to this one was taken back after it."""
    (found,) = conn.execute(
        "select exists (select 1 from event u join event e on e.id = u.subject"
        " where u.type = 'FeedbackUndone' and u.seq > :seq and e.seq <= :seq)",
        {"seq": up_to},
    ).fetchone()
    return bool(found)


def seen(conn: sqlite3.Connection, since: int) -> list[Seen]:
    """What was shown and how it fared since then (UTC ms), oldest first."""
    return [Seen(*row) for row in conn.execute(_SEEN, (since,))]


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


def _decision(row: tuple[str, int, str, str, str, str | None, float, str, str]) -> Decision:
    found_id, at, policy, stage, gate, chosen, propensity, scores, moment = row
    loaded = {
        subject: {name: (value, weight) for name, (value, weight) in terms.items()}
        for subject, terms in json.loads(scores).items()
    }
    return Decision(
        found_id, at, policy, "live" if stage == "live" else "shadow", gate, chosen, propensity, loaded, moment
    )
