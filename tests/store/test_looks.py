"""How the face looks, and what it says at its edge before anything else is loaded."""

from __future__ import annotations

from oo_data.contracts.profile import Pref
from oo_data.store import looks, profile
from oo_data.store.db import Store
from tests.fakes import TUESDAY


def test_what_stands_at_the_edge(store: Store) -> None:
    """The sources whose last reading failed, until one goes well, and the time where it is wanted."""
    assert (looks.edge(store.conn, ""), looks.edge(store.conn, "10:00")) == ((), ("10:00",))
    with store.write() as conn:
        for source in ("todotxt", "todoist", "habit"):
            profile.connect_source(conn, source, TUESDAY, None)
        for source in ("todotxt", "todoist"):
            profile.source_failed(conn, source, "SourceUnavailableError")
    assert looks.edge(store.conn, "") == ("todoist and todotxt could not be read",)
    with store.write() as conn:
        profile.source_read(conn, "todotxt", TUESDAY, None)
    assert looks.broken(store.conn) == ("todoist",)
    assert looks.edge(store.conn, "10:00") == ("todoist could not be read", "10:00")


def test_the_person_s_own_looks(store: Store) -> None:
    """What was set for the face by the person; nothing inferred, of an agent, or named nearly so."""
    prefs = [
        Pref("global", "face.theme", "user", "light", 0, TUESDAY),
        Pref("global", "face.clock", "user", "on", 0, TUESDAY),
        Pref("global", "face.clock", "inferred", "off", 9, TUESDAY),
        Pref("momentum", "face.mouse", "user", "on", 0, TUESDAY),
        Pref("global", "facet", "user", "x", 0, TUESDAY),
    ]
    with store.write() as conn:
        profile.save_prefs(conn, prefs)
    assert looks.looks(store.conn) == {"theme": "light", "clock": "on"}
