"""The policy that learns: its terms add up to its score, advice stays rare, and chances are chances."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from oo_cli.engine.policies.base import Moment
from oo_cli.engine.policies.ranker import AGENT, EXPLAINED, Ranker
from oo_cli.engine.ranker.alone import AGE, CHANGED
from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.terms import NAMES, terms
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Candidate
from tests.ranker.world import BERLIN, NOON, crowd, history, hostile_tasks, task

MOMENT = Moment(NOON, BERLIN, {"momentum": 0.5})


def of(each: TaskFeatures, *snippets: str) -> Candidate:
    """A candidate of a task."""
    return Candidate(each.ref, "todo", each.source, "source.todotxt", each, (), snippets)


ADVICE = Candidate("advice.momentum", "advice", "agent", "agent.momentum", None, (), ("momentum",))


def ranker(ticks: int = 0) -> Ranker:
    """The policy with a past of so many ticks."""
    past = Past(BERLIN)
    for each in history(ticks):
        past.fold(each)
    return Ranker(Model.prior(), past)


@given(hostile_tasks())
def test_terms_add_up_to_the_logit(tasks: list[TaskFeatures]) -> None:
    """What `oo why` shows is the whole lead over a usual rival, value times weight, in at most eight lines."""
    policy = ranker(50)
    ranking = policy.rank([of(each) for each in tasks], MOMENT)
    rows = terms(tasks, policy.past, NOON, BERLIN)
    logits = dict(zip((each.ref for each in tasks), policy.model.logits(rows), strict=True))
    leads = [logits[each.subject] - each.score for each in ranking.order]
    assert all(lead == pytest.approx(leads[0], abs=1e-6) for lead in leads)
    assert all(len(each.terms) <= 8 for each in ranking.order)
    assert [each.score + leads[0] for each in ranking.order] == pytest.approx(sorted(logits.values(), reverse=True))


@given(hostile_tasks())
def test_a_reason_is_true_of_its_task(tasks: list[TaskFeatures]) -> None:
    """What stands for a task is something that it has, not what its rivals have."""
    policy = ranker(50)
    rows = dict(zip((each.ref for each in tasks), terms(tasks, policy.past, NOON, BERLIN), strict=True))
    said = [
        (each.subject, term) for each in policy.rank([of(each) for each in tasks], MOMENT).order for term in each.terms
    ]
    for subject, term in said:
        if term.name.startswith(("due: ", "repeats: ")) and term.value > 0:
            assert rows[subject][NAMES.index(term.name)] != 0


def test_due_today_beside_due_on_friday_is_due_today() -> None:
    """The lead of a family of terms goes by the task's own member, however much the rival's counts."""
    today, friday = of(task("a", due="2026-11-30")), of(task("b", due="2026-12-05"))
    first, second = ranker().rank([today, friday], MOMENT).order
    assert "due: today" in [term.name for term in first.terms if term.value > 0]
    assert "due: within a week" in [term.name for term in second.terms if term.value > 0]


def test_an_age_is_told_as_it_is() -> None:
    """A term of a scale is named after the stretch that the task has come to, not after one passed long ago."""
    week = [of(task("a", added_at=NOON - 8 * DAY_MS)), of(task("b", added_at=NOON - 20 * MINUTE_MS))]
    told = {each.subject: {term.name for term in each.terms} for each in ranker().rank(week, MOMENT).order}
    assert {name for name in told["a"] if name in AGE.names} <= {"age: two weeks"}
    assert {name for name in told["b"] if name in AGE.names} <= {"age: half an hour"}
    alone = ranker().rank(week[:1], MOMENT).order[0].terms
    assert {term.name for term in alone if term.name in AGE.names} == {"age: two weeks"}
    assert {term.name for term in alone if term.name in CHANGED.names} <= {"changed: long ago"}


def test_agents_point_at_tasks() -> None:
    """A snippet lifts the task it speaks of by its weight."""
    plain, pointed = ranker().rank([of(task("a"))], MOMENT), ranker().rank([of(task("a"), "momentum")], MOMENT)
    assert pointed.order[0].score == pytest.approx(plain.order[0].score + 0.5 * AGENT)
    assert pointed.order[0].terms[-2].name == "agent.momentum"


def test_advice_stays_behind_a_good_task() -> None:
    """Advice comes first only where no task stands out."""
    good = [of(task("now", started=True, starred=True, due="2026-11-30", priority=4, added_at=NOON - HOUR_MS))]
    dull = [of(task(f"t{index}")) for index in range(400)]
    first = [ranker().rank([*tasks, ADVICE], MOMENT).order[0].subject for tasks in (good, dull)]
    assert first == ["now", ADVICE.subject]
    assert ranker().rank([ADVICE], MOMENT).order == ranker().rank([ADVICE], MOMENT).order


def test_the_first_has_its_chance() -> None:
    """The gate asks how sure the policy is; an empty ranking is not."""
    policy = ranker()
    alone, none = policy.rank([of(task("a"))], MOMENT), policy.rank([], MOMENT)
    two = policy.rank([of(task("a")), of(task("b"))], MOMENT)
    assert policy.probability(alone) == 1.0
    assert policy.probability(none) == 0.0
    assert 0 < policy.probability(two) < 1
    assert (alone.propensity, none.order) == (1.0, ())


def test_ranking_does_not_depend_on_the_order_handed_in() -> None:
    """The same moment gives the same tip on every surface."""
    candidates = [of(each) for each in crowd(200)]
    forth, back = ranker(100).rank(candidates, MOMENT), ranker(100).rank(candidates[::-1], MOMENT)
    assert forth == back


def test_a_long_list_is_explained_at_the_top() -> None:
    """5,000 candidates are ranked within 0.4 s of processor time; reasons are worked out where they can be shown."""
    candidates, policy = [of(each) for each in crowd(5_000)], ranker(100)
    start = time.process_time()
    ranking = policy.rank(candidates, MOMENT)
    assert time.process_time() - start < 0.4 * 4
    names = {term.name for each in ranking.order[:EXPLAINED] for term in each.terms}
    assert names <= {*NAMES, "everything else", "likely"}
    assert len(ranking.order[-1].terms) == 1
