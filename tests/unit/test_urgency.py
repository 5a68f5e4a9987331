"""The cold-start policy: Taskwarrior's polynomial at points worked out by hand, and a total order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.policies.base import Moment, Policy
from oo_cli.engine.policies.urgency import Urgency, due_ramp
from oo_cli.engine.when import DAY_MS
from oo_data.contracts.tip import Candidate, Term
from tests.unit.examples import BERLIN, NOW, task

POLICY: Policy = Urgency()
MOMENT = Moment(NOW, BERLIN, {"momentum": 0.5, "overdue-task": 0.8})


def todo(subject: str = "ref", snippets: tuple[str, ...] = (), **fields: Any) -> Candidate:
    """A task as a candidate."""
    return Candidate(subject, "todo", "todotxt", "source.todotxt", task(ref=subject, **fields), (), snippets)


def advice(agent: str) -> Candidate:
    """Advice as a candidate."""
    return Candidate(f"advice.{agent}", "advice", "agent", f"agent.{agent}", None, (), (agent,))


def terms(candidate: Candidate) -> tuple[Term, ...]:
    """The terms that the policy gives to a candidate."""
    return POLICY.rank([candidate], MOMENT).order[0].terms


@pytest.mark.parametrize(
    ("days_late", "value"),
    [(-400, 0.2), (-14.1, 0.2), (-14, 0.2), (-3.5, 0.6), (0, 0.7333), (3.5, 0.8667), (6.99, 0.9996), (7, 1), (400, 1)],
)
def test_the_ramp_of_the_due_date(days_late: float, value: float) -> None:
    """A fifth up to two weeks ahead, then evenly up to one at a week late."""
    assert due_ramp(days_late) == value


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_the_ramp_never_falls(one: float, other: float) -> None:
    """Later is never less urgent."""
    assert 0.2 <= due_ramp(min(one, other)) <= due_ramp(max(one, other)) <= 1.0


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"due": "2026-12-01"}, [Term("due", 0.7333, 12.0)]),
        ({"due": "2026-12-01T22:00"}, [Term("due", 0.7143, 12.0)]),
        ({"due": "unreadable"}, []),
        ({"priority": 4}, [Term("priority", 1.0, 6.0)]),
        ({"priority": 3}, [Term("priority", 1.0, 3.9)]),
        ({"priority": 2}, [Term("priority", 1.0, 1.8)]),
        ({"project_ref": "p"}, [Term("project", 1.0, 1.0)]),
        ({"label_refs": ("a",)}, [Term("labels", 0.8, 1.0)]),
        ({"label_refs": ("a", "b")}, [Term("labels", 0.9, 1.0)]),
        ({"label_refs": ("a", "b", "c", "d")}, [Term("labels", 1.0, 1.0)]),
        ({"added_at": NOW - 73 * DAY_MS}, [Term("age", 0.2, 2.0)]),
        ({"added_at": NOW - 5000 * DAY_MS}, [Term("age", 1.0, 2.0)]),
        ({"added_at": NOW + DAY_MS}, [Term("age", 0.0, 2.0)]),
        ({"snippets": ("momentum", "unheard")}, [Term("agent.momentum", 0.5, 1.0), Term("agent.unheard", 0.0, 1.0)]),
    ],
)
def test_each_term_alone(fields: dict[str, Any], expected: list[Term]) -> None:
    """Every field of a task brings exactly its own term with Taskwarrior's coefficient."""
    assert list(terms(todo(**fields))) == expected


def test_the_sum_of_a_full_task() -> None:
    """All terms at once add up to the score: 8.8 due, 6 priority, 1 project, 0.9 labels, 2 age, 0.8 agent."""
    full = todo(
        snippets=("overdue-task",), due="2026-12-01", priority=4, project_ref="p", label_refs=("a", "b"),
        added_at=NOW - 400 * DAY_MS,
    )  # fmt: skip
    ranked = POLICY.rank([full], MOMENT).order[0]
    assert [term.name for term in ranked.terms] == ["due", "priority", "project", "labels", "age", "agent.overdue-task"]
    assert ranked.score == pytest.approx(19.5, abs=0.001)
    assert ranked._replace(terms=()) == full


def test_advice_counts_its_agent_twice() -> None:
    """Advice has nothing but its agent's weight, and unknown agents weigh nothing."""
    assert terms(advice("momentum")) == (Term("agent.momentum", 0.5, 2.0),)
    assert POLICY.rank([advice("unheard")], MOMENT).order[0].score == 0


@given(st.randoms())
def test_order_and_ties(shuffle: random.Random) -> None:
    """Most urgent first; ties go to the longest wait, then to the reference, whatever the order of arrival."""
    year = 365 * DAY_MS
    wanted = [
        todo("z", due="2026-11-01"),
        todo("older", added_at=NOW - 3 * year),
        todo("old", added_at=NOW - 2 * year),
        advice("momentum"),
        todo("a", project_ref="p"),
        todo("b", project_ref="q"),
        todo("zz", added_at=NOW),
        todo("y"),
    ]
    arrived = list(wanted)
    shuffle.shuffle(arrived)
    ranking = POLICY.rank(arrived, MOMENT)
    assert [c.subject for c in ranking.order] == ["z", "older", "old", "a", "advice.momentum", "b", "zz", "y"]
    assert ranking.propensity == 1.0


def test_nothing_to_rank() -> None:
    """No candidates are an empty ranking."""
    assert POLICY.rank([], MOMENT).order == ()
    assert POLICY.name == "urgency"
