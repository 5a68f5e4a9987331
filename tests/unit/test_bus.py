"""The bus: what it refuses, that log and delivery agree with the transaction, and that subscribers cannot do harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.bus import Bus, validate
from oo_data.contracts import event as contract
from oo_data.contracts.event import Event, FeedbackGiven, SnippetEmitted, SourceConnected, SourceRefreshed, TipShown
from oo_data.contracts.tip import REASONS
from oo_data.store import db, events, migrations
from tests.unit.examples import NOW

SHOWN = TipShown("0123abcd", "ref", "tip")
CONNECTED = SourceConnected("todotxt")
IMPOSTER = type("TipShown", (TipShown,), {})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[db.Store]:
    """An empty, migrated store."""
    path = str(tmp_path / "data" / "oo.db")
    migrations.prepare(path)
    opened = db.open_store(path)
    yield opened
    opened.close()


def logged(store: db.Store) -> list[tuple[str, int, Event]]:
    """The log, oldest first."""
    return [(entry.id, entry.at, entry.event) for entry in events.since(store.conn, 0)]


@pytest.mark.parametrize(
    "event",
    [
        SHOWN,
        FeedbackGiven("0123abcd.tip.42", "advice.time-of-day", "no", "not relevant", 0),
        *(FeedbackGiven("t", "r", "no", reason, NOW) for reason in REASONS),
        SnippetEmitted("overdue-task", "1.0.0+b", 0.25),
        SourceRefreshed("", 0, 10**6),
        CONNECTED._replace(subject="a" * 96),
    ],
)
def test_references_numbers_and_fixed_words_pass(event: Event) -> None:
    """Ids, references, versions, consent keys, numbers and the reasons a person can give."""
    validate(event)


@pytest.mark.parametrize(
    "event",
    [
        SHOWN._replace(subject="Buy milk"),
        SHOWN._replace(about="Buy\nmilk"),
        SHOWN._replace(surface="tip\x00"),
        SHOWN._replace(surface="tip "),
        SHOWN._replace(surface="Café"),
        SHOWN._replace(about="http://x/y"),
        SHOWN._replace(subject="a" * 97),
        SHOWN._replace(about=cast(Any, None)),
        SHOWN._replace(about=cast(Any, b"ref")),
        SHOWN._replace(about=cast(Any, ("ref",))),
        SourceRefreshed("todotxt", cast(Any, "3 tasks"), 0),
        IMPOSTER(*SHOWN),
        cast(Any, ("0123abcd", "ref", "tip")),
        cast(Any, None),
    ],
)
def test_everything_else_is_refused(event: Event, store: db.Store) -> None:
    """Text, foreign values and foreign types are refused, nothing is logged, and the refusal quotes nothing."""
    bus = Bus()
    bus.subscribe(lambda _: pytest.fail("delivered"))
    with store.write() as conn, pytest.raises(ValueError, match=r"^(unknown event type|\w+ carries [a-z ]+)$"):
        bus.publish(conn, event, NOW)
    bus.deliver()
    assert (logged(store), bus.failures) == ([], 0)


@given(st.lists(st.from_regex(r"\A[a-z0-9.]{1,9}\Z"), min_size=2, max_size=6).map(" ".join))
def test_no_sentence_passes(sentence: str) -> None:
    """Harmless words become text as soon as a blank joins them."""
    with pytest.raises(ValueError, match="carries text"):
        validate(SHOWN._replace(subject=sentence))


@given(st.text(min_size=1).filter(lambda text: not (text.isascii() and text.isprintable())))
def test_nothing_beyond_plain_ascii_passes(text: str) -> None:
    """Neither a control character nor a letter beyond ASCII gets into the log, whatever stands around it."""
    with pytest.raises(ValueError, match="carries text"):
        validate(SHOWN._replace(about=f"a{text}b"))


@pytest.mark.parametrize("kind", contract.EVENTS.values(), ids=list(contract.EVENTS))
def test_every_event_survives_the_log(kind: type[Event], store: db.Store) -> None:
    """Each kind of the closed union comes back from the log as it was published, at its time, under its id."""
    fields = kind.__annotations__
    sample = {"str": "x-1", "int": 3, "float": 0.5}
    event = kind(**{name: cast(Any, sample[of.__forward_arg__]) for name, of in fields.items()})
    with store.write() as conn:
        event_id = Bus().publish(conn, event, NOW)
    assert logged(store) == [(event_id, NOW, event)]


def test_delivery_waits_and_keeps_order(store: db.Store) -> None:
    """Subscribers hear of events after the commit, once, each in the order of publishing."""
    bus, heard = Bus(), list[tuple[str, Event]]()
    bus.subscribe(lambda event: heard.append(("a", event)))
    bus.subscribe(lambda event: heard.append(("b", event)))
    with store.write() as conn:
        bus.publish(conn, SHOWN, NOW)
        bus.publish(conn, CONNECTED, NOW)
        assert heard == []
    bus.deliver()
    bus.deliver()
    assert heard == [("a", SHOWN), ("b", SHOWN), ("a", CONNECTED), ("b", CONNECTED)]
    assert [event for _, _, event in logged(store)] == [SHOWN, CONNECTED]


def test_an_id_happens_once(store: db.Store) -> None:
    """Publishing the same id again changes nothing and is not delivered again."""
    bus, heard = Bus(), list[Event]()
    bus.subscribe(heard.append)
    for event, at in ((SHOWN, NOW), (CONNECTED, NOW + 1)):
        with store.write() as conn:
            assert bus.publish(conn, event, at, "the-id") == "the-id"
        bus.deliver()
    assert heard == [SHOWN]
    assert logged(store) == [("the-id", NOW, SHOWN)]


def test_a_failing_subscriber_is_alone(store: db.Store) -> None:
    """What one subscriber raises is counted and keeps nothing from the others."""
    bus, heard = Bus(), list[Event]()

    def broken(event: Event) -> None:
        raise RuntimeError("broken")

    bus.subscribe(broken)
    bus.subscribe(heard.append)
    with store.write() as conn:
        bus.publish(conn, SHOWN, NOW)
        bus.publish(conn, CONNECTED, NOW)
    bus.deliver()
    assert (heard, bus.failures) == ([SHOWN, CONNECTED], 2)


def test_a_subscriber_may_publish(store: db.Store) -> None:
    """An event published during delivery is delivered in its turn."""
    bus, heard = Bus(), list[Event]()

    def answer(event: Event) -> None:
        if event is SHOWN:
            with store.write() as conn:
                bus.publish(conn, CONNECTED, NOW)

    bus.subscribe(answer)
    bus.subscribe(heard.append)
    with store.write() as conn:
        bus.publish(conn, SHOWN, NOW)
    bus.deliver()
    assert (heard, bus.failures) == ([SHOWN, CONNECTED], 0)


def test_what_was_rolled_back_is_not_delivered(store: db.Store) -> None:
    """An event whose transaction failed is neither in the log nor delivered."""
    bus, heard = Bus(), list[Event]()
    bus.subscribe(heard.append)
    with store.write() as conn:
        bus.publish(conn, SHOWN, NOW)
        conn.execute("rollback")
        conn.execute("begin")
    bus.deliver()
    assert (heard, logged(store)) == ([], [])


def test_a_reader_goes_on_where_it_was(store: db.Store) -> None:
    """Each reader has its own place, kept past the process and past what was erased, and never set back."""
    bus = Bus()
    with store.write() as conn:
        ids = [bus.publish(conn, SHOWN, NOW + at) for at in range(5)]
    first = bus.unread(store.conn, "a", 2)
    assert [entry.id for entry in first] == ids[:2]
    with store.write() as conn:
        bus.keep_place(conn, "a", first[-1].seq)
        bus.keep_place(conn, "a", first[0].seq)
        conn.execute("delete from event where id in (?, ?)", (ids[1], ids[4]))
    with store.write() as conn:
        newest = bus.publish(conn, CONNECTED, NOW)
    later = Bus()
    assert [entry.id for entry in later.unread(store.conn, "a", 9)] == [ids[2], ids[3], newest]
    assert (later.count_unread(store.conn, "a"), later.count_unread(store.conn, "b")) == (3, 4)


def test_a_place_is_kept_with_the_work_or_not_at_all(store: db.Store) -> None:
    """A reader whose own write fails is handed the same events again."""
    bus = Bus()
    with store.write() as conn:
        bus.publish(conn, SHOWN, NOW)
    with suppress(RuntimeError), store.write() as conn:
        bus.keep_place(conn, "a", 1)
        raise RuntimeError
    assert bus.count_unread(store.conn, "a") == 1
