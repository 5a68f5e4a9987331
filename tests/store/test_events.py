"""The log: every type of event comes back as it was, in the order it happened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_data.contracts.event import EVENTS, ConsentChanged, Event, SourceFailed, TipShown, data_of, kind_of
from oo_data.store import events
from oo_data.store.db import Store, append_event

FIELDS: dict[type, st.SearchStrategy[object]] = {
    str: st.text(st.characters(codec="utf-8"), max_size=30),
    int: st.integers(),
    float: st.floats(allow_nan=False),
}


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of one type, by the types of its fields."""
    return st.builds(kind, **{name: FIELDS[hint] for name, hint in get_type_hints(kind).items()})


@pytest.fixture
def conn(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction."""
    with store.write() as conn:
        yield conn


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(data=st.data())
def test_round_trip(conn: sqlite3.Connection, kind: type[Event], data: st.DataObject) -> None:
    """An event of any type of the closed union comes back equal, with its time and a place of its own."""
    event = data.draw(any_of(kind))
    before = events.last_seq(conn)
    assert events.append(conn, f"id.{before}", 42, event)
    (logged,) = events.since(conn, before)
    assert logged == events.Logged(before + 1, f"id.{before}", 42, event)
    assert type(logged.event) is kind
    assert events.latest(conn, (kind,), 1) == [logged]
    assert events.last_seq(conn) == before + 1


def test_the_union_is_closed() -> None:
    """Every type has a name of its own under which it is found again, and nothing else is an event."""
    assert set(EVENTS.values()) == set(get_args(Event))
    assert all(name == kind.__name__ for name, kind in EVENTS.items())
    assert kind_of(TipShown("t", "r", "tip")) == "TipShown"
    assert data_of(TipShown("t", "r", "tip")) == {"about": "r", "surface": "tip"}


@pytest.fixture
def logged(conn: sqlite3.Connection) -> sqlite3.Connection:
    """Six events whose times do not follow their order."""
    for number, at in enumerate((30, 10, 20)):
        events.append(conn, f"shown.{number}", at, TipShown(f"t{number}", "r", "tip"))
        events.append(conn, f"consent.{number}", at, ConsentChanged("source.todotxt", number % 2))
    return conn


def names(entries: Iterator[events.Logged] | list[events.Logged]) -> list[str]:
    """The ids, in the order they came."""
    return [entry.id for entry in entries]


def test_reading_in_order(logged: sqlite3.Connection) -> None:
    """By place and never by clock: forwards from a place, backwards from the end, by type and up to a limit."""
    assert names(events.since(logged, 0, (TipShown,))) == ["shown.0", "shown.1", "shown.2"]
    assert names(events.since(logged, 3)) == ["consent.1", "shown.2", "consent.2"]
    assert names(events.since(logged, 0, (), 2)) == ["shown.0", "consent.0"]
    assert names(events.since(logged, 0, (SourceFailed,))) == []
    assert names(events.latest(logged, (TipShown, ConsentChanged), 3)) == ["consent.2", "shown.2", "consent.1"]
    assert names(events.latest(logged, (TipShown,), 9)) == ["shown.2", "shown.1", "shown.0"]


def test_the_last_tip_shown(logged: sqlite3.Connection) -> None:
    """Of one tip or of any, by place; None where there is none."""
    found = [events.last_shown(logged), events.last_shown(logged, "t1")]
    assert [entry.id for entry in found if entry] == ["shown.2", "shown.1"]
    assert events.last_shown(logged, "other") is None


@pytest.mark.parametrize("data", ["no object at all", "[1]", "7"])
def test_a_row_that_no_oo_wrote(conn: sqlite3.Connection, data: str) -> None:
    """The admin screen shows it as it lies there."""
    append_event(conn, "e", 1, "TipShown", "t", data)
    assert [entry.fields for entry in events.page(conn, 10)] == [{"data": data}]


def test_the_same_id_is_the_same_event(logged: sqlite3.Connection) -> None:
    """A reaction that is sent twice is logged once, and the first stays."""
    assert not events.append(logged, "shown.1", 99, TipShown("other", "r", "face"))
    assert [entry.at for entry in events.since(logged, 0, (TipShown,))] == [30, 10, 20]


def test_places_are_never_given_twice(logged: sqlite3.Connection) -> None:
    """After an erasure a reader that goes on from its last place misses nothing."""
    last = events.last_seq(logged)
    logged.execute("delete from event")
    assert events.last_seq(logged) == 0
    events.append(logged, "new", 1, TipShown("t", "r", "tip"))
    assert names(events.since(logged, last)) == ["new"]
