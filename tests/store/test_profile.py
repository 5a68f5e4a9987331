"""The person's own settings: their word wins, and everything else comes back as it was set."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_data.contracts.agent import ParamValue
from oo_data.contracts.profile import Pref
from oo_data.store import profile
from oo_data.store.db import Store
from tests.fakes import TUESDAY

ORIGINS = ("user", "inferred", "default")
VALUES = (
    st.integers(-(1 << 60), 1 << 60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.lists(st.integers(0, 23)).map(tuple)
    | st.lists(st.text("abc")).map(tuple)
)


@pytest.fixture
def conn(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction."""
    with store.write() as conn:
        yield conn


def pref(source: str, value: ParamValue) -> Pref:
    """One value of one setting."""
    return Pref("time-of-day", "quiet_start", source, value, 3, TUESDAY)


@pytest.mark.parametrize("order", list(permutations(ORIGINS)))
def test_the_persons_own_value_wins(conn: sqlite3.Connection, order: tuple[str, ...]) -> None:
    """In whatever order values arrive: user before inferred before default, and each is there again once it is next."""
    for source in order:
        profile.save_prefs(conn, [pref(source, source)])
    for source in ORIGINS:
        assert profile.prefs(conn) == {("time-of-day", "quiet_start"): pref(source, source)}
        assert profile.drop_pref(conn, "time-of-day", "quiet_start", source)
        assert not profile.drop_pref(conn, "time-of-day", "quiet_start", source)
    assert profile.prefs(conn) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(mine=VALUES, guesses=st.lists(VALUES, min_size=1, max_size=3))
def test_inference_never_overwrites(conn: sqlite3.Connection, mine: ParamValue, guesses: list[ParamValue]) -> None:
    """However often a preference is inferred, the person's own value stays as it was typed."""
    profile.save_prefs(conn, [pref("user", mine), *(pref("inferred", guess) for guess in guesses)])
    assert profile.prefs(conn)["time-of-day", "quiet_start"] == pref("user", mine)
    profile.drop_pref(conn, "time-of-day", "quiet_start", "user")
    assert profile.prefs(conn)["time-of-day", "quiet_start"] == pref("inferred", guesses[-1])


def test_prefs_of_other_scopes_are_others(conn: sqlite3.Connection) -> None:
    """Two agents may use one name for two things."""
    own = [pref("user", 1), pref("user", 2)._replace(scope="momentum"), pref("user", 3)._replace(key="quiet_end")]
    profile.save_prefs(conn, own)
    assert sorted(profile.prefs(conn).values()) == sorted(own)
    assert profile.drop_pref(conn, "momentum", "quiet_start", "user")
    assert sorted(p.value for p in profile.prefs(conn).values()) == [1, 3]


def test_consents(conn: sqlite3.Connection) -> None:
    """A withdrawal is remembered as one, so that nobody asks again; only what is granted counts as granted."""
    profile.set_consent(conn, "source.todotxt", True, 1)
    profile.set_consent(conn, "agent.momentum", True, 1)
    profile.set_consent(conn, "agent.momentum", False, 2)
    assert profile.consents(conn) == {"source.todotxt": (True, 1), "agent.momentum": (False, 2)}
    assert profile.granted(conn) == {"source.todotxt"}


def test_the_life_of_a_source(conn: sqlite3.Connection) -> None:
    """Failures are counted until a reading succeeds; connecting anew keeps the history but watches afresh."""
    profile.connect_source(conn, "todotxt", 1, "/a")
    profile.connect_source(conn, "todoist", 2, None)
    profile.source_failed(conn, "todotxt", "SourceUnavailableError")
    profile.source_failed(conn, "todotxt", "ConnectionNeededError")
    state = profile.SourceState("todotxt", 1, "/a", None, None, "ConnectionNeededError", 2)
    assert profile.sources(conn)["todotxt"] == state
    profile.source_read(conn, "todotxt", 5, "mark")
    state = profile.SourceState("todotxt", 1, "/a", "mark", 5, None, 0)
    assert profile.sources(conn)["todotxt"] == state
    profile.set_mark(conn, "todotxt", "new mark")
    assert profile.sources(conn)["todotxt"].watch_mark == "new mark"
    profile.connect_source(conn, "todotxt", 9, "/b")
    assert profile.sources(conn)["todotxt"] == state._replace(watch_path="/b", watch_mark=None)
    assert profile.sources(conn)["todoist"] == profile.SourceState("todoist", 2, None, None, None, None, 0)
    assert list(profile.sources(conn)) == ["todoist", "todotxt"]


def test_secrets_and_meta(conn: sqlite3.Connection) -> None:
    """Kept by name, the latest counts, and what is not there is None."""
    for value in (b"old", b"new"):
        profile.save_secret(conn, "ref-key", value, 1)
    for text in ("old", "new"):
        profile.set_meta(conn, "custody", text)
    assert (profile.secret(conn, "ref-key"), profile.secret(conn, "none")) == (b"new", None)
    assert profile.secrets(conn) == {"ref-key": b"new"}
    assert (profile.meta(conn, "custody"), profile.meta(conn, "none")) == ("new", None)


def test_problems_are_told_once(conn: sqlite3.Connection) -> None:
    """A complaint of a source is news until it is known, and again once it has changed; each source has its own."""
    told = [profile.note_problems(conn, "todotxt", problems) for problems in ((), ("a",), ("a",), ("a", "b"), (), ())]
    assert told == [False, True, False, True, True, False]
    assert profile.note_problems(conn, "todoist", ("a",))
