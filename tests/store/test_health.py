"""Faults of a database that is there: found, and told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from oo_data import errors
from oo_data.store import db, health, profile
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


@pytest.mark.parametrize("damage", [break_a_page, break_a_reference])
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
