"""Replay: exact baselines, measures that agree with counting, and no look into the future."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.evaluation.baselines import as_ranker, baselines
from oo_cli.engine.evaluation.contest import RANDOM, Contestant, Guess, blind, measure, replay
from oo_cli.engine.evaluation.learner import Learner
from oo_cli.engine.evaluation.reacting import Lesson, Reacting
from oo_cli.engine.policies.urgency import Urgency
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.replay import Moment, moments
from oo_data.contracts.feature import TaskFeatures
from tests.fakes import BERLIN, TUESDAY
from tests.policies.world import newest_first_life, task


@pytest.mark.parametrize(("size", "right"), [(1, 1), (4, 1), (5, 2), (6, 6), (7, 3)])
def test_blind_choice_is_counted_out(size: int, right: int) -> None:
    """The expected measures of a blind draw are the means over all orders."""
    ranks = [min(order.index(at) + 1 for at in range(right)) for order in itertools.permutations(range(size))]
    expected = (
        sum(rank == 1 for rank in ranks) / len(ranks),
        sum(rank <= 3 for rank in ranks) / len(ranks),
        sum(1 / rank for rank in ranks) / len(ranks),
    )
    assert blind(size, right) == pytest.approx(expected)


@given(st.permutations("abcde"), st.sets(st.sampled_from("abcde"), min_size=1))
def test_the_best_right_answer_counts(order: list[str], right: set[str]) -> None:
    """Hits and reciprocal rank follow from the first right reference of the order."""
    score = measure("day", Guess(order), [task(ref) for ref in "abcde"], frozenset(right))
    rank = next(at for at, ref in enumerate(order, start=1) if ref in right)
    assert score[1:4] == (float(rank == 1), float(rank <= 3), 1 / rank)


def test_strangers_and_repeats_do_not_help() -> None:
    """A reference that is not on the list takes no place; what is left out comes last in list order."""
    score = measure("day", Guess(["nowhere", "b", "b"]), [task("a"), task("b"), task("c")], frozenset({"c"}))
    assert score.reciprocal == 1 / 3


def test_a_ranker_is_asked_before_it_is_told() -> None:
    """Progressive validation: what is learnt from a moment serves the moments after it only."""
    heard: list[str] = []
    asked: list[tuple[str, ...]] = []

    def rank(now: int, tasks: Sequence[TaskFeatures], past: Past) -> Guess:
        asked.append(tuple(heard))
        return Guess([found.ref for found in tasks])

    def learn(moment: Moment) -> None:
        heard.extend(moment.right)

    line = [Moment(TUESDAY + at, (task("a"), task("b")), frozenset({ref}), Past(BERLIN)) for at, ref in enumerate("ab")]
    scores = replay(line, [Contestant("me", rank, learn=learn)], BERLIN)
    assert asked == [(), ("a",)]
    assert [score.hit1 for score in scores["me"]] == [1.0, 0.0]
    assert [score.hit1 for score in scores[RANDOM]] == [0.5, 0.5]


def test_the_time_before_serves_to_learn_only() -> None:
    """Moments before the span are learnt from, and neither asked about nor scored."""
    heard: list[int] = []
    line = [Moment(TUESDAY + at, (task("a"), task("b")), frozenset("a"), Past(BERLIN)) for at in range(3)]
    me = Contestant("me", lambda now, tasks, past: Guess([str(len(heard))]), learn=lambda m: heard.append(m.now))
    counts: list[int] = []
    scores = replay(line, [me], BERLIN, TUESDAY + 2, counts.append)
    assert len(scores["me"]) == len(scores[RANDOM]) == 1
    assert (len(heard), counts) == (3, [1, 2, 3])


def test_the_ranker_learns_as_it_is_replayed() -> None:
    """In a life of newest first the replayed ranker is nearly always right, and more so at the end."""
    life = newest_first_life(60, random.Random(1))
    line = moments(life.tasks, life.done, BERLIN)
    scores = replay(line, [Learner(BERLIN).contestant()], BERLIN)["ranker"]
    assert sum(score.hit1 for score in scores[30:]) >= 29
    assert all(score.likely is not None and 0 < score.likely <= 1 for score in scores)
    assert sum(score.likely or 0 for score in scores[30:]) > sum(score.likely or 0 for score in scores[:30])


def test_fixed_orders_are_what_they_are_called() -> None:
    """Oldest, newest, and Todoist's Today: overdue and today by date, then upcoming, then undated by priority."""
    tasks = [
        task("undated-low", added_at=1), task("undated-high", priority=4, added_at=2),
        task("upcoming", due="2026-12-09", added_at=3), task("today", due="2026-12-01", added_at=4),
        task("overdue", due="2026-11-01", added_at=5), task("ageless"),
    ]  # fmt: skip
    orders = {found.name: list(found.rank(TUESDAY, tasks, Past(BERLIN)).order) for found in baselines(BERLIN)}
    assert orders["oldest"][:3] == ["ageless", "undated-low", "undated-high"]
    assert orders["newest"] == orders["oldest"][::-1]
    today = ["overdue", "today", "upcoming", "undated-high", "ageless", "undated-low"]
    assert orders["due-first"] == today


def test_a_life_of_newest_first_is_recognised() -> None:
    """In a life of somebody who always does the newest thing, that baseline is perfect and the oldest hopeless."""
    life = newest_first_life(60, random.Random(1))
    field = [*baselines(BERLIN), as_ranker(Urgency(), BERLIN)]
    scores = replay(moments(life.tasks, life.done, BERLIN), field, BERLIN)
    hits = {name: sum(score.hit1 for score in found) / len(found) for name, found in scores.items()}
    assert len(scores[RANDOM]) == 60
    assert hits["newest"] == 1.0
    assert hits["oldest"] == 0.0
    assert 0 < hits[RANDOM] < 0.3


def test_reactions_to_come_change_nothing_before_they_came() -> None:
    """The learning policy's answers up to a moment are the same whatever the person reacted to afterwards."""
    life = newest_first_life(40, random.Random(2))
    line = list(moments(life.tasks, life.done, BERLIN))
    middle = line[20].now
    before = [Lesson(line[at].now, {"new": 1.0}, 1.0) for at in range(20)]
    after = [Lesson(middle + at + 1, {"new": 1.0}, 0.0) for at in range(500)]

    def answers(lessons: list[Lesson], shown: list[tuple[str, int]]) -> list[float]:
        replayed = Reacting(lessons, shown, shown, BERLIN, random.Random(1)).contestant()
        return [score.reciprocal for score in replay(line, [replayed], BERLIN)["epsilon-greedy"]]

    known = answers(before, [])
    told = answers([*before, *after], [(found.ref, middle + 1) for found in line[30].open])
    assert known[:21] == told[:21]
    assert known[21:] != told[21:]
