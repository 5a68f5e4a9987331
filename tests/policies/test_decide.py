"""Deciding and learning in a house: one live row and its shadows, and reactions that are learnt, unlearnt, relearnt."""

from __future__ import annotations

import pytest

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies import stages
from oo_cli.house import House
from oo_cli.usecases import decide
from oo_data.contracts.event import FeedbackUndone
from oo_data.store import erase
from oo_data.store import policies as store
from tests.fakes import FixedClock
from tests.policies.conftest import Decide, React
from tests.policies.world import Fixed, todo

TWO = [todo("a", due="2026-12-01"), todo("b", priority=4)]


def state(house: House) -> greedy.State:
    """What the learning policy knows."""
    kept = store.model(house.store.conn, greedy.NAME)
    return greedy.load(kept.state, kept.version) if kept else greedy.fresh()


def learn(house: House) -> int:
    """Learn as a refresh does."""
    with house.store.write():
        return decide.learn(house, house.clock.now_ms())


def test_decisions_of_one_moment_share_its_name(decided: Decide) -> None:
    """One row is live, all bear the same moment, and two moments differ."""
    rows = decided(TWO, Fixed("ranker", "b", "a"))
    assert [(row.policy, row.stage) for row in rows] == [
        ("ranker", "live"), ("urgency", "shadow"), ("epsilon-greedy", "shadow"),
    ]  # fmt: skip
    assert len({row.moment for row in (*rows, *decided(TWO))}) == 2
    assert rows[0].chosen == "b"


def test_urgency_speaks_while_there_is_no_ranker(decided: Decide) -> None:
    """The default that cannot score yet is stood in for, and nobody is live twice."""
    rows = decided(TWO)
    assert [(row.policy, row.stage) for row in rows] == [("urgency", "live"), ("epsilon-greedy", "shadow")]


def test_the_promoted_policy_is_live(house: House, decided: Decide) -> None:
    """What was promoted decides; the default is then a shadow; one that is off does not run."""
    with house.store.write() as conn:
        store.set_stage(conn, stages.DEFAULT, "shadow", 1)
        store.set_stage(conn, greedy.NAME, "live", 1)
        store.set_stage(conn, "urgency", "off", 1)
    rows = decided(TWO, Fixed("ranker", "b", "a"))
    assert [(row.policy, row.stage) for row in rows] == [("epsilon-greedy", "live"), ("ranker", "shadow")]


def test_reactions_are_learnt_once(house: House, decided: Decide, react: React) -> None:
    """A reaction moves the weights of what was shown, in the next refresh only."""
    react(decided(TWO)[0], "done")
    assert learn(house) == 1
    learnt = state(house)
    assert learnt.model.seen == 1
    assert learn(house) == 0
    assert state(house) == learnt


def test_what_was_shown_further_down_teaches_too(house: House, decided: Decide, react: React) -> None:
    """A reaction to the second of the list is learnt with that candidate's own features."""
    react(decided(TWO)[0], "no", subject="b")
    learn(house)
    expected = greedy.learn(greedy.fresh(), {"priority": 1.0, "quick": 0.5}, 0.0)
    assert state(house).model == expected.model


@pytest.mark.parametrize("late", [False, True])
def test_a_reaction_taken_back_leaves_no_trace(house: House, decided: Decide, react: React, late: bool) -> None:
    """Undone before or after it was learnt, the weights are those of the other reactions alone."""
    react(decided(TWO)[0], "done")
    learn(house)
    before = state(house).model
    wrong = react(decided(TWO)[0], "no", subject="b")
    if late:
        learn(house)
        assert state(house).model != before
    with house.store.write() as conn:
        house.bus.publish(conn, FeedbackUndone(wrong, "b"), house.clock.now_ms())
    learn(house)
    assert state(house).model.moment == pytest.approx(before.moment)
    assert learn(house) == 0


def test_the_only_reaction_taken_back_leaves_nothing(house: House, decided: Decide, react: React) -> None:
    """With no reaction left the policy knows as much as on the first day."""
    only = react(decided(TWO)[0], "no")
    learn(house)
    with house.store.write() as conn:
        house.bus.publish(conn, FeedbackUndone(only, "a"), house.clock.now_ms())
    learn(house)
    assert state(house).model == greedy.fresh().model


def test_erasing_a_source_erases_what_was_learnt(house: House, decided: Decide, react: React) -> None:
    """The model is made of every source together, so it goes, and is learnt anew from what remains."""
    react(decided(TWO)[0], "done")
    learn(house)
    with house.store.write() as conn:
        erase.source(conn, "todotxt")
    assert store.model(house.store.conn, greedy.NAME) is None
    assert learn(house) == 0


def test_ignored_and_refused_things_sink(house: House, clock: FixedClock, decided: Decide, react: React) -> None:
    """What was shown and refused a moment ago is expected to earn less than before."""
    first = decided(TWO)
    before = first[1].scores["a"]
    react(first[0], "ignored")
    after = decided(TWO)[1].scores["a"]
    assert "declined" not in before
    assert after["declined"][0] == pytest.approx(0.5, abs=0.01)
    assert after["shown"][0] == pytest.approx(0.5, abs=0.01)
