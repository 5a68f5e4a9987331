"""overdue-task on people whose lateness is known."""

from __future__ import annotations

import pytest

from oo_data.contracts.feature import TaskCompletion
from tests.agents.people import HOUR_MS, NOW, at, compute, done, history, infer, learned, text

AGENT = "overdue-task"


def late(*days: float | None, project: str | None = None) -> list[TaskCompletion]:
    """Completions late by these days; None has no due date."""
    return [done(at(index), late=each, project=project) for index, each in enumerate(days)]


@pytest.mark.parametrize(
    ("days", "tolerance"), [((0, 1, 3, 9, 20), 3), ((-5, -4, -3, 0, 9), 0), ((1, 2, 3, 4, None, 2.5), 2.5)]
)
def test_tolerance(days: tuple[float | None, ...], tolerance: float) -> None:
    """Tolerance is the median lateness; early people have none, and no due date is no evidence."""
    assert learned(AGENT, history(late(*days)))["lateness_tolerance_days"] == tolerance


def test_thin() -> None:
    """Fewer than five dated completions of the last ninety days teach nothing."""
    old = [done(at(100 + index), late=5) for index in range(50)]
    assert learned(AGENT, history([*late(9, 9, 9, 9, None, None), *old])) == {}


def test_realness() -> None:
    """A project finished later than the rest makes due dates less real, by its share of the work."""
    both = late(0, 0, 0, 0, 0, 0, project="kept") + late(3, 3, 3, project="dreamt")
    assert learned(AGENT, history(both))["project_realness"] == pytest.approx((6 * 1 + 3 * 0.25) / 9)


@pytest.mark.parametrize(
    "held",
    [
        late(*[4] * 20, project="only"),
        late(*[4] * 20),
        late(*[4] * 20, project="a") + late(1, 1, project="b"),
    ],
    ids=["one project", "no project", "second too small"],
)
def test_no_realness(held: list[TaskCompletion]) -> None:
    """One project cannot be later than the others."""
    assert learned(AGENT, history(held)) == {"lateness_tolerance_days": 4}


def test_alike_projects_are_real() -> None:
    """Projects that are equally late are all as real as each other."""
    both = late(*[4] * 5, project="a") + late(*[4] * 5, project="b")
    assert learned(AGENT, history(both))["project_realness"] == 1.0


def test_little_and_garbage() -> None:
    """Nothing, one event and absurd times or lateness leave fitting values."""
    for completions in ([], late(3), [done(10**30, late=1)] * 50):
        found = infer(AGENT, history(completions, events=1))
        assert [(each.value, each.error) for each in found.values()] == [(1.0, ""), (1.0, "")]
    assert learned(AGENT, history(late(*[float("inf"), float("nan"), -700_000.0] * 9))) == {}


@pytest.mark.parametrize(
    ("overdue", "sentence"),
    [
        ({"a": 12.0, "b": 1.0, "c": 3.0}, "3 tasks are late, the oldest by 12 days."),
        ({"a": 2.0, "b": 0.5}, "2 tasks are late, the oldest by 2 days."),
        ({"a": 3.0}, "1 task is late by 3 days."),
        ({"a": 1.2}, "1 task is late by 1 day."),
        ({"a": 2.0, "b": -4.0, "c": 0.0}, "1 task is late by 2 days."),
        ({"a": 1.0, "b": 0.5}, ""),
        ({"a": -1.0}, ""),
        ({}, ""),
    ],
)
def test_sentence(overdue: dict[str, float], sentence: str) -> None:
    """Counts what is late, in the singular where it is one, and is silent within the tolerance."""
    assert text(compute(AGENT, {"task.overdue_days": overdue})) == sentence


def test_no_tolerance() -> None:
    """Someone who is never late hears of the first hours."""
    said = compute(AGENT, {"task.overdue_days": {"a": 0.3}}, {"lateness_tolerance_days": 0.0})
    assert text(said) == "1 task is late by less than a day."


def test_refs_and_weight() -> None:
    """Five at most, latest first, equals in a fixed order; half the weight a week beyond the tolerance."""
    overdue = {"a": 2.0, "b": 9.0, "c": 9.0, "d": 12.0, "e": 1.0, "f": 10.0}
    said = compute(AGENT, {"task.overdue_days": overdue}, {"lateness_tolerance_days": 5.0})
    assert said is not None
    assert said.refs == ("d", "f", "b", "c", "a")
    assert (said.weight, said.expires_at) == (0.5, NOW + 6 * HOUR_MS)
    unreal = compute(AGENT, {"task.overdue_days": overdue}, {"lateness_tolerance_days": 5.0, "project_realness": 0.5})
    assert unreal is not None
    assert unreal.weight == 0.25


def test_ends_with_the_day() -> None:
    """Tomorrow it is a day more, so the sentence ends at midnight."""
    said = compute(AGENT, {"task.overdue_days": {"a": 3.0}}, now=at(0, 22))
    assert said is not None
    assert said.expires_at == at(-1, 0)
