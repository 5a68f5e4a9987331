"""Faults of a database that is there: found, and told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from oo_data import errors
from oo_data.contracts.tip import Decision
from oo_data.store import db, decisions, health, profile
from oo_data.store.db import Store


def break_a_page(store: Store) -> None:
    """Overwrite the page that holds the last table of the file."""
    store.close()
    with open(store.path, "r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)


def break_a_reference(store: Store) -> None:
    """A task of a source that is not there."""
    store.conn.execute("pragma foreign_keys=off")
    store.conn.execute(
        "insert into task (ref, source, priority, label_refs, recurring, words, seen_at)"
        " values ('r', 'gone', 1, '', 0, 1, 1)"
    )


def break_a_name(store: Store) -> None:
    """A bit of a column's name is another: every page is sound, and statements do not know it any more."""
    change(store, b"last_error text", b"last_errpr text")


def break_a_value(store: Store) -> None:
    """A bit of a value that oO wrote as JSON is another."""
    store.conn.execute("insert into pref values ('global', 'tips.per_day', 'user', '[1 2]', 0, 1)")


def break_a_packed_value(store: Store) -> None:
    """A bit of the scores of a decision is another."""
    with store.write() as conn:
        decisions.save(conn, Decision("d", 1, "urgency", "live", "open", "a", 1.0, {"a": {"due": (1.0, 2.0)}}))
    ((packed,),) = store.conn.execute("select scores from decision").fetchall()
    change(store, packed, bytes((*packed[:9], packed[9] ^ 1, *packed[10:])))


def change(store: Store, old: bytes, new: bytes) -> None:
    """Bytes of the file are others."""
    store.close()
    path = Path(store.path)
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize("damage", [break_a_page, break_a_reference, break_a_name, break_a_value, break_a_packed_value])
def test_health(store: Store, damage: Callable[[Store], None]) -> None:
    """A fault that no query would meet by chance is found, and told."""
    health.check(store.conn)
    damage(store)
    with pytest.raises(errors.DataDamagedError), closing(db.open_store(store.path)) as again:
        health.check(again.conn)


@pytest.mark.parametrize("look", [health.check, lambda conn: health.reading(lambda: profile.sources(conn))])
def test_a_look_that_fails_is_told(store: Store, look: Callable[[sqlite3.Connection], object]) -> None:
    """Whoever looks at a database that cannot be read gets one of our own errors."""
    look(store.conn)
    store.close()
    with pytest.raises(errors.OoError):
        look(store.conn)


def test_a_column_that_was_lost_is_damage(store: Store) -> None:
    """A statement that names it tells damage, not a bug."""
    break_a_name(store)
    with closing(db.open_store(store.path)) as again, pytest.raises(errors.DataDamagedError):
        health.reading(lambda: profile.sources(again.conn))


def test_a_schema_in_no_encoding_is_damage(store: Store) -> None:
    """What SQLite quotes of it cannot even be read by Python."""
    change(store, b"CREATE TABLE source", b"CREAT\xf1 TABLE source")
    with pytest.raises(errors.DataDamagedError):
        db.open_store(store.path)


@pytest.mark.parametrize(
    ("damage", "error", "found"),
    [
        (None, sqlite3.OperationalError("no such table: tip"), errors.DataDamagedError),
        (None, KeyError("a task"), None),
        (break_a_reference, KeyError("a task"), errors.DataDamagedError),
    ],
)
def test_what_an_unforeseen_error_comes_from(
    store: Store, damage: Callable[[Store], None] | None, error: Exception, found: type[errors.OoError] | None
) -> None:
    """Only where the database is sound is an error called a bug of oO's, and its text is never told on."""
    if damage is not None:
        damage(store)
    told = health.behind(error, store)
    assert (type(told) if told else None) is found
    assert told is None or "a task" not in told.line()
    assert health.behind(KeyError("before a database is open"), None) is None
