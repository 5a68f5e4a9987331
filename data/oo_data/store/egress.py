"""The egress ledger: what left this machine, when, to whom, and by which consent."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from oo_data.errors import ConsentMissingError
from oo_data.store.db import Store


class EgressRow(NamedTuple):
    """One outbound request, without its content. A row still `sending` may be from a process that died."""

    id: str
    at: int
    host: str
    purpose: str
    consent: str
    categories: tuple[str, ...]
    bytes_out: int = 0
    bytes_in: int = 0
    status: str = "sending"


def begin(store: Store, row: EgressRow) -> None:
    """Record a request that is about to be sent; only its identity counts, bytes and status start anew.

    Raises `ConsentMissingError` unless the consent holds in this very transaction, so that a withdrawal which
    commits first always wins.
    """
    with store.write() as conn:
        check(conn, row.consent)
        conn.execute(
            "insert into egress values (?, ?, ?, ?, ?, ?, 0, 0, 'sending')",
            (row.id, row.at, row.host, row.purpose, row.consent, ",".join(row.categories)),
        )


def check(conn: sqlite3.Connection, consent: str) -> None:
    """Raise `ConsentMissingError` unless the consent holds."""
    found = conn.execute("select granted from consent where key = ?", (consent,)).fetchone()
    if found is None or not found[0]:
        raise ConsentMissingError("You have not allowed this.", f"Allow it with: oo consent grant {consent}")


def finish(store: Store, id: str, bytes_out: int, bytes_in: int, status: str) -> None:
    """Complete the row of a request with what really went over the wire."""
    with store.write() as conn:
        conn.execute(
            "update egress set bytes_out = ?, bytes_in = ?, status = ? where id = ?",
            (bytes_out, bytes_in, status, id),
        )


def recent(store: Store, limit: int) -> list[EgressRow]:
    """The latest requests, newest first, in the order they were made whatever the clock said."""
    return page(store.conn, limit)


def page(conn: sqlite3.Connection, limit: int, find: str = "", after: str = "") -> list[EgressRow]:
    """At most `limit` requests made before the one named `after`, newest first; those whose words hold `find`."""
    rows = conn.execute(
        "select id, at, host, purpose, consent, categories, bytes_out, bytes_in, status from egress"
        " where (:after = '' or rowid < (select rowid from egress where id = :after))"
        " and (:find = '' or instr(lower(host || ' ' || purpose || ' ' || consent || ' ' || categories"
        " || ' ' || status), :find)) order by rowid desc limit :limit",
        {"after": after, "find": find.lower(), "limit": limit},
    )
    return [
        EgressRow(id, at, host, purpose, consent, tuple(filter(None, categories.split(","))), out, back, status)
        for id, at, host, purpose, consent, categories, out, back, status in rows
    ]


class Total(NamedTuple):
    """What went to one host for one purpose: requests, bytes, and when the last one was made (UTC ms)."""

    host: str
    purpose: str
    requests: int
    bytes_out: int
    bytes_in: int
    last_at: int


def totals(conn: sqlite3.Connection) -> list[Total]:
    """The ledger summed by host and purpose, the most talked to first."""
    rows = conn.execute(
        "select host, purpose, count(*), sum(bytes_out), sum(bytes_in), max(at) from egress"
        " group by host, purpose order by sum(bytes_out) desc, host, purpose"
    )
    return [Total(*row) for row in rows]


def count_since(conn: sqlite3.Connection, purpose: str, since: int) -> int:
    """How many requests were sent since then (UTC ms) whose purpose begins so, also those that failed."""
    sql = "select count(*) from egress where substr(purpose, 1, ?) = ? and at >= ?"
    (count,) = conn.execute(sql, (len(purpose), purpose, since)).fetchone()
    return int(count)


def hosts(conn: sqlite3.Connection, purpose: str) -> list[str]:
    """Where requests went whose purpose begins so."""
    rows = conn.execute("select distinct host from egress where substr(purpose, 1, ?) = ?", (len(purpose), purpose))
    return sorted(host for (host,) in rows)


def sweep(store: Store, before_ms: int) -> int:
    """Delete rows older than `before_ms`; how many there were."""
    with store.write() as conn:
        return conn.execute("delete from egress where at < ?", (before_ms,)).rowcount
