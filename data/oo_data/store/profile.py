"""The person's own settings: consents, preferences with their source, connected sources, sealed secrets, meta."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from oo_data.contracts.agent import ParamValue
from oo_data.contracts.profile import Pref

KEPT_CHANGES = 20  # of each preference
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
    """Save preferences beside those of other sources; a person's own value is never overwritten by inference.

    A value that is no other than before keeps its time; where the one in force became another, that is logged.
    """
    for p in prefs:
        conn.execute(
            "insert into pref (scope, key, source, value, evidence, at) values (?, ?, ?, ?, ?, ?)"
            " on conflict (scope, key, source) do update set evidence = excluded.evidence, value = excluded.value,"
            " at = case when value = excluded.value then at else excluded.at end",
            (p.scope, p.key, p.source, json.dumps(p.value), p.evidence, p.at),
        )
        _log(conn, p.scope, p.key, p.at)


def drop_pref(conn: sqlite3.Connection, scope: str, key: str, source: str, at: int | None = None) -> bool:
    """Remove one source's value; whether there was one. With a time (UTC ms), what is in force instead is logged."""
    dropped = conn.execute("delete from pref where scope=? and key=? and source=?", (scope, key, source)).rowcount == 1
    if dropped and at is not None:
        _log(conn, scope, key, at)
    return dropped


def prefs(conn: sqlite3.Connection) -> dict[tuple[str, str], Pref]:
    """The value in force for each preference: user before inferred before default."""
    return _in_force(conn.execute("select scope, key, source, value, evidence, at from pref").fetchall())


def inferred(conn: sqlite3.Connection, scope: str, key: str) -> Pref | None:
    """What was worked out for a preference, also where the person's own value is in force."""
    rows = conn.execute(
        "select scope, key, source, value, evidence, at from pref where scope = ? and key = ? and source = 'inferred'",
        (scope, key),
    )
    return _in_force(rows.fetchall()).get((scope, key))


class PrefChange(NamedTuple):
    """A value coming into force. None stands for the default of whoever asks; `at` is UTC ms."""

    source: str
    value: ParamValue | None
    evidence: int
    at: int


def pref_changes(conn: sqlite3.Connection, scope: str, key: str) -> list[PrefChange]:
    """How the value in force came to be, newest first."""
    rows = conn.execute(
        "select source, value, evidence, at from pref_log where scope = ? and key = ? order by seq desc", (scope, key)
    )
    return [PrefChange(source, None if text is None else _value(text), count, at) for source, text, count, at in rows]


def prefs_changed_at(conn: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """When each preference that ever changed did so last (UTC ms)."""
    rows = conn.execute("select scope, key, at, max(seq) from pref_log group by scope, key")
    return {(scope, key): at for scope, key, at, _ in rows}


def _in_force(rows: Iterable[tuple[str, str, str, str, int, int]]) -> dict[tuple[str, str], Pref]:
    return {
        (scope, key): Pref(scope, key, source, _value(text), evidence, at)
        for scope, key, source, text, evidence, at in sorted(rows, key=lambda row: _STRENGTH[row[2]])
    }


def _log(conn: sqlite3.Connection, scope: str, key: str, at: int) -> None:
    """Note what is in force now, where that is news; a default that nothing came before is none."""
    rows = conn.execute(
        "select scope, key, source, value, evidence, at from pref where scope = ? and key = ?", (scope, key)
    )
    pref = _in_force(rows.fetchall()).get((scope, key), Pref(scope, key, "default", (), 0, at))
    value = None if pref.source == "default" else pref.value
    last = next(iter(pref_changes(conn, scope, key)), PrefChange("default", None, 0, 0))
    if pref.source == last.source and _same(value, last.value):
        return
    conn.execute(
        "insert into pref_log (scope, key, source, value, evidence, at) values (?, ?, ?, ?, ?, ?)",
        (scope, key, pref.source, None if value is None else json.dumps(value), pref.evidence, at),
    )
    conn.execute(
        "delete from pref_log where scope = :scope and key = :key and seq not in"
        " (select seq from pref_log where scope = :scope and key = :key order by seq desc limit :kept)",
        {"scope": scope, "key": key, "kept": KEPT_CHANGES},
    )


def _same(one: ParamValue | None, other: ParamValue | None) -> bool:
    """Whether two values are told alike: a measure that moved by less than a hundredth is no change of mind."""
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=0.01, abs_tol=0.005)
    return one == other


def _value(text: str) -> ParamValue:
    loaded: float | str | list[int] = json.loads(text)
    return tuple(loaded) if isinstance(loaded, list) else loaded


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
    conn.execute("delete from secret where substr(name, 1, length(:it) + 1) = :it || '.'", {"it": source})


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


def drop_meta(conn: sqlite3.Connection, key: str) -> int:
    """Let go of such a fact; how many there were."""
    return conn.execute("delete from meta where key = ?", (key,)).rowcount


def outdate_shelf(conn: sqlite3.Connection) -> None:
    """Have the next look at the shelf refresh first: something it was made from has changed."""
    conn.execute("update meta set value = 'outdated' where key = 'utc-offset'")


def meta(conn: sqlite3.Connection, key: str) -> str | None:
    """A fact about this installation, or None."""
    row = conn.execute("select value from meta where key = ?", (key,)).fetchone()
    return row[0] if row else None
