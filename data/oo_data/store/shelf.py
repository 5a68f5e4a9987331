"""What may be shown now: the pick behind every door, its words, and the record that it was shown.

On the path of `oo tip`: plain rows, no contracts, no decoding beyond a split.
"""

import os
import sqlite3
import stat
import time

from oo_data.env import Paths
from oo_data.store.db import Store, append_event

CLOCK_SLACK_MS = 300_000  # a clock may step back this far before what was made counts as of a time to come
SAME_SHOWING_MS = 600_000  # one impression of the tip seen last within this time, however many surfaces show it
FOREVER = 1 << 52  # later than any clock will say: the end of a mute that only its source ends
WORDS_NAME = "words"

TIP = "tip"
SILENCE = "silence"
STALE = "stale"
NO_SOURCE = "no-source"

# What takes longer than there is until the next appointment comes last; the person's word on it goes before a guess.
_CANDIDATE = """
select id, subject, kind, valid_until, decision_id from tip indexed by tip_rank
where rank is not null and valid_from <= :now + :slack and valid_until > :now
  and not exists (select 1 from mute where mute.subject = tip.subject and mute.until > :now)
  and exists (select 1 from consent where key = tip.consent and granted = 1)
order by valid_from > :now, coalesce(
  coalesce((select minutes from effort where ref = tip.subject), tip.minutes) * 60000
    > (select min(from_at) from busy where from_at > :now) - :now, 0), rank limit 1
"""
_NARROWED = _CANDIDATE.replace("order by", "and tip.subject in (select value from json_each(:among)) order by")
# Against the pace counts what still waits for an answer: who answers is there, and what came before may come again.
_SILENCE = """
select reason, until_at from silence
where from_at <= :now and until_at > :now and (binding = 'always' or :ambient)
  and (after_shown = 0 or after_shown <= (
    select count(distinct tip.subject) from event join tip on tip.id = event.subject
    where event.type = 'TipShown' and event.at between silence.from_at and :now + :slack and tip.subject is not :subject
    and (silence.origin <> 'moment' or (
      exists (select 1 from tip as waiting where waiting.subject = tip.subject and waiting.rank is not null)
      and not exists (select 1 from mute where mute.subject = tip.subject and mute.until > :now)))))
  and (silence.origin <> 'moment' or after_shown = 0 or not exists (
    select 1 from event join tip on tip.id = event.subject
    where event.type = 'TipShown' and event.at >= silence.from_at and tip.subject = :subject))
order by until_at desc limit 1
"""

# What waits although it is on the shelf: put off, not wanted for a while, or done for the day.
_WAITING = """
select min(ends) from (
  select max(mute.until) as ends from tip indexed by tip_rank join mute on mute.subject = tip.subject
  where rank is not null and valid_until > :now and mute.until > :now
    and exists (select 1 from consent where key = tip.consent and granted = 1)
  group by mute.subject) where ends < :forever
"""

_LAST_SHOWN = "select subject, at from event indexed by event_type where type = 'TipShown' order by seq desc limit 1"


class Pick:
    """The answer for one moment. `kind` is TIP, SILENCE, STALE (refresh first) or NO_SOURCE.

    `until` (UTC ms) is the end of the tip or silence; of a stale shelf, when the first of all that waits comes back.
    """

    __slots__ = ("decision_id", "kind", "reason", "subject", "tip_id", "tip_kind", "until")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.tip_id = self.subject = self.tip_kind = self.decision_id = self.reason = ""
        self.until = 0


def pick(store: Store, now: int, ambient: bool, among: str = "") -> Pick:
    """The first tip that is still true, or why there is none.

    `ambient` surfaces speak by themselves, so defaults bind them too; a typed command is bound by the person's own
    word only. `among` (a JSON list of subjects) narrows the choice.
    """
    conn = store.conn
    watched = conn.execute("select watch_path, watch_mark from source").fetchall()
    if not watched:
        return Pick(NO_SOURCE)
    if any(path is not None and mark_of(path) != mark for path, mark in watched):
        return Pick(STALE)
    (offset,) = conn.execute("select value from meta where key = 'utc-offset'").fetchone() or ("",)
    if offset and offset != utc_offset(now):
        return Pick(STALE)  # in another zone, days and quiet hours begin at another time
    if among:
        row = conn.execute(_NARROWED, {"now": now, "slack": CLOCK_SLACK_MS, "among": among}).fetchone()
    else:
        row = conn.execute(_CANDIDATE, {"now": now, "slack": CLOCK_SLACK_MS}).fetchone()
    quiet = {"now": now, "slack": CLOCK_SLACK_MS, "ambient": ambient, "subject": row[1] if row else None}
    held = conn.execute(_SILENCE, quiet).fetchone()
    if held:
        found = Pick(SILENCE)
        found.reason, found.until = held
    elif row:
        found = Pick(TIP)
        found.tip_id, found.subject, found.tip_kind, found.until, found.decision_id = row
    else:
        found = Pick(STALE)
        (until,) = conn.execute(_WAITING, {"now": now, "forever": FOREVER}).fetchone()
        found.until = until or 0
    return found


def utc_offset(now: int) -> str:
    """The machine's offset from UTC at an instant, in seconds."""
    return str(time.localtime(now / 1000).tm_gmtoff)


def mark_of(path: str) -> str:
    """What a watched file looks like from outside; another mark means another content."""
    try:
        found = os.stat(path)
    except OSError:
        return "absent"
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"


def record_shown(store: Store, now: int, surface: str, picked: Pick) -> None:
    """Log that the tip was seen; once in ten minutes while it is the one seen last, however often it is printed."""
    data = f'{{"about": "{picked.subject}", "surface": "{surface}"}}'
    with store.write() as conn:
        last = conn.execute(_LAST_SHOWN).fetchone()
        if last is None or last[0] != picked.tip_id or abs(now - last[1]) >= SAME_SHOWING_MS:
            append_event(conn, os.urandom(10).hex(), now, "TipShown", picked.tip_id, data)


def read_words(paths: Paths, tip_id: str) -> tuple[str, str, str] | None:
    """Text, reason and handle (JSON) of a tip from memory; None where memory does not hold them."""
    for folder in paths.memory_dirs():
        try:
            # Somebody else may have been there first: never wait for a pipe, never take their words.
            fd = os.open(f"{folder}/{WORDS_NAME}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        found = os.fstat(fd)
        if found.st_uid != os.getuid() or not stat.S_ISREG(found.st_mode):
            os.close(fd)
            continue
        with open(fd, encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith(tip_id):
                    _, text, reason, handle = line.rstrip("\n").split("\t")
                    return text, reason, handle
    return None


def tip_row(conn: sqlite3.Connection, tip_id: str) -> tuple[str, str, str, bytes | None, bytes | None, bytes | None]:
    """Subject, source, decision and the sealed text, reason and handle of one tip."""
    row = conn.execute(
        "select subject, source, decision_id, text, reason, handle from tip where id = ?", (tip_id,)
    ).fetchone()
    return row if row else ("", "", "", None, None, None)
