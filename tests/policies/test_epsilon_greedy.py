"""The learning policy: exact probabilities, honest features, and learning that pays in a simulated life."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies.base import Policy
from oo_cli.engine.policies.epsilon_greedy import CHANCE, PRIOR, TOP, EpsilonGreedy, Habits, Memory, fading
from oo_data.contracts.tip import Candidate, Term
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY
from tests.policies.world import MOMENT, NOBODY, done, shares, todo


def policy(seed: int = 1, memory: Memory = NOBODY, state: greedy.State | None = None) -> EpsilonGreedy:
    """The policy before any reaction, or at a given state."""
    return EpsilonGreedy(state or greedy.fresh(), memory, random.Random(seed))


def found(candidate: Candidate, memory: Memory = NOBODY) -> dict[str, float]:
    """The features of one candidate at ten on a Tuesday."""
    return greedy.features(candidate, MOMENT, 3, memory)


def test_there_are_twelve_features_between_zero_and_one() -> None:
    """The policy knows exactly twelve things of a candidate, each on the same scale."""
    memory = Memory(Habits.of([done("x", TUESDAY - HOUR)], TUESDAY, BERLIN), {"ref": 3.0}, {"ref": 9.0})
    rich = todo(
        "ref", ("momentum",), due="2026-11-01", priority=4, added_at=TUESDAY - DAY, started=True, minutes=15
    )  # fmt: skip
    everything = found(rich, memory) | found(Candidate("advice.a", "advice", "agent", "agent.a", None))
    assert len(PRIOR) == 12
    assert everything.keys() == PRIOR.keys()
    assert all(0 < value <= 1 for value in everything.values())


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"due": "2026-12-01"}, "due", 0.7333),
        ({"priority": 4}, "priority", 1.0),
        ({"priority": 2}, "priority", 0.3333),
        ({"added_at": TUESDAY - 30 * DAY}, "age", 0.5),
        ({"added_at": TUESDAY - 2 * DAY}, "new", 0.5),
        ({"added_at": TUESDAY + DAY}, "new", 1.0),
        ({"starred": True}, "started", 1.0),
        ({"minutes": 30}, "quick", 0.5),
        ({}, "quick", 0.5),
        ({"minutes": 0}, "quick", 1.0),
    ],
)
def test_features_at_points_worked_out_by_hand(fields: dict[str, Any], name: str, value: float) -> None:
    """Each feature is what its description says."""
    assert found(todo("ref", **fields))[name] == value


def test_the_strongest_agent_counts_and_is_named() -> None:
    """What agents add carries the agent's name in the log, so that erasing the agent finds it."""
    terms = policy().rank([todo("ref", ("momentum", "overdue-task"))], MOMENT).order[0].terms
    assert Term("agent.overdue-task", 0.8, PRIOR["agents"]) in terms
    assert greedy.logged({term.name: (term.value, term.weight) for term in terms})["agents"] == 0.8


def test_habits_know_project_and_hour() -> None:
    """A project usually worked on in the morning fits the morning best, and has its share of all that is done."""
    mornings = [done(f"a{day}", TUESDAY - day * DAY, project_ref="work") for day in range(1, 21)]
    evenings = [done(f"b{day}", TUESDAY - day * DAY + 10 * HOUR, project_ref="home") for day in range(1, 11)]
    habits = Habits.of([*mornings, *evenings], TUESDAY, BERLIN)
    assert habits.fit("work", 3) == 1.0
    assert habits.fit("home", 3) < 0.5
    assert habits.share("work") > 0.6
    assert habits.share("never") == 0.0


def test_nothing_done_means_no_habits() -> None:
    """An empty history says nothing of any project."""
    assert (Habits().fit("work", 3), Habits().share("work")) == (0.0, 0.0)


def test_showings_fade_by_half_in_two_days() -> None:
    """What was shown two days ago counts half; a refusal a week ago counts half."""
    assert fading([("a", TUESDAY - 2 * DAY), ("a", TUESDAY)], "shown", TUESDAY) == {"a": 1.5}
    assert fading([("a", TUESDAY - 7 * DAY)], "declined", TUESDAY) == {"a": 0.5}


