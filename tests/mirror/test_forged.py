"""What another home may say: whatever no oO of this person would have sent changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oo_cli.usecases import converge
from oo_data.contracts.event import Envelope, Event, FeedbackGiven, FeedbackUndone, PrefInferred, PrefSet, TipShown
from oo_data.store import events, tips
from tests.fakes import DAY, HOUR
from tests.mirror.homes import Home, held

SOUND = FeedbackGiven("tip", "ref", "no", "", 1)
FORGED: dict[str, Callable[[Envelope], Envelope]] = {
    "of a kind that is not shared": lambda e: e._replace(event=TipShown("tip", "ref", "tip")),
    "with an id that is text": lambda e: e._replace(id="ring the bell"),
    "without an id": lambda e: e._replace(id=""),
    "of a home that is text": lambda e: e._replace(home="a home; drop table"),
    "before all time": lambda e: e._replace(at=-1),
    "after all time": lambda e: e._replace(at=1 << 60),
    "with a clock beyond all": lambda e: e._replace(clock=1 << 60),
    "with text": lambda e: e._replace(event=SOUND._replace(about="call the bank")),
    "with another reaction": lambda e: e._replace(event=SOUND._replace(reaction="buy")),
    "with another reason": lambda e: e._replace(event=SOUND._replace(reason="because")),
    "until beyond all": lambda e: e._replace(event=SOUND._replace(until=1 << 60)),
    "with evidence below none": lambda e: e._replace(event=PrefInferred("time-of-day.quiet_start", -1, "i3")),
}


def envelope_for(home: Home, event: Event = SOUND) -> Envelope:
    """An event as another home of the person would have sent it."""
    return proven(home, Envelope("0123", "elsewhere", home.clock.now, 1, event, home.clock.now))


def proven(home: Home, envelope: Envelope) -> Envelope:
    """The same with the proof of one who has the key."""
    return envelope._replace(proof=converge.proof_of(home.house, envelope))


def merged(home: Home, *found: Envelope) -> int:
    """Take events over."""
    with home.house.store.write():
        return converge.merge(home.house, found, "here")


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_no_home_would_say_is_left(three: list[Home], forged: Callable[[Envelope], Envelope]) -> None:
    """Nothing of it is logged, and nothing kept quiet; the sound event beside it is taken."""
    desk = three[1]
    sound = envelope_for(desk)
    before = events.total(desk.house.store.conn)
    assert merged(desk, proven(desk, forged(sound)), proven(desk, sound._replace(home="here"))) == 0
    assert events.total(desk.house.store.conn) == before
    assert (merged(desk, sound), merged(desk, sound)) == (1, 0)


CHANGED: dict[str, Callable[[Envelope], Envelope]] = {
    "no proof": lambda e: e._replace(proof=""),
    "another proof": lambda e: e._replace(proof="0" * 64),
    "text for a proof": lambda e: e._replace(proof="ü"),
    "another id": lambda e: e._replace(id="9876"),
    "another home": lambda e: e._replace(home="nowhere"),
    "another time": lambda e: e._replace(at=e.at + 1),
    "another clock": lambda e: e._replace(clock=e.clock + 1),
    "another task": lambda e: e._replace(event=SOUND._replace(about="other")),
    "another end": lambda e: e._replace(event=SOUND._replace(until=2)),
    "another kind": lambda e: e._replace(event=FeedbackUndone("tip", "ref")),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_who_has_not_the_key_can_say_nothing(three: list[Home], changed: Callable[[Envelope], Envelope]) -> None:
    """Whoever reads and writes the stream can neither make an event up nor change one."""
    desk = three[1]
    before = events.total(desk.house.store.conn)
    assert merged(desk, changed(envelope_for(desk))) == 0
    assert events.total(desk.house.store.conn) == before


def test_the_order_of_arrival_does_not_matter(three: list[Home]) -> None:
    """A reaction whose undoing is here already keeps nothing quiet."""
    desk = three[1]
    given = envelope_for(desk, SOUND._replace(until=tips.FOREVER))
    undone = envelope_for(desk, FeedbackUndone(given.id, "ref"))._replace(id="undone")
    undone = proven(desk, undone)
    assert merged(desk, undone, given) == 2
    assert "ref" not in tips.muted(desk.house.store.conn, desk.clock.now)
    assert merged(desk, proven(desk, given._replace(id="again"))) == 1
    assert "ref" in tips.muted(desk.house.store.conn, desk.clock.now)


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("global.tips.per_day", "i1000"), ("global.tips.per_day", "f3.0"), ("global.tips.per_day", "wmany"),
        ("global.face.theme", "wpink"), ("time-of-day.quiet_start", "i99"), ("time-of-day.quiet_start", "I9"),
        ("focus-area.preferred_areas", "Wbank"), ("nobody.knows", "i1"), ("global", "i1"), ("", "i1"),
        ("global.tips.per_day", "3"), ("global.tips.per_day", "i"), ("global.tips.per_day", "x3"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [PrefSet, PrefInferred])
def test_a_value_that_a_setting_does_not_take_is_not_set(
    three: list[Home], kind: type[Event], subject: str, value: str
) -> None:
    """It is in the log, as what was said, and changes nothing."""
    desk = three[1]
    before = held(desk.house, desk.clock.now)["prefs"]
    event: Event = PrefSet(subject, value) if kind is PrefSet else PrefInferred(subject, 5, value)
    assert merged(desk, envelope_for(desk, event)) == 1
    assert held(desk.house, desk.clock.now)["prefs"] == before


def test_what_was_forgotten_does_not_come_back(three: list[Home]) -> None:
    """A reaction on a task, or in a span, that was forgotten here is left in the stream."""
    desk = three[1]
    with desk.house.store.write() as conn:
        conn.execute("insert into forgotten values ('ref', 'todoist', 0, ?)", (tips.FOREVER,))
        conn.execute("insert into forgotten values ('', '', ?, ?)", (desk.clock.now - DAY, desk.clock.now))
    undone = FeedbackUndone("some-event", "other")
    early = proven(desk, envelope_for(desk, undone)._replace(at=desk.clock.now - HOUR))
    assert merged(desk, envelope_for(desk), early) == 0
    assert merged(desk, proven(desk, early._replace(id="later", at=desk.clock.now))) == 1
