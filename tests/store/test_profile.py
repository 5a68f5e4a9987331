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
from oo_data.contracts.tip import SilentSpan
from oo_data.store import profile, shelf, tips
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
    assert (profile.drop_meta(conn, "custody"), profile.drop_meta(conn, "custody")) == (1, 0)
    assert profile.meta(conn, "custody") is None


def test_problems_are_told_once(conn: sqlite3.Connection) -> None:
    """A complaint of a source is news until it is known, and again once it has changed; each source has its own."""
    told = [profile.note_problems(conn, "todotxt", problems) for problems in ((), ("a",), ("a",), ("a", "b"), (), ())]
    assert told == [False, True, False, True, True, False]
    assert profile.note_problems(conn, "todoist", ("a",))


def changes(conn: sqlite3.Connection) -> list[profile.PrefChange]:
    """How the one setting came to be, newest first."""
    return profile.pref_changes(conn, "time-of-day", "quiet_start")


def test_a_refresh_that_finds_the_same_changes_no_date(conn: sqlite3.Connection) -> None:
    """A value keeps its time until it becomes another, however often it is worked out; its evidence is the newest."""
    for hour in range(3):
        profile.save_prefs(conn, [pref("inferred", 22)._replace(at=TUESDAY + hour, evidence=hour)])
    assert profile.prefs(conn)["time-of-day", "quiet_start"] == pref("inferred", 22)._replace(evidence=2)
    assert profile.prefs_changed_at(conn) == {("time-of-day", "quiet_start"): TUESDAY}
    profile.save_prefs(conn, [pref("inferred", 23)._replace(at=TUESDAY + 9)])
    assert profile.prefs(conn)["time-of-day", "quiet_start"].at == TUESDAY + 9
    assert [(change.value, change.at) for change in changes(conn)] == [(23, TUESDAY + 9), (22, TUESDAY)]


def test_the_log_tells_what_was_in_force(conn: sqlite3.Connection) -> None:
    """A default is no news; the person's word, its end and a fall back to the default are; a guess beneath is not."""
    profile.save_prefs(conn, [pref("default", 22)])
    assert changes(conn) == []
    profile.save_prefs(conn, [pref("inferred", 21)._replace(at=1), pref("user", 23)._replace(at=2)])
    profile.save_prefs(conn, [pref("inferred", 20)._replace(at=3)])
    assert profile.drop_pref(conn, "time-of-day", "quiet_start", "user", 4)
    assert profile.drop_pref(conn, "time-of-day", "quiet_start", "inferred")
    profile.save_prefs(conn, [pref("default", 22)._replace(at=5)])
    told = [("default", None), ("inferred", 20), ("user", 23), ("inferred", 21)]
    assert [(change.source, change.value) for change in changes(conn)] == told
    assert [change.at for change in changes(conn)] == [5, 4, 2, 1]


def test_the_log_ends_with_the_default_of_whoever_asks(conn: sqlite3.Connection) -> None:
    """Where the person's word was all there was, taking it back is told too."""
    profile.save_prefs(conn, [pref("user", 23)])
    assert not profile.drop_pref(conn, "time-of-day", "quiet_start", "inferred", 7)
    assert profile.drop_pref(conn, "time-of-day", "quiet_start", "user", 8)
    assert changes(conn)[0] == profile.PrefChange("default", None, 0, 8)


def test_the_log_is_bounded_and_of_real_changes(conn: sqlite3.Connection) -> None:
    """A measure that wavers by less than a hundredth fills no log; one that creeps is told; the last twenty stay."""
    for step in range(40):
        profile.save_prefs(conn, [pref("inferred", 1.4 + step % 2 / 1000)._replace(at=step)])
    assert len(changes(conn)) == 1
    for step in range(40):
        profile.save_prefs(conn, [pref("inferred", 1.4 * 1.006**step)._replace(at=step)])
    assert 15 < len(changes(conn)) <= profile.KEPT_CHANGES
    for step in range(40):
        profile.save_prefs(conn, [pref("inferred", (step,))._replace(at=step)])
    assert [change.value for change in changes(conn)] == [(step,) for step in range(39, 19, -1)]
    assert changes(conn)[0].at == 39


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.tuples(st.sampled_from(ORIGINS), VALUES), min_size=1, max_size=6))
def test_the_log_ends_with_the_value_in_force(conn: sqlite3.Connection, values: list[tuple[str, ParamValue]]) -> None:
    """Whatever is saved in whatever order, the newest line names the source in force, and other settings have none."""
    conn.execute("delete from pref")
    conn.execute("delete from pref_log")
    profile.save_prefs(conn, [pref(origin, value) for origin, value in values])
    held = profile.prefs(conn)["time-of-day", "quiet_start"]
    assert (changes(conn)[0].source if changes(conn) else "default") == held.source
    assert profile.pref_changes(conn, "momentum", "quiet_start") == []


def test_an_outdated_shelf_is_read_again(store: Store) -> None:
    """What a shelf was made from has changed: the next look refreshes first; a home without a shelf is left alone."""
    with store.write() as conn:
        profile.outdate_shelf(conn)
        assert profile.meta(conn, "utc-offset") is None
        profile.connect_source(conn, "todoist", 1, None)
        profile.set_meta(conn, "utc-offset", shelf.utc_offset(TUESDAY))
        tips.add_silence(conn, SilentSpan("s", 0, TUESDAY + 1, "nothing-open", 0, "always", "shelf"))
    assert shelf.pick(store, TUESDAY, ambient=False).kind == shelf.SILENCE
    with store.write() as conn:
        profile.outdate_shelf(conn)
    assert shelf.pick(store, TUESDAY, ambient=False).kind == shelf.STALE
