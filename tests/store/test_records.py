"""What is derived from signals: it comes back as it went in, and goes when it should."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.home import open_or_prepare
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value
from oo_data.env import Paths
from oo_data.store import profile, records
from oo_data.store.db import Store
from oo_data.store.records import StoredSnippet
from oo_data.store.shelf import CLOCK_SLACK_MS
from tests.fakes import TUESDAY

REFS = st.text("0123456789abcdef", min_size=1, max_size=24)
SOURCES = st.sampled_from(["todotxt", "todoist"])
TIMES = st.integers(0, 1 << 52)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.none() | st.dates().map(str)
TASK = st.builds(
    TaskFeatures, REFS, SOURCES, DAYS, DAYS, st.integers(1, 4), st.none() | REFS, st.lists(REFS, max_size=3).map(tuple),
    st.none() | TIMES, st.booleans(), st.none() | st.integers(0, 999), st.integers(0, 99), st.none() | TIMES,
    st.integers(0, 99), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 9),
    st.none() | NUMBERS, st.none() | REFS,
)  # fmt: skip
DONE = st.builds(
    TaskCompletion, REFS, SOURCES, TIMES, st.booleans(), DAYS, st.none() | NUMBERS, st.none() | REFS,
    st.integers(1, 4), st.booleans(), st.none() | TIMES, st.lists(REFS, max_size=3).map(tuple), st.none() | NUMBERS,
    st.none() | REFS,
)  # fmt: skip
SNIPPET = st.builds(
    StoredSnippet, REFS, REFS, st.binary(max_size=40), st.lists(REFS, max_size=3).map(tuple), NUMBERS,
    st.integers(0, CLOCK_SLACK_MS), st.integers(1, 1 << 52), st.lists(REFS, max_size=2).map(tuple),
)  # fmt: skip


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """A transaction in a fresh database with two sources."""
    with TemporaryDirectory() as folder:
        store = open_or_prepare(Paths({"OO_HOME": str(Path(folder) / "home")}))
        try:
            with store.write() as conn:
                for source in ("todotxt", "todoist"):
                    profile.connect_source(conn, source, 0, None)
                yield conn
        finally:
            store.close()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(TASK, unique_by=lambda t: t.ref, max_size=4),
    st.lists(DONE, unique_by=lambda d: (d.source, d.ref, d.at), max_size=4),
    st.lists(SNIPPET, unique_by=lambda s: s.agent_id, max_size=4),
)
def test_round_trips(tasks: list[TaskFeatures], done: list[TaskCompletion], said: list[StoredSnippet]) -> None:
    """Every value that the contracts allow comes back equal, from any source."""
    with writing() as conn:
        for source in ("todotxt", "todoist"):
            mine = [task for task in tasks if task.source == source]
            records.replace_tasks(conn, source, 1, mine)
            assert records.count_tasks(conn, source) == len(mine)
        records.add_completions(conn, done)
        records.add_completions(conn, done)
        records.replace_snippets(conn, [], said)
        assert sorted(records.tasks(conn)) == sorted(tasks)
        assert sorted(records.completions(conn, 0), key=repr) == sorted(done, key=repr)
        assert [c.at for c in records.completions(conn, 0)] == sorted(c.at for c in done)
        assert sorted(records.snippets(conn, 0)) == sorted(said)
        assert [s.weight for s in records.snippets(conn, 0)] == sorted((s.weight for s in said), reverse=True)


def task(ref: str, source: str) -> TaskFeatures:
    """A task of which only the reference matters."""
    return TaskFeatures(ref, source, None, None, 1, None, (), None, False, None, 1)


def done(ref: str, source: str, at: int) -> TaskCompletion:
    """A completion of which only reference and time matter."""
    return TaskCompletion(ref, source, at, True, None, None, None, 1, False)


@pytest.fixture
def conn(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction with two sources."""
    with store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        profile.connect_source(conn, "todoist", TUESDAY, None)
        yield conn


