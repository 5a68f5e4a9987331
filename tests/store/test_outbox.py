"""The outbox: order, states, what may be dropped, and how long anything is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_data.store import outbox, profile
from oo_data.store.db import Store
from oo_data.store.outbox import Counts, Outcome, Settled, Waiting
from tests.fakes import DAY, TUESDAY

SENT, REFUSED = Outcome("sent"), Outcome("refused", "FORBIDDEN")
PERHAPS, UNSENT = Outcome("waiting", "timed-out"), Outcome("unsent", "refused")


def row(name: str, at: int = TUESDAY, source: str = "todoist") -> Waiting:
    """A write whose reaction has the same name."""
    return Waiting(name, source, f"event-{name}", "close", b"sealed", at)


@pytest.fixture
def queued(store: Store) -> Store:
    """Three writes to one source and one to another."""
    with store.write() as conn:
        for source in ("todoist", "todotxt"):
            profile.connect_source(conn, source, TUESDAY, None)
        for name in ("c", "a", "b"):
            outbox.put(conn, row(name))
        outbox.put(conn, row("z", source="todotxt"))
    return store


def names(store: Store, source: str = "todoist") -> list[str]:
    """What waits for a source."""
    return [waiting.uuid for waiting in outbox.waiting(store.conn, source)]


def settle(store: Store, name: str, outcome: Outcome, tried: bool = True) -> None:
    """One sending and its end."""
    with store.write() as conn:
        if tried:
            outbox.tried(conn, [name])
        outbox.settle(conn, name, outcome)


def test_the_order_is_that_of_queueing(queued: Store) -> None:
    """Whatever the clock and the uuids say, what was queued first goes first, and after a rebuild too."""
    assert names(queued) == ["c", "a", "b"]
    settle(queued, "c", SENT)
    queued.conn.execute("vacuum")
    with queued.write() as conn:
        outbox.put(conn, row("0", TUESDAY - DAY))
    assert names(queued) == ["a", "b", "0"]
    assert names(queued, "todotxt") == ["z"]


def test_what_waits_comes_back_as_it_was_put(queued: Store) -> None:
    """A row is read back whole."""
    assert outbox.waiting(queued.conn, "todoist")[0] == row("c")
    assert outbox.of_event(queued.conn, "event-c") == Settled(row("c"), "waiting", "")
    assert outbox.of_event(queued.conn, "event-none") is None


@pytest.mark.parametrize(
    ("outcome", "state", "word", "tries"),
    [
        (SENT, "sent", "", 1),
        (Outcome("sent", "gone"), "sent", "gone", 1),
        (REFUSED, "refused", "FORBIDDEN", 1),
        (PERHAPS, "waiting", "timed-out", 1),
        (UNSENT, "waiting", "refused", 0),
    ],
)
def test_how_a_sending_ends(queued: Store, outcome: Outcome, state: str, word: str, tries: int) -> None:
    """Only what may have arrived counts as tried, and what is settled waits no more."""
    settle(queued, "a", outcome)
    found = outbox.of_event(queued.conn, "event-a")
    assert found == Settled(row("a")._replace(tries=tries), state, word)
    assert ("a" in names(queued)) == (state == "waiting")


def test_what_is_settled_stays_so(queued: Store) -> None:
    """A late answer of another process changes nothing, and nothing settled may be sent again."""
    settle(queued, "a", SENT)
    settle(queued, "a", REFUSED)
    found = outbox.of_event(queued.conn, "event-a")
    assert found is not None
    assert (found.state, found.word, found.row.tries) == ("sent", "", 1)
    with queued.write() as conn:
        assert outbox.tried(conn, ["a", "b", "gone"]) == frozenset("b")


def test_only_what_was_never_tried_can_be_dropped(queued: Store) -> None:
    """A write that may have arrived is not simply removed; one that certainly did not is."""
    settle(queued, "a", PERHAPS)
    settle(queued, "b", UNSENT)
    with queued.write() as conn:
        assert not outbox.drop_waiting(conn, "event-a")
        assert outbox.drop_waiting(conn, "event-b")
        assert outbox.drop_waiting(conn, "event-c")
        assert not outbox.drop_waiting(conn, "event-c")
    assert names(queued) == ["a"]
    settle(queued, "a", UNSENT)
    with queued.write() as conn:
        assert not outbox.drop_waiting(conn, "event-a"), "its first try may have arrived"


def test_a_body_is_fixed_by_the_first_try(queued: Store) -> None:
    """What is repeated under one uuid is the same thing each time."""
    with queued.write() as conn:
        outbox.rewrite(conn, "a", b"completed")
        outbox.tried(conn, ["a"])
        outbox.rewrite(conn, "a", b"another")
    found = outbox.of_event(queued.conn, "event-a")
    assert found is not None
    assert found.row.body == b"completed"


def test_counts(queued: Store) -> None:
    """Waiting and refused writes are counted, with what stands in the way of the oldest."""
    assert outbox.counts(queued.conn) == Counts(4, 0, "")
    settle(queued, "c", SENT)
    settle(queued, "a", REFUSED)
    settle(queued, "b", PERHAPS)
    settle(queued, "z", UNSENT)
    assert outbox.counts(queued.conn) == Counts(2, 1, "timed-out")


def test_a_source_is_dropped_whole(queued: Store) -> None:
    """Nothing is left of one source's writes, settled or not, and another's stay."""
    settle(queued, "a", SENT)
    with queued.write() as conn:
        assert outbox.drop_source(conn, "todoist") == 2
    assert outbox.of_event(queued.conn, "event-a") is None
    assert names(queued, "todotxt") == ["z"]


def test_the_sweep(queued: Store) -> None:
    """Settled writes lose their bodies first and then go; what waits is never swept."""
    settle(queued, "a", SENT)
    settle(queued, "b", REFUSED)
    with queued.write() as conn:
        outbox.sweep(conn, TUESDAY, TUESDAY + 1)
    bodies = dict(queued.conn.execute("select uuid, body from outbox").fetchall())
    assert bodies == {"a": b"", "b": b"", "c": b"sealed", "z": b"sealed"}
    with queued.write() as conn:
        outbox.sweep(conn, TUESDAY + 1, TUESDAY + 1)
    assert names(queued) == ["c"]
    assert outbox.of_event(queued.conn, "event-a") is None


@given(st.lists(st.sampled_from([SENT, REFUSED, PERHAPS, UNSENT]), max_size=8))
def test_tries_never_fall_below_what_may_have_arrived(outcomes: list[Outcome]) -> None:
    """However sendings end, the count is that of those that may have arrived, up to the one that settled it."""
    import sqlite3

    from oo_data.store.schema import V1, V2

    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.executescript(V1 + V2)
    profile.connect_source(conn, "todoist", TUESDAY, None)
    outbox.put(conn, row("a"))
    arrived = 0
    for outcome in outcomes:
        if outbox.tried(conn, ["a"]):
            outbox.settle(conn, "a", outcome)
            arrived += outcome.state != "unsent"
    found = outbox.of_event(conn, "event-a")
    conn.close()
    assert found is not None
    assert found.row.tries == arrived
