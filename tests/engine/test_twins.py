"""When two tasks are one thing, and which of them is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.features.tasks import task_features
from oo_cli.engine.refs import Refs
from oo_cli.engine.twins import folded, held_back, twins_of
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.signal import TaskSignal
from oo_data.contracts.tip import Candidate
from oo_data.text import Untrusted

REFS = Refs(b"k" * 32)


def task(source: str, title: str, handle: str = "") -> TaskFeatures:
    """An open task without its words."""
    return task_features(TaskSignal(source, handle or title, Untrusted(title)), REFS)


def order(*tasks: TaskFeatures) -> list[Candidate]:
    """Candidates in that order, and one advice."""
    advice = Candidate("advice.momentum", "advice", "agent", "agent.momentum", None)
    return [advice, *(Candidate(t.ref, "todo", t.source, f"source.{t.source}", t) for t in tasks)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Call mum", "call  Mum!", True), ("Straße", "STRASSE", True), ("Caf\u00e9", "Cafe\u0301", True),
        ("Run 5 km", "Run 10 km", False), ("Pay 1.5", "Pay 15", False), ("Learn C", "Learn C++", False),
        ("Area 10\u00b2", "Area 102", False), ("Call mum", "Mum call", False), ("Do not call mum", "Call mum", False),
    ],
)  # fmt: skip
def test_only_the_same_words_are_the_same(one: str, other: str, same: bool) -> None:
    """Case, composition, blanks and a closing mark do not tell two apart; every digit, word and order does."""
    assert (folded(one) == folded(other)) is same
    assert (task("todotxt", one).title_ref == task("todoist", other).title_ref) is same


def test_the_first_of_two_sources_stands_for_both() -> None:
    """Held back is what a twin elsewhere stands before; two of one source, and tasks without words, are their own."""
    one, other, third = task("todotxt", "Buy milk"), task("todoist", "buy milk."), task("todotxt", "Buy milk", "again")
    assert held_back(order(one, other, third)) == {other.ref}
    assert held_back(order(other, one, third)) == {one.ref, third.ref}
    assert held_back(order(task("todotxt", "…"), task("todoist", "!?"))) == frozenset()


def test_twins_are_those_of_other_sources() -> None:
    """Not itself, not one of its own source, not what is gone."""
    one, other, third = task("todotxt", "Buy milk"), task("todoist", "Buy milk"), task("todotxt", "Buy milk", "again")
    assert twins_of(one.ref, [one, other, third, task("habit", "Buy")]) == [other]
    assert twins_of(one.ref, [other]) == []
    assert twins_of(task("habit", "?").ref, [task("habit", "?"), task("todoist", "?")]) == []


@given(st.text(max_size=40))
def test_folding_is_done_once(title: str) -> None:
    """Folded words are folded already, whatever they are made of."""
    assert folded(folded(title)) == folded(title)
