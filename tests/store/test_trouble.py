"""Writing in trouble: a full disk, a lock that is none, a program that knows nothing of it."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from oo_data import errors
from oo_data.store import profile
from oo_data.store.db import Store

ROOM = resource.getrlimit(resource.RLIMIT_FSIZE)


def full(store: Store, other: sqlite3.Connection) -> None:
    """No page can be added any more."""
    (pages,) = store.conn.execute("pragma page_count").fetchone()
    store.conn.execute(f"pragma max_page_count={pages}")


def held(store: Store, other: sqlite3.Connection) -> None:
    """A program that knows nothing of our lock is writing."""
    other.execute("begin exclusive")


def being_read(store: Store, other: sqlite3.Connection) -> None:
    """A program is in the middle of reading, so that a commit must wait."""
    other.execute("begin")
    other.execute("select * from meta").fetchall()


def no_room(store: Store, other: sqlite3.Connection) -> None:
    """The disk takes no more, which comes out only at the commit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(store.path), ROOM[1]))


def no_lock_file(store: Store, other: sqlite3.Connection) -> None:
    """Something else stands where the lock belongs."""
    lock = Path(store.path).with_name("write.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()


def linked_lock_file(store: Store, other: sqlite3.Connection) -> None:
    """Somebody put a link where the lock belongs, so that we would create what it names."""
    lock = Path(store.path).with_name("write.lock")
    lock.unlink(missing_ok=True)
    lock.symlink_to(lock.with_name("victim"))


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (full, errors.CannotWriteError),
        (held, errors.DataLockedError),
        (being_read, errors.DataLockedError),
        (no_room, errors.CannotWriteError),
        (no_lock_file, errors.CannotWriteError),
        (linked_lock_file, errors.CannotWriteError),
    ],
)
def test_write_in_trouble(
    store: Store, trouble: Callable[[Store, sqlite3.Connection], None], expected: type[Exception]
) -> None:
    """A write that cannot begin or commit is told, changes nothing, and works again once the trouble is over."""
    before = list(store.conn.iterdump())
    store.conn.execute("pragma busy_timeout=20")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        trouble(store, other)
        try:
            with pytest.raises(expected), store.write() as conn:
                profile.set_meta(conn, "a", "x" * 100_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, ROOM)
    assert not store.conn.in_transaction
    assert list(store.conn.iterdump()) == before
    lock = Path(store.path).with_name("write.lock")
    assert not lock.with_name("victim").exists()
    if lock.is_dir():
        lock.rmdir()
    else:
        lock.unlink()
    store.conn.execute("pragma max_page_count=1000")
    with store.write() as conn:
        profile.set_meta(conn, "a", "x" * 100_000)
    assert profile.meta(store.conn, "a") == "x" * 100_000


def test_without_a_lock_file_a_reader_is_told(store: Store) -> None:
    """A home that cannot be written has no queue to stand in."""
    no_lock_file(store, store.conn)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        held(store, other)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            profile.meta(store.conn, "a")