def test_one_source_is_replaced_alone(conn: sqlite3.Connection) -> None:
    """A source that could not be read keeps what was known of it."""
    records.replace_tasks(conn, "todotxt", 1, [task("a", "todotxt"), task("b", "todotxt")])
    records.replace_tasks(conn, "todoist", 1, [task("c", "todoist")])
    records.replace_tasks(conn, "todotxt", 2, [task("b", "todotxt")])
    assert {found.ref for found in records.tasks(conn)} == {"b", "c"}


def test_rows_go_with_their_source(conn: sqlite3.Connection) -> None:
    """Nothing is kept of a source that is not there, nor taken in for one."""
    records.replace_tasks(conn, "todotxt", 1, [task("a", "todotxt")])
    records.add_completions(conn, [done("a", "todotxt", 1), done("c", "todoist", 1)])
    conn.execute("delete from source where id = 'todotxt'")
    assert records.tasks(conn) == []
    assert [found.ref for found in records.completions(conn, 0)] == ["c"]
    with pytest.raises(sqlite3.IntegrityError):
        records.replace_tasks(conn, "todotxt", 1, [task("a", "todotxt")])


def test_completions_by_time(conn: sqlite3.Connection) -> None:
    """A look back ends where it should, and undo takes back one task's completions since the reaction only."""
    records.add_completions(conn, [done("a", "todotxt", 5), done("a", "todotxt", 9), done("b", "todotxt", 9)])
    assert [found.at for found in records.completions(conn, 9)] == [9, 9]
    records.drop_completion_at(conn, "todoist", "a", 0)
    records.drop_completion_at(conn, "todotxt", "a", 9)
    assert [(found.ref, found.at) for found in records.completions(conn, 0)] == [("a", 5), ("b", 9)]


@pytest.mark.parametrize(
    "value", [1.5, "a1b2", (1.0, 0.0), {"a": 1.0}, MappingProxyType({"a": 1.0})], ids=lambda v: type(v).__name__
)
def test_features_by_key(conn: sqlite3.Connection, value: Value) -> None:
    """Each kind of value is kept as JSON, and the latest is the one that counts."""
    records.save_features(conn, [Feature("k", 0.0, 1, 2, ("source.todotxt",))])
    records.save_features(conn, [Feature("k", value, 3, 4, ("source.todoist", "source.todotxt"))])
    ((stored, *rest),) = conn.execute("select value, computed_at, fresh_until, provenance from feature").fetchall()
    plain = dict(value) if isinstance(value, MappingProxyType) else list(value) if isinstance(value, tuple) else value
    assert json.loads(stored) == plain
    assert rest == [3, 4, "source.todoist source.todotxt"]
    (feature,) = records.features(conn).values()
    assert feature._replace(value=0.0) == Feature("k", 0.0, 3, 4, ("source.todoist", "source.todotxt"))


def test_snippets_are_replaced_by_agent(conn: sqlite3.Connection) -> None:
    """An agent that has nothing more to say is silent; one that did not run keeps its word until it runs out."""

    def said(agent: str, expires_at: int) -> StoredSnippet:
        return StoredSnippet(agent, "1", b"sealed", (), 0.5, TUESDAY, expires_at, ())

    records.replace_snippets(conn, ["a", "b"], [said("a", TUESDAY + 1), said("b", TUESDAY + 2)])
    records.replace_snippets(conn, ["a"], [])
    assert [found.agent_id for found in records.snippets(conn, TUESDAY + 1)] == ["b"]
    assert records.snippets(conn, TUESDAY + 2) == []
    assert len(records.snippets(conn, TUESDAY - CLOCK_SLACK_MS)) == 1
    assert records.snippets(conn, TUESDAY - CLOCK_SLACK_MS - 1) == []  # the clock was set back


def test_the_last_run_of_each_agent(conn: sqlite3.Connection) -> None:
    """One row an agent, the latest."""
    records.save_run(conn, "a", "1", 1, "ValueError", 3)
    records.save_run(conn, "a", "2", 2, "ok", 4)
    records.save_run(conn, "b", "1", 1, "ok", 5)
    assert records.runs(conn) == {"a": ("2", 2, "ok", 4), "b": ("1", 1, "ok", 5)}
