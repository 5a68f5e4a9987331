"""Policies: their stages, what they have learnt, and what became of what they chose."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

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
