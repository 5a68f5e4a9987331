"""The person's own word on a task's effort: kept by reference while the task is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.signal import Stated
from oo_data.store import effort, profile, records
from oo_data.store.db import Store


@pytest.fixture
def conn(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction with two sources of one open task each."""
    with store.write() as conn:
        for source in ("todotxt", "todoist"):
            profile.connect_source(conn, source, 1, None)
            task = TaskFeatures(f"{source}-ref", source, None, None, 1, None, (), None, False, None, 1)
            records.replace_tasks(conn, source, 1, [task])
        yield conn


def test_what_was_said_is_kept_and_taken_back(conn: sqlite3.Connection) -> None:
    """The last word counts, half a word is one, and taking it back leaves none."""
    effort.save(conn, "a", "todotxt", Stated(20, None), 1)
    effort.save(conn, "a", "todotxt", Stated(20, "low"), 2)
    effort.save(conn, "b", "todoist", Stated(None, "high"), 3)
    assert effort.stated(conn) == {"a": Stated(20, "low"), "b": Stated(None, "high")}
    assert [effort.drop(conn, "a"), effort.drop(conn, "a")] == [True, False]
    assert effort.stated(conn) == {"b": Stated(None, "high")}


def test_only_levels_that_exist(conn: sqlite3.Connection) -> None:
    """No other word can be stored as a level, and no effort without its source."""
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute("insert into effort values ('a', 'todotxt', 1, 'the dentist', 1)")
    with pytest.raises(sqlite3.IntegrityError):
        effort.save(conn, "a", "nowhere", Stated(1, None), 1)


def test_the_word_goes_with_the_task(conn: sqlite3.Connection) -> None:
    """Once a task is done or gone, nothing is kept of what was said about it."""
    effort.save(conn, "todotxt-ref", "todotxt", Stated(5, "low"), 1)
    effort.save(conn, "gone", "todoist", Stated(60, "high"), 1)
    assert effort.sweep(conn) == 1
    assert list(effort.stated(conn)) == ["todotxt-ref"]
