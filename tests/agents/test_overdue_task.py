"""overdue-task on people whose lateness is known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from oo_data.contracts.feature import TaskCompletion, Value
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
    """Fewer than five dated completions of the last year teach nothing."""
    old = [done(at(370 + index), late=5) for index in range(50)]
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


def features(overdue: Mapping[str, float], **usual: float) -> dict[str, Value]:
    """What is overdue, and how late each usually would be where its project tells."""
    return {"task.overdue_days": overdue, "task.overdue_usual_days": usual}


@pytest.mark.parametrize(
    ("overdue", "sentence"),
    [
        ({"a": 12.0, "b": 1.0, "c": 3.0}, "2 tasks are late, the oldest by 12 days."),
        ({"a": 3.0, "b": 0.5}, "One task is late by 3 days."),
        ({"a": 3.0}, "One task is late by 3 days."),
        ({"a": 1.45}, "One task is late by 1 day."),
        ({"a": 2.0, "b": -4.0, "c": 0.0}, "One task is late by 2 days."),
        ({"a": 1.2}, ""),
        ({"a": 1.0, "b": 0.5}, ""),
        ({"a": -1.0}, ""),
        ({}, ""),
    ],
)
def test_sentence(overdue: dict[str, float], sentence: str) -> None:
    """Counts what is late beyond the tolerance; a cold-start tolerance is nobody's usual and not called so."""
    assert text(compute(AGENT, features(overdue))) == sentence


@pytest.mark.parametrize(
    ("tolerance", "overdue", "sentence"),
    [
        (0.0, {"a": 0.45}, "One task is late by less than a day; mostly you are on time."),
        (0.0, {"a": 5.0, "b": 9.0}, "2 tasks are later than usual, the oldest by 9 days."),
        (1.4, {"a": 5.0}, "One task is late by 5 days; your usual is 1 day."),
        (4.0, {"a": 12.0}, "One task is late by 12 days; your usual is 4 days."),
        (4.0, {"a": 12.0, "b": 3.0, "c": 6.0}, "2 tasks are later than usual, the oldest by 12 days."),
        (4.0, {"a": 4.0}, ""),
    ],
)
def test_against_the_usual(tolerance: float, overdue: dict[str, float], sentence: str) -> None:
    """What was learned of the person is named, and what is within it is not held against them."""
    assert text(compute(AGENT, features(overdue), {"lateness_tolerance_days": tolerance})) == sentence


def test_projects() -> None:
    """A task of a project that is always late must be later still, and weighs less; the kept project comes first."""
    said = compute(AGENT, features({"a": 10.0, "b": 10.0, "c": 10.0}, a=20.0, b=8.0), {"lateness_tolerance_days": 2.0})
    assert said is not None
    assert said.refs == ("c", "b")
    assert said.weight == pytest.approx(8 / 15, abs=0.001)
    alone = compute(AGENT, features({"b": 10.0}, b=8.0), {"lateness_tolerance_days": 2.0})
    assert alone is not None
    assert alone.weight == pytest.approx(3 / 9 * 2 / 9, abs=0.001)


def test_refs_and_weight() -> None:
    """Those beyond the tolerance, latest first, equals in a fixed order; half the weight a week beyond it."""
    overdue = {"a": 2.0, "b": 9.0, "c": 9.0, "d": 12.0, "e": 1.0, "f": 10.0}
    said = compute(AGENT, features(overdue), {"lateness_tolerance_days": 5.0})
    assert said is not None
    assert said.refs == ("d", "f", "b", "c")
    assert (said.weight, said.expires_at) == (0.5, NOW + 6 * HOUR_MS)
    unreal = compute(AGENT, features(overdue), {"lateness_tolerance_days": 5.0, "project_realness": 0.5})
    assert unreal is not None
    assert unreal.weight == 0.25


def test_five_at_most() -> None:
    """The sentence counts all, the references stop at five."""
    said = compute(AGENT, features({f"t{index}": 9.0 + index for index in range(8)}))
    assert text(said) == "8 tasks are late, the oldest by 16 days."
    assert said is not None
    assert said.refs == ("t7", "t6", "t5", "t4", "t3")


def test_ends_with_the_day() -> None:
    """Tomorrow it is a day more, so the sentence ends at midnight."""
    said = compute(AGENT, features({"a": 3.0}), now=at(0, 22))
    assert said is not None
    assert said.expires_at == at(-1, 0)
