"""The two tables: the person's word is never written over, and no embedder reads another's vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.store import areas, profile, records, vectors
from oo_data.store.areas import AreaRow
from oo_data.store.vectors import StoredVector
from tests.fakes import FixedClock, house_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with one connected source."""
    house = house_at(tmp_path, FixedClock())
    with house.store.write() as conn:
        profile.connect_source(conn, "todoist", 1, None)
    yield house
    house.close()


def row(ref: str, area: str, origin: str, at: int = 1) -> AreaRow:
    """One area."""
    return AreaRow(ref, "todoist", area, origin, at)


def test_the_persons_word_stays(house: House) -> None:
    """Inference neither overwrites nor drops it, and it takes the place of what was inferred."""
    conn = house.store.conn
    with house.store.write():
        areas.save(conn, [row("a", "home", "user"), row("b", "home", "inferred")])
        areas.save(conn, [row("a", "work", "inferred", 2), row("b", "work", "user", 2)])
        assert areas.drop(conn, ["a", "b", "c"], "inferred") == 0
    assert areas.rows(conn) == {"a": row("a", "home", "user"), "b": row("b", "work", "user", 2)}
    with house.store.write():
        assert areas.drop(conn, ["a"], "user") == 1
        areas.save(conn, [row("c", "home", "inferred"), row("c", "money", "inferred", 3)])
    assert areas.rows(conn)["c"] == row("c", "money", "inferred", 3)


def test_sweep_keeps_what_counts(house: House) -> None:
    """An inferred area goes once neither task, completion, routine nor project is known; the person's own stays."""
    conn = house.store.conn
    task = TaskFeatures("t", "todoist", None, None, 1, "tp", (), None, False, None, 1, routine_ref="tr")
    done = TaskCompletion("d", "todoist", 1, True, None, None, "dp", 1, False, routine_ref="dr")
    with house.store.write():
        records.replace_tasks(conn, "todoist", 1, [task])
        records.add_completions(conn, [done])
        areas.save(conn, [row(ref, "home", "inferred") for ref in ("t", "tp", "tr", "d", "dp", "dr", "gone")])
        areas.save(conn, [row("own", "home", "user")])
        areas.sweep(conn)
    assert set(areas.rows(conn)) == {"t", "tp", "tr", "d", "dp", "dr", "own"}


def test_vectors_by_embedder(house: House) -> None:
    """One embedder's vectors are invisible to another, and go as soon as another takes over."""
    conn = house.store.conn
    with house.store.write():
        vectors.save(conn, [StoredVector(ref, "old@1", "todoist", b"1", 1) for ref in ("a", "b")])
        vectors.save(conn, [StoredVector(ref, "new@1", "todoist", b"2", 1) for ref in ("a", "c")])
    assert vectors.refs(conn, "old@1") == {"a", "b"}
    assert vectors.sealed(conn, "new@1", ["a", "b", "c"]) == {"a": b"2", "c": b"2"}
    with house.store.write():
        vectors.drop(conn, {"new@1"}, ["c"])
    assert [set(vectors.refs(conn, name)) for name in ("old@1", "new@1")] == [set(), {"a"}]


def test_disconnecting_takes_both(house: House) -> None:
    """Areas and vectors belong to their source."""
    conn = house.store.conn
    with house.store.write():
        areas.save(conn, [row("a", "home", "user")])
        vectors.save(conn, [StoredVector("a", "x@1", "todoist", b"1", 1)])
        conn.execute("delete from source")
    assert (areas.rows(conn), vectors.refs(conn, "x@1")) == ({}, frozenset())
