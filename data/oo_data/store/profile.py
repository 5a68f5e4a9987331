"""The person's own settings: consents, preferences with their source, connected sources, sealed secrets, meta."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from oo_data.contracts.profile import Pref

_STRENGTH = {"user": 2, "inferred": 1, "default": 0}


def set_consent(conn: sqlite3.Connection, key: str, granted: bool, at: int) -> None:
    """Record a consent or its withdrawal."""
    conn.execute("insert or replace into consent values (?, ?, ?)", (key, int(granted), at))


def consents(conn: sqlite3.Connection) -> dict[str, tuple[bool, int]]:
    """Every consent ever asked for: whether it holds, and since when (UTC ms)."""
    return {key: (bool(granted), at) for key, granted, at in conn.execute("select key, granted, at from consent")}


def granted(conn: sqlite3.Connection) -> frozenset[str]:
    """The consents that hold now."""
    return frozenset(key for (key,) in conn.execute("select key from consent where granted = 1"))


def save_prefs(conn: sqlite3.Connection, prefs: Iterable[Pref]) -> None:
    """Save preferences beside those of other sources; a person's own value is never overwritten by inference."""
    conn.executemany(
        "insert or replace into pref (scope, key, source, value, evidence, at) values (?, ?, ?, ?, ?, ?)",
        ((p.scope, p.key, p.source, json.dumps(p.value), p.evidence, p.at) for p in prefs),
    )


def drop_pref(conn: sqlite3.Connection, scope: str, key: str, source: str) -> bool:
    """Remove one source's value; whether there was one."""
    return conn.execute("delete from pref where scope=? and key=? and source=?", (scope, key, source)).rowcount == 1


def prefs(conn: sqlite3.Connection) -> dict[tuple[str, str], Pref]:
    """The value in force for each preference: user before inferred before default."""
    best: dict[tuple[str, str], Pref] = {}
    for scope, key, source, value, evidence, at in conn.execute(
        "select scope, key, source, value, evidence, at from pref"
    ):
        loaded = json.loads(value)
        pref = Pref(scope, key, source, tuple(loaded) if isinstance(loaded, list) else loaded, evidence, at)
        known = best.get((scope, key))
        if known is None or _STRENGTH[source] > _STRENGTH[known.source]:
            best[scope, key] = pref
    return best


class SourceState(NamedTuple):
    """A connected source and how it fares. `watch_path` is the local file that tells of changes, if any."""

    id: str
    connected_at: int
    watch_path: str | None
    watch_mark: str | None
    last_ok_at: int | None
    last_error: str | None
    failures: int


def connect_source(conn: sqlite3.Connection, source: str, at: int, watch_path: str | None) -> None:
    """Remember a source as connected; connecting anew changes only the file it watches."""
    conn.execute(
        "insert into source (id, connected_at, watch_path) values (?, ?, ?)"
        " on conflict (id) do update set watch_path = excluded.watch_path, watch_mark = null",
        (source, at, watch_path),
    )


def sources(conn: sqlite3.Connection) -> dict[str, SourceState]:
    """All connected sources."""
    rows = conn.execute(
        "select id, connected_at, watch_path, watch_mark, last_ok_at, last_error, failures from source order by id"
    )
    return {row[0]: SourceState(*row) for row in rows}


def source_read(conn: sqlite3.Connection, source: str, at: int, mark: str | None) -> None:
    """A source was read without trouble."""
    conn.execute(
        "update source set last_ok_at = ?, watch_mark = ?, last_error = null, failures = 0 where id = ?",
        (at, mark, source),
    )


def source_failed(conn: sqlite3.Connection, source: str, error: str, mark: str | None = None) -> None:
    """A source could not be read; `error` is a class name of ours. Until its file changes it is not tried again."""
    conn.execute(
        "update source set last_error = ?, failures = failures + 1, watch_mark = coalesce(?, watch_mark) where id = ?",
        (error, mark, source),
    )


def set_mark(conn: sqlite3.Connection, source: str, mark: str) -> None:
    """Take the watched file as known in its present state."""
    conn.execute("update source set watch_mark = ? where id = ?", (mark, source))


def save_secret(conn: sqlite3.Connection, name: str, sealed: bytes, at: int) -> None:
    """Keep a sealed secret by name."""
    conn.execute("insert or replace into secret values (?, ?, ?)", (name, sealed, at))


def secret(conn: sqlite3.Connection, name: str) -> bytes | None:
    """A sealed secret, or None."""
    row = conn.execute("select sealed from secret where name = ?", (name,)).fetchone()
    return row[0] if row else None


def drop_secrets(conn: sqlite3.Connection, source: str) -> None:
    """Remove a source's sealed secrets."""
    conn.execute("delete from secret where name like ? || '.%'", (source,))


def secrets(conn: sqlite3.Connection) -> dict[str, bytes]:
    """Every sealed secret by name."""
    return dict(conn.execute("select name, sealed from secret").fetchall())


def note_problems(conn: sqlite3.Connection, source: str, problems: tuple[str, ...]) -> bool:
    """Remember what a source complained of (fixed words, never its text); whether it is something new."""
    key, told = f"problems.{source}", "\n".join(problems)
    if (meta(conn, key) or "") == told:
        return False
    set_meta(conn, key, told)
    return True


def set_meta(conn: sqlite3.Connection, key: str, value: str) -> None:
    """A fact about this installation, not about the person."""
    conn.execute("insert or replace into meta values (?, ?)", (key, value))


def meta(conn: sqlite3.Connection, key: str) -> str | None:
    """A fact about this installation, or None."""
    row = conn.execute("select value from meta where key = ?", (key,)).fetchone()
    return row[0] if row else None
