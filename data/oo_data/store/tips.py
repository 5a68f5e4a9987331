"""The shelf as `refresh` writes it, and the traces that reactions leave beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from oo_data.contracts.tip import SilentSpan
from oo_data.store.shelf import FOREVER as FOREVER

# Causes of a mute. A task ticked in its source is muted until that source is read again; one noted here only, until
# its source stops listing it; one that comes back, for the day.
DONE, DONE_HERE, DONE_TODAY = "done", "done-here", "done-today"


class ShelvedTip(NamedTuple):
    """One row of the shelf; the three texts are sealed. Times are UTC ms.

    `wording` is "model" where a model worded the reason, why it did not where one could have been asked, else empty;
    `asked_id` names the request. `minutes` is how long it may take, where that is known or guessed.
    """

    id: str
    rank: int
    kind: str
    subject: str
    source: str
    consent: str
    decision_id: str
    made_at: int
    valid_from: int
    valid_until: int
    text: bytes
    reason: bytes
    handle: bytes
    wording: str = ""
    asked_id: str = ""
    minutes: int | None = None


def replace_shelf(conn: sqlite3.Connection, now: int, keep: Iterable[str], tips: Iterable[ShelvedTip]) -> None:
    """Put these tips on the shelf in place of all others but `keep`; tips once shown stay as history, off the shelf."""
    kept = tuple(keep)
    marks = ",".join("?" * len(kept))
    conn.execute(
        "delete from tip where rank is null"
        " and not exists (select 1 from event where subject = tip.id and type = 'TipShown')"
    )
    # One picked a moment ago may be on its way to a screen: what leaves the shelf now goes with the next refresh.
    conn.execute(f"update tip set rank = null where id not in ({marks})", kept)  # noqa: S608
    conn.execute("delete from mute where until <= ?", (now,))
    conn.executemany(
        "insert or replace into tip (id, rank, kind, subject, source, consent, decision_id, made_at, valid_from,"
        " valid_until, text, reason, handle, wording, asked_id, minutes) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            (
                t.id, t.rank, t.kind, t.subject, t.source, t.consent, t.decision_id, t.made_at, t.valid_from,
                t.valid_until, t.text, t.reason, t.handle, t.wording, t.asked_id, t.minutes,
            )
            for t in tips
        ),
    )  # fmt: skip


def on_shelf(conn: sqlite3.Connection, now: int) -> list[ShelvedTip]:
    """Tips on the shelf that have not run out, best first."""
    rows = conn.execute(
        "select id, rank, kind, subject, source, consent, decision_id, made_at, valid_from, valid_until, text, reason,"
        " handle, wording, asked_id, minutes from tip where rank is not null and valid_until > ? order by rank",
        (now,),
    )
    return [ShelvedTip(*row) for row in rows]


def replace_silences(conn: sqlite3.Connection, now: int, origin: str, spans: Iterable[SilentSpan]) -> None:
    """Set the spans of one maker anew and drop those that are over."""
    conn.execute("delete from silence where origin = ? or until_at <= ?", (origin, now))
    for span in spans:
        add_silence(conn, span)


def next_silence(conn: sqlite3.Connection, now: int, ambient: bool) -> int | None:
    """When the next span begins that binds whoever asks (UTC ms); budgets, which begin with the day, apart."""
    (begins,) = conn.execute(
        "select min(from_at) from silence where from_at > ? and after_shown = 0 and (binding = 'always' or ?)",
        (now, ambient),
    ).fetchone()
    return None if begins is None else int(begins)


def add_silence(conn: sqlite3.Connection, span: SilentSpan) -> None:
    """One more span, beside those that are made anew at each refresh."""
    conn.execute(
        "insert or replace into silence (id, from_at, until_at, reason, after_shown, binding, origin)"
        " values (?,?,?,?,?,?,?)",
        (span.id, span.from_at, span.until_at, span.reason, span.after_shown, span.binding, span.origin),
    )


def end_silence(conn: sqlite3.Connection, span_id: str) -> None:
    """Take one span away, if it is there."""
    conn.execute("delete from silence where id = ?", (span_id,))


def mute(conn: sqlite3.Connection, subject: str, until: int, cause: str, event_id: str) -> None:
    """Keep one subject off every surface until then (UTC ms)."""
    conn.execute(
        "insert or replace into mute (subject, until, cause, event_id) values (?, ?, ?, ?)",
        (subject, until, cause, event_id),
    )


def cause_of(conn: sqlite3.Connection, event_id: str) -> str | None:
    """Why a reaction muted its subject, or None where that mute is over."""
    row = conn.execute("select cause from mute where event_id = ? limit 1", (event_id,)).fetchone()
    return row[0] if row else None


def unmute(conn: sqlite3.Connection, event_id: str) -> None:
    """Take back what one reaction muted, silences included."""
    conn.execute("delete from mute where event_id = ?", (event_id,))
    conn.execute("delete from silence where id = ?", (event_id,))


def settle_done(conn: sqlite3.Connection, sources: Iterable[str], up_to: int) -> None:
    """Lift the mutes of done tasks that sources, read after event number `up_to`, have told the truth about."""
    seen = "exists (select 1 from event where event.id = mute.event_id and event.seq <= ?)"
    for source in sources:
        conn.execute(
            f"delete from mute where cause = ? and subject in (select subject from tip where source = ?) and {seen}",  # noqa: S608
            (DONE, source, up_to),
        )
    conn.execute(
        f"delete from mute where cause = ? and subject not in (select ref from task) and {seen}",  # noqa: S608
        (DONE_HERE, up_to),
    )


def muted(conn: sqlite3.Connection, now: int, read: Iterable[str] = ()) -> dict[str, int]:
    """Subjects muted now, with the end of it; of sources just `read`, those ticked there are left to their word."""
    names = tuple(read)
    marks = ",".join("?" * len(names))
    rows = conn.execute(
        f"select subject, max(until) from mute where until > ? and not (cause = ? and subject in (select subject"  # noqa: S608
        f" from tip where source in ({marks}))) group by subject",
        (now, DONE, *names),
    )
    return dict(rows.fetchall())


def shown_since(conn: sqlite3.Connection, since: int) -> int:
    """How many different things were shown since then (UTC ms)."""
    (count,) = conn.execute(
        "select count(distinct tip.subject) from event join tip on tip.id = event.subject"
        " where event.type = 'TipShown' and event.at >= ?",
        (since,),
    ).fetchone()
    return int(count)


def run_out(conn: sqlite3.Connection, after: int, until: int) -> set[str]:
    """The ids of tips whose validity ended between two instants (UTC ms)."""
    rows = conn.execute("select id from tip where valid_until > ? and valid_until <= ?", (after, until))
    return {tip_id for (tip_id,) in rows}


def source_of(conn: sqlite3.Connection, subject: str) -> str:
    """The source of what a tip was about; empty where no tip was."""
    row = conn.execute("select source from tip where subject = ? limit 1", (subject,)).fetchone()
    return row[0] if row else ""


def last_about(conn: sqlite3.Connection, subject: str) -> str:
    """The id of the newest tip about something; empty where there was none."""
    row = conn.execute("select id from tip where subject = ? order by made_at desc limit 1", (subject,)).fetchone()
    return row[0] if row else ""


def sealed_texts(conn: sqlite3.Connection) -> dict[str, bytes]:
    """The sealed text of every tip that still has one, by tip id."""
    return dict(conn.execute("select id, text from tip where text is not null").fetchall())


def sweep_words(conn: sqlite3.Connection, before: int) -> int:
    """Drop the sealed words of tips that ran out before then; the number of tips."""
    return conn.execute(
        "update tip set text = null, reason = null, handle = null where valid_until <= ? and text is not null",
        (before,),
    ).rowcount
