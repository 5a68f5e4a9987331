"""What a source tells of the past: each completion counts once, whoever noted it first, and not once it was undone."""

from __future__ import annotations

import sqlite3

import pytest

from oo_data.contracts.event import FeedbackGiven, FeedbackUndone
from oo_data.contracts.feature import TaskCompletion
from oo_data.store import events, history, profile, records
from oo_data.store.db import Store
from tests.fakes import DAY, MINUTE, TUESDAY

SECOND = 1_000


@pytest.fixture
def conn(store: Store) -> sqlite3.Connection:
    """A database with one source."""
    profile.connect_source(store.conn, "todoist", TUESDAY, None)
    return store.conn


def completion(at: int, recurring: bool = False, ref: str = "ref") -> TaskCompletion:
    """A task that was done so long after Tuesday morning."""
    return TaskCompletion(ref, "todoist", TUESDAY + at, True, None, None, None, 1, recurring)


def tick_here(conn: sqlite3.Connection, recurring: bool) -> None:
    """A task that was ticked in oO on Tuesday morning."""
    events.append(conn, "e", TUESDAY, FeedbackGiven("tip", "ref", "done", "", 0))
    records.add_completions(conn, [completion(0, recurring)])


def known(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """What counts, by reference and time after Tuesday morning."""
    return sorted((each.ref, each.at - TUESDAY) for each in records.completions(conn, 0))


def test_told_twice_it_counts_once(conn: sqlite3.Connection) -> None:
    """Two tellings of one completion differ by seconds; a later one of a task that comes back is another."""
    assert history.keep(conn, [completion(0, True), completion(DAY, True)]) == 2
    assert history.keep(conn, [completion(2 * SECOND, True), completion(0, True, "other")]) == 1
    assert known(conn) == [("other", 0), ("ref", 0), ("ref", DAY)]


@pytest.mark.parametrize(
    ("recurring", "later", "fresh"),
    [
        (True, 10 * MINUTE, 0), (True, 11 * MINUTE, 1), (True, -10 * MINUTE, 0), (True, -11 * MINUTE, 1),
        (False, 20 * DAY, 0), (False, 31 * DAY, 1),
    ],
)  # fmt: skip
def test_ticked_here_and_told_of_there(conn: sqlite3.Connection, recurring: bool, later: int, fresh: int) -> None:
    """The source's own word for a tick made in oO is the same completion, also where it waited to be sent."""
    tick_here(conn, recurring)
    assert history.keep(conn, [completion(later, recurring)]) == fresh


def test_a_tick_that_was_undone_stays_undone(conn: sqlite3.Connection) -> None:
    """The log of the source still tells of a repeating task whose date was put back; it is not done for that."""
    tick_here(conn, recurring=True)
    events.append(conn, "u", TUESDAY + MINUTE, FeedbackUndone("e", "ref"))
    history.retract(conn, [completion(0, True)])
    assert history.keep(conn, [completion(SECOND, True)]) == 0
    assert known(conn) == []


def test_taken_back_it_is_gone(conn: sqlite3.Connection) -> None:
    """Of a task that comes back one completion, of any other all that came before."""
    records.add_completions(
        conn, [completion(at, again, ref) for again, ref in ((True, "r"), (False, "s")) for at in (0, DAY)]
    )
    history.retract(conn, [completion(DAY, True, "r"), completion(DAY, False, "s")])
    assert known(conn) == [("r", 0)]


def test_how_far_it_is_known(conn: sqlite3.Connection) -> None:
    """Of each source by itself, and nothing before the first look or of a source that is not there."""
    assert history.progress(conn, "todoist") is None
    history.set_progress(conn, "todoist", "2026-11-30")
    assert (history.progress(conn, "todoist"), history.progress(conn, "todotxt")) == ("2026-11-30", None)
