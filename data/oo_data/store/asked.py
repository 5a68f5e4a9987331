"""What models were asked: when, how it went, and for a day the very words, sealed."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from oo_data.contracts.llm import PLACES, Alias, consent_key


class Asked(NamedTuple):
    """One request. `verdict` is fixed words: "model" for words or vectors that were used, else what came of it.

    `told`: the person heard of that. `digest` is a keyed reference of what was asked; `sent` and `answer` are sealed,
    None once swept. `at` is UTC ms.
    """

    id: str
    at: int
    consent: str
    version: str
    verdict: str
    millis: int
    tokens: int
    told: bool
    digest: str
    sent: bytes | None
    answer: bytes | None


_COLUMNS = "id, at, consent, version, verdict, millis, tokens, told, digest, sent, answer"


def save(conn: sqlite3.Connection, row: Asked) -> None:
    """Log one request."""
    conn.execute(f"insert into asked ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?)", row)  # noqa: S608 - our own names


def latest(conn: sqlite3.Connection, alias: Alias, limit: int) -> list[Asked]:
    """The last requests to an alias, newest first, in the order they were made whatever the clock said."""
    keys = [consent_key(alias, place) for place in PLACES]
    sql = f"select {_COLUMNS} from asked where consent in (?, ?) order by rowid desc limit ?"  # noqa: S608 - our own names
    return [_asked(row) for row in conn.execute(sql, (*keys, limit))]


def of_tip(conn: sqlite3.Connection, tip_id: str) -> tuple[str, Asked | None]:
    """How a tip came by its words ("" where no model could be asked), and the request, if it is still kept."""
    row = conn.execute("select wording, asked_id from tip where id = ?", (tip_id,)).fetchone()
    if row is None:
        return "", None
    found = conn.execute(f"select {_COLUMNS} from asked where id = ?", (row[1],)).fetchone()  # noqa: S608
    return row[0], _asked(found) if found else None


def tokens_since(conn: sqlite3.Connection, since: int) -> int:
    """The tokens of all requests since then (UTC ms)."""
    (tokens,) = conn.execute("select coalesce(sum(tokens), 0) from asked where at >= ?", (since,)).fetchone()
    return int(tokens)


def sweep(conn: sqlite3.Connection, words_before: int, before: int) -> None:
    """Drop the words of requests older than the one instant (UTC ms), and whole requests older than the other."""
    conn.execute("update asked set sent = null, answer = null where at < ? and sent is not null", (words_before,))
    conn.execute("delete from asked where at < ?", (before,))


def _asked(row: tuple[str, int, str, str, str, int, int, int, str, bytes | None, bytes | None]) -> Asked:
    made = Asked._make(row)
    return made._replace(told=bool(made.told))
