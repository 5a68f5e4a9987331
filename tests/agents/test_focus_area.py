"""focus-area on people whose projects are known."""

from __future__ import annotations

import pytest

from oo_data.contracts.feature import TaskCompletion
from tests.agents.people import HOUR_MS, NOW, at, compute, done, history, infer, learned, text

AGENT = "focus-area"


def work(days_ago: int = 1, **projects: int) -> list[TaskCompletion]:
    """As many completions per project; `none` has no project."""
    return [
        done(at(days_ago), project=None if project == "none" else project)
        for project, number in projects.items()
        for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("projects", "areas"),
    [
        ({"a": 5, "b": 20, "c": 9, "none": 50}, ("b", "c")),
        ({"c": 10, "b": 10, "a": 10}, ("a", "b")),
        ({"a": 30, "b": 2}, ("a",)),
    ],
)
def test_top_two(projects: dict[str, int], areas: tuple[str, ...]) -> None:
    """The two projects with most completions, equals in a fixed order; hardly used ones are no areas."""
    assert learned(AGENT, history(work(**projects))) == {"preferred_areas": areas}


def test_only_the_lookback() -> None:
    """What was finished before the lookback that is enough does not count."""
    assert learned(AGENT, history(work(a=20, b=15) + work(40, c=99))) == {"preferred_areas": ("a", "b")}


def test_little_and_garbage() -> None:
    """Nothing, one event, no project at all and absurd times leave no area and no error."""
    for completions in ([], work(a=1), work(a=29), work(none=99), [done(10**30, project="a")] * 50):
        (found,) = infer(AGENT, history(completions, events=1)).values()
        assert (found.value, found.source, found.error) == ((), "default", "")


def test_speaks() -> None:
    """Says how concentrated the work is, naming no project and pointing at no task."""
    features = {"done.by_project": {"a": 20.0, "b": 14.0, "c": 3.0, "d": 2.0, "e": 1.0, "f": 0.0}}
    said = compute(AGENT, features, {"preferred_areas": ("a", "b")})
    assert text(said) == "In the last 90 days, 34 of 40 project tasks were finished in 2 of 5 projects."
    assert said is not None
    assert (said.refs, said.weight, said.expires_at) == ((), 0.425, NOW + 24 * HOUR_MS)


def test_one_area() -> None:
    """An area that no longer exists is left out of the count."""
    features = {"done.by_project": {"a": 30.0, "b": 5.0, "c": 5.0}}
    said = compute(AGENT, features, {"preferred_areas": ("a", "gone")})
    assert text(said) == "In the last 90 days, 30 of 40 project tasks were finished in 1 of 3 projects."


@pytest.mark.parametrize(
    ("by_project", "areas"),
    [
        ({"a": 20.0, "b": 14.0, "c": 6.0}, ()),
        ({"a": 20.0, "b": 20.0}, ("a", "b")),
        ({"a": 10.0, "b": 10.0, "c": 9.0}, ("a", "b")),
        ({"a": 10.0, "b": 10.0, "c": 10.0, "d": 10.0}, ("a", "b")),
        ({"a": 0.0}, ("a",)),
        ({}, ("a",)),
    ],
    ids=["cold start", "only two", "thin", "scattered", "zero", "nothing"],
)
def test_silent(by_project: dict[str, float], areas: tuple[str, ...]) -> None:
    """Without areas, evidence or concentration there is nothing to say."""
    assert compute(AGENT, {"done.by_project": by_project}, {"preferred_areas": areas}) is None
