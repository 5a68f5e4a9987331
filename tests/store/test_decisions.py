"""The log of decisions: what was decided comes back as it was, explains what was seen, and goes with what it names."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_data.contracts.event import TipShown
from oo_data.contracts.tip import Decision
from oo_data.errors import DataDamagedError, OoError
from oo_data.store import decisions, events, tips
from oo_data.store.db import Store
from tests.fakes import TUESDAY
from tests.store.conftest import NewTip

REFS, TIMES = st.text("0123456789abcdef", min_size=1, max_size=24), st.integers(0, 1 << 52)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DECISION = st.builds(
    Decision, REFS, TIMES, REFS, st.sampled_from(["live", "shadow"]), REFS, st.none() | REFS, st.floats(0, 1),
    st.dictionaries(REFS, st.dictionaries(REFS, st.tuples(NUMBERS, NUMBERS), max_size=2), max_size=2),
    REFS,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logged=st.lists(DECISION, unique_by=lambda d: d.id, max_size=3))
def test_round_trips(store: Store, logged: list[Decision]) -> None:
    """Every value that the contract allows comes back equal, to the last bit and in the same order."""
    with store.write() as conn:
        conn.execute("delete from decision")
        for decision in logged:
            decisions.save(conn, decision)
    found = [decisions.decision(store.conn, decision.id) for decision in logged]
    assert found == logged
    assert [[*entry.scores] for entry in found if entry] == [[*decision.scores] for decision in logged]
    assert decisions.decision(store.conn, "none") is None


def test_a_full_one_is_small(store: Store) -> None:
    """Twenty candidates with ten terms each, as a refresh logs them, lie in less than a fifth of their JSON."""
    terms = {f"a term of some length, number {number}": (1.0, 0.7310600354990866 / (number + 1)) for number in range(9)}
    scores = {f"{at:024x}": {**terms, "likely": (at / 97, 0.0)} for at in range(20)}
    with store.write() as conn:
        decisions.save(conn, Decision("d", 1, "ranker", "live", "open", None, 1.0, scores))
    (held,) = store.conn.execute("select length(scores) from decision").fetchone()
    assert held * 5 < len(str(scores))


@pytest.mark.parametrize("at", [0, 2, 20, -1])
def test_a_bit_that_is_another_is_damage(at: int) -> None:
    """A number that changed on the disk is told, never learnt from."""
    packed = bytearray(decisions.pack('{"a1b2": {"overdue": [1.0, 2.5]}}'))
    assert decisions.unpack(bytes(packed)) == '{"a1b2": {"overdue": [1.0, 2.5]}}'
    packed[at] ^= 4
    with pytest.raises(DataDamagedError):
        decisions.unpack(bytes(packed))


def test_packed_bytes_that_are_no_text_are_damage() -> None:
    """A sound stream of something else is not what oO wrote."""
    with pytest.raises(DataDamagedError):
        decisions.unpack(zlib.compress(b"\xff"))


def log(conn: sqlite3.Connection, name: str, ref: str, term: str = "due", moment: str = "") -> None:
    """A decision about one subject, with one term."""
    row = Decision(name, 1, f"policy of {name}", "shadow", "open", ref, 1.0, {ref: {term: (1.0, 1.0)}}, moment)
    decisions.save(conn, row)


@pytest.mark.parametrize(
    ("marks", "gone"),
    [
        (["ref-1"], {"one", "beside one", "unreadable"}),
        (["ref-3", "ref-4"], {"three", "unreadable"}),
        (['"agent.momentum"'], {"one", "beside one", "unreadable"}),
        (['"agent.moment"'], {"unreadable"}),
        (["ref-5"], {"chosen", "unreadable"}),
        ([], {"unreadable"}),
    ],
)
def test_what_a_decision_names_takes_it_along(store: Store, marks: Collection[str], gone: set[str]) -> None:
    """It goes with the others of its moment; so does one of which nobody can say what it names."""
    with store.write() as conn:
        log(conn, "one", "ref-1", "agent.momentum", moment="m")
        log(conn, "beside one", "ref-2", moment="m")
        log(conn, "three", "ref-3")
        log(conn, "other", "ref-6", moment="n")
        decisions.save(conn, Decision("chosen", 1, "ranker", "live", "open", "ref-5", 1.0, {}))
        log(conn, "unreadable", "ref-7")
        conn.execute("update decision set scores = x'00' where id = 'unreadable'")
        before = {name for (name,) in conn.execute("select id from decision")}
        assert decisions.erase(conn, marks) == len(gone)
        assert before - {name for (name,) in conn.execute("select id from decision")} == gone
        assert decisions.erase(conn, marks) == 0


def test_decisions_are_swept_unless_shown(store: Store, new_tip: NewTip) -> None:
    """Whatever was before a person's eyes can be explained later; the rest goes after its time."""
    with store.write() as conn:
        for name, at in (("seen", 1), ("unseen", 1), ("fresh", TUESDAY)):
            decisions.save(conn, Decision(name, at, "urgency", "live", "open", None, 1.0, {}))
        tips.replace_shelf(conn, 0, (), [new_tip("a", decision_id="seen"), new_tip("b", decision_id="unseen")])
        events.append(conn, "e", 1, TipShown("a", "ref-a", "tip"))
        assert decisions.sweep(conn, TUESDAY) == 1
    left = [decisions.decision(store.conn, name) is not None for name in ("seen", "unseen", "fresh")]
    assert left == [True, False, True]


@pytest.mark.parametrize(
    "decision",
    [
        Decision("d", 1, "urgency", "live", "open", None, 1.5, {}),
        Decision("d", 1, "urgency", "trial", "open", None, 0.5, {}),  # type: ignore[arg-type]
    ],
    ids=["propensity", "stage"],
)
def test_a_decision_that_cannot_be_is_refused(store: Store, decision: Decision) -> None:
    """A propensity that is no probability would spoil every later comparison of policies."""
    with pytest.raises(OoError), store.write() as conn:
        decisions.save(conn, decision)
    assert decisions.decision(store.conn, "d") is None
