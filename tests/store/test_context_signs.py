"""Contexts that come on by a sign: with consent only, without a trace of the sign itself, and gone with the consent."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases import agenda, consent, contexts
from oo_cli.usecases.add import add_task
from oo_cli.usecases.refresh import refresh, shelf_to_be
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.store import contexts as store
from tests.fakes import FixedClock, house_at

OFFICE, HOME = "aa:aa:aa:aa:aa:01", "aa:aa:aa:aa:aa:02"


class Place:
    """Where the machine is; counts how often it was asked."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {"network": OFFICE}
        self.asked = 0

    def signs(self, house: House) -> dict[str, str]:
        """What is seen there."""
        self.asked += 1
        return self.seen


@pytest.fixture
def place() -> Place:
    """At the office."""
    return Place()


@pytest.fixture
def house(tmp_path: Path, place: Place) -> House:
    """A home with one task, whose machine knows where it is."""
    made = house_at(tmp_path, FixedClock())
    made.doors = made.doors._replace(signs=place.signs)
    add_task(made, "Print the report @work")
    refresh(made)
    return made


def how(house: House) -> dict[str, str]:
    """How each context is on."""
    return {known.name: known.how for known in contexts.listing(house)}


def test_nothing_is_looked_at_without_consent(house: House, place: Place) -> None:
    """No sign is read before the person allowed it, and none can be bound."""
    with pytest.raises(ConsentMissingError):
        contexts.bind(house, "work", "network")
    refresh(house)
    assert place.asked == 0


def test_a_context_follows_its_place(house: House, place: Place) -> None:
    """It is on where it was bound, off elsewhere, on again there; each move makes the shelf stale."""
    consent.grant(house, contexts.AUTO)
    contexts.bind(house, "work", "network")
    assert how(house) == {"work": "by a sign"}
    assert contexts.active_refs(house, house.clock.now_ms())
    refresh(house)
    place.seen = {"network": HOME}
    assert agenda.look(house).overdue
    refresh(house)
    assert how(house) == {"work": ""}
    place.seen = {"network": OFFICE, "battery": "battery"}
    refresh(house)
    assert how(house) == {"work": "by a sign"}


def test_a_preview_of_the_shelf_moves_nothing(house: House, place: Place) -> None:
    """Looking at what a refresh would make reads no sign and writes nothing."""
    consent.grant(house, contexts.AUTO)
    contexts.bind(house, "work", "network")
    place.seen, before = {"network": HOME}, list(house.store.conn.iterdump())
    asked = place.asked
    shelf_to_be(house)
    assert (list(house.store.conn.iterdump()), place.asked) == (before, asked)


def test_what_was_switched_on_by_hand_stays_on(house: House, place: Place) -> None:
    """A sign switches nothing off that the person switched on."""
    consent.grant(house, contexts.AUTO)
    contexts.bind(house, "work", "network")
    contexts.switch(house, "work")
    place.seen = {}
    refresh(house)
    assert how(house) == {"work": "by hand"}


def test_what_is_not_seen_cannot_be_bound(house: House) -> None:
    """Binding to a battery while plugged in is an error with a next step, and keeps nothing."""
    consent.grant(house, contexts.AUTO)
    with pytest.raises(BadUsageError):
        contexts.bind(house, "train", "battery")
    assert how(house) == {}


def test_no_address_is_kept(house: House) -> None:
    """The database holds a keyed reference, and neither the address nor its bytes."""
    consent.grant(house, contexts.AUTO)
    contexts.bind(house, "work", "network")
    kept = Path(house.paths.database).read_bytes()
    assert OFFICE.encode() not in kept
    assert bytes.fromhex(OFFICE.replace(":", "")) not in kept


def test_signs_go_with_the_consent_the_context_and_on_request(house: House, place: Place) -> None:
    """Withdrawing the consent erases every sign and switches off what they had on; so does unbinding, for one."""
    consent.grant(house, contexts.AUTO)
    for name in ("work", "desk", "plants"):
        contexts.bind(house, name, "network")
    contexts.unbind(house, "plants")
    contexts.remove(house, "desk")
    assert len(store.signs(house.store.conn)) == 1
    assert consent.revoke(house, contexts.AUTO)
    assert store.signs(house.store.conn) == {}
    assert how(house) == {"work": "", "plants": ""}
    asked = place.asked
    refresh(house)
    assert place.asked == asked
