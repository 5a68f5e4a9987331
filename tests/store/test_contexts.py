"""Contexts at rest: sealed names, keyed references, and the events of what was switched by hand."""

from __future__ import annotations

import pytest

from oo_cli.house import House
from oo_cli.usecases import contexts
from oo_data.contracts.event import ContextChanged
from oo_data.errors import BadUsageError
from oo_data.store import contexts as store
from oo_data.store import events, profile
from tests.fakes import DAY, HOUR, FixedClock
from tests.store.conftest import rows

NAME = "Zebra crossing"


def changed(house: House) -> list[tuple[str, int]]:
    """What was switched by hand, oldest first."""
    logged = events.since(house.store.conn, 0, (ContextChanged,))
    return [(e.event.subject, e.event.active) for e in logged if isinstance(e.event, ContextChanged)]


def on(house: House) -> dict[str, bool]:
    """Each context by name: whether it is on by hand."""
    return {known.name: known.how == "by hand" for known in contexts.listing(house)}


def test_switching(house: House) -> None:
    """One at a time unless the person says otherwise; a name is the same however it is capitalised."""
    assert contexts.listing(house) == []
    assert contexts.switch_off(house) == 0
    assert [contexts.switch(house, name) for name in ("Work", "home", "WORK")] == [True, True, False]
    assert on(house) == {"Work": True, "home": False}
    assert not contexts.switch(house, "Home", also=True)
    assert on(house) == {"Work": True, "home": True}
    assert contexts.switch_off(house) == 2
    assert on(house) == {"Work": False, "home": False}
    work, home = (house.refs.context(name) for name in ("work", "home"))
    assert sorted(changed(house)) == sorted(
        [(work, 1), (work, 0), (home, 1), (home, 0), (work, 1), (home, 1), (work, 0), (home, 0)]
    )


def test_switching_to_what_is_on_changes_nothing(house: House, clock: FixedClock) -> None:
    """Said twice, a context is on since the first time, and the log tells of one change."""
    contexts.switch(house, "work")
    (before,) = contexts.listing(house)
    clock.advance(HOUR)
    contexts.switch(house, "work")
    assert contexts.listing(house) == [before]
    assert len(changed(house)) == 1


def test_a_schedule(house: House, clock: FixedClock) -> None:
    """A context comes on by itself, ends by itself, and can lose its schedule; none of that is an event."""
    assert contexts.schedule(house, "work", "Mon - Fri 9 - 17") == (True, "mon-fri 09:00-17:00")
    assert contexts.schedule(house, "Work", "mon-fri 9-17") == (False, "mon-fri 09:00-17:00")
    (known,) = contexts.listing(house)
    assert (known.name, known.how) == ("work", "by schedule")
    assert contexts.features(house, clock.now)[0].value == 1.0
    assert contexts.active_refs(house, clock.now) == {house.refs.context("work")}
    assert contexts.active_refs(house, clock.now + 4 * DAY) == frozenset()
    assert contexts.schedule(house, "work", " Off ") == (False, "")
    assert contexts.active_refs(house, clock.now) == frozenset()
    assert changed(house) == []


def test_what_a_context_prefers(house: House, clock: FixedClock) -> None:
    """Labels, and projects of every connected source, that bear the name of a context that is on."""
    with house.store.write() as conn:
        for source in ("todotxt", "todoist"):
            profile.connect_source(conn, source, 1, None)
    contexts.switch(house, "work")
    contexts.schedule(house, "home", "sat 9-17")
    preferred = contexts.preferred_refs(house, clock.now)
    refs = house.refs
    wanted = {refs.label("work"), refs.label("Work"), refs.project("todoist", "Work"), refs.project("todotxt", "work")}
    assert wanted <= preferred
    assert refs.label("home") not in preferred
    assert refs.context("work") not in preferred
    contexts.switch_off(house)
    assert contexts.preferred_refs(house, clock.now) == frozenset()


@pytest.mark.parametrize("name", ["", "off", " OFF ", "\u202e\x07", "x" * 33, "x" * 10_000])
def test_names_that_cannot_be(house: House, name: str) -> None:
    """The word that ends contexts is none, and neither is what cannot be seen or is too long."""
    for act in (contexts.switch, contexts.remove):
        with pytest.raises(BadUsageError):
            act(house, name)
    assert rows(house.store, "context") == []


def test_no_schedule_no_context(house: House) -> None:
    """A schedule that cannot be read makes no context."""
    with pytest.raises(BadUsageError, match="not a schedule"):
        contexts.schedule(house, "work", "all the time")
    assert rows(house.store, "context") == []


def test_the_name_lies_sealed_and_goes_alone(house: House) -> None:
    """No byte of the database tells a name; removing one context erases it and its events, and no other's."""
    contexts.switch(house, NAME)
    contexts.switch(house, "home")
    contexts.schedule(house, NAME, "daily 9-10")
    ref = house.refs.context(NAME.casefold())
    with open(house.paths.database, "rb") as file:
        held = file.read()
    assert NAME.casefold().encode() not in held.lower()
    assert ref.encode() in held
    contexts.remove(house, NAME.upper())
    with pytest.raises(BadUsageError, match="no such context"):
        contexts.remove(house, NAME)
    with open(house.paths.database, "rb") as file:
        assert ref.encode() not in file.read()
    assert [context.ref for context in store.contexts(house.store.conn)] == [house.refs.context("home")]
    assert changed(house) == [(house.refs.context("home"), 1)]