@given(st.integers(1, 12), st.integers(0, 2000), st.integers(0, 10_000))
def test_propensities_are_those_of_the_rule(size: int, seen: int, seed: int) -> None:
    """The best has 1 - e + e/k, the other k - 1 have e/k each, the rest none; the first one's is the propensity."""
    state = greedy.fresh()
    state = state._replace(model=state.model._replace(seen=seen))
    ranking = policy(seed, state=state).rank([todo(f"t{at}", priority=at % 4 + 1) for at in range(size)], MOMENT)
    rate, top = greedy.epsilon(seen), min(TOP, size)
    chances = [t.value for c in ranking.order for t in c.terms if t.name == CHANCE]
    assert sum(chances) == pytest.approx(1)
    assert sorted(chances, reverse=True) == pytest.approx([1 - rate + rate / top] + [rate / top] * (top - 1))
    assert ranking.propensity == next(t.value for t in ranking.order[0].terms if t.name == CHANCE)
    after = [candidate.score for candidate in ranking.order[1:]]
    assert after == sorted(after, reverse=True)


def test_draws_come_as_often_as_their_propensity_says() -> None:
    """Over many moments each of the best five comes first as often as logged."""
    drawing = policy(seed=9)
    candidates = [todo(f"t{at}", added_at=TUESDAY - at * DAY) for at in range(8)]
    rankings = [drawing.rank(candidates, MOMENT) for _ in range(6000)]
    came = shares(Counter(ranking.order[0].subject for ranking in rankings))
    stated = {ranking.order[0].subject: ranking.propensity for ranking in rankings}
    assert len(came) == TOP
    for subject, share in came.items():
        assert share == pytest.approx(stated[subject], abs=0.009)


def test_exploration_falls_to_a_floor() -> None:
    """A tenth at first, half of that after 600 reactions, never below a fiftieth."""
    assert greedy.epsilon(0) == 0.1
    assert greedy.epsilon(600) == pytest.approx(0.05)
    assert greedy.epsilon(10**9) == greedy.EPSILON_FLOOR


def test_nothing_to_rank_is_no_ranking() -> None:
    """Without candidates there is no choice, and it is certain."""
    assert policy().rank([], MOMENT) == ((), 1.0)


@pytest.mark.parametrize(
    ("reaction", "reason", "worth"),
    [("done", "", 1.0), ("later", "", 0.3), ("ignored", "", 0.1), ("no", "wrong", 0.0), ("no", "not now", 0.1)],
)
def test_what_reactions_are_worth(reaction: str, reason: str, worth: float) -> None:
    """The mapping is the documented one."""
    assert greedy.reward(reaction, reason) == worth


def test_the_state_survives_the_store() -> None:
    """What is written is read back exactly; the state of another version is not trusted."""
    state = greedy.learn(greedy.fresh(), {"due": 0.3}, 1.0)._replace(seq=17)
    assert greedy.load(greedy.dump(state), greedy.VERSION) == state
    assert greedy.load(greedy.dump(state), "0") == greedy.fresh()


def test_learning_pays_in_a_simulated_life() -> None:
    """Somebody who does quick things and refuses urgent ones is understood within 300 reactions."""
    chance = random.Random(3)

    def live(state: greedy.State, moments: int, learning: bool) -> tuple[greedy.State, float]:
        earned = 0.0
        for _ in range(moments):
            options = [
                todo(
                    f"t{at}", minutes=chance.choice((5, 240)), due=chance.choice((None, "2026-12-01")),
                    priority=chance.randint(1, 4),
                )
                for at in range(10)
            ]  # fmt: skip
            first = EpsilonGreedy(state, NOBODY, chance).rank(options, MOMENT).order[0]
            features = found(first)
            likely = 0.05 + 0.7 * (features["quick"] > 0.5) * ("due" not in features)
            worth = 1.0 if chance.random() < likely else 0.0
            earned += worth
            state = greedy.learn(state, features, worth) if learning else state
        return state, earned / moments

    start: Policy = policy()
    assert start.name == "epsilon-greedy"
    learnt, _ = live(greedy.fresh(), 300, learning=True)
    _, before = live(greedy.fresh(), 300, learning=False)
    _, after = live(learnt, 300, learning=False)
    assert after > before + 0.3
