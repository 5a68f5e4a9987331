"""focus-area on people whose areas and projects are known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from oo_agents.kit.snippet import MAX_TEXT
from oo_data.contracts.agent import ParamValue, UserHistory
from oo_data.contracts.feature import TaskCompletion, Value
from tests.agents.people import HOUR_MS, NOW, at, compute, done, history, infer, learned, text

AGENT = "focus-area"
NOTHING: dict[str, Value] = {"done.by_project": {}, "done.by_area": {}, "done.area_days": {}, "open.by_area": {}}


def work(days_ago: int = 1, **projects: int) -> list[TaskCompletion]:
    """As many completions per project; `none` has no project."""
    return [
        done(at(days_ago), project=None if project == "none" else project)
        for project, number in projects.items()
        for _ in range(number)
    ]


def placed(days_ago: int = 1, **areas: int) -> UserHistory:
    """A person with as many completions per area, all in one project."""
    completions = [
        done(at(days_ago), project="p")._replace(ref=f"{area}{number}")
        for area, count in areas.items()
        for number in range(count)
    ]
    known = {c.ref: c.ref.rstrip("0123456789") for c in completions if not c.ref.startswith("none")}
    return history(completions)._replace(areas=known)


def features(
    done_by: Mapping[str, float], total: float | None = None, **days: float
) -> tuple[dict[str, Value], dict[str, ParamValue]]:
    """Features of a person who finished these, `total` in all; and the two areas with most of them."""
    everything = sum(done_by.values()) if total is None else total
    values = NOTHING | {
        "done.by_area": done_by,
        "done.area_days": dict.fromkeys(done_by, 0.0) | days,
        "done.by_weekday": (everything, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    }
    return values, {"preferred_areas": tuple(sorted(done_by, key=lambda area: -done_by[area])[:2])}


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


def test_top_two_areas() -> None:
    """Where enough completions have an area of life, the preferred ones are those, not projects."""
    assert learned(AGENT, placed(home=12, money=11, health=9, none=50)) == {"preferred_areas": ("home", "money")}
    assert learned(AGENT, placed(home=29, none=50)) == {"preferred_areas": ("p",)}


def test_only_the_lookback() -> None:
    """What was finished before the lookback that is enough does not count."""
    assert learned(AGENT, history(work(a=20, b=15) + work(40, c=99))) == {"preferred_areas": ("a", "b")}
    recent, before = placed(home=20, money=15), placed(40, travel=99)
    both = recent._replace(completions=before.completions + recent.completions, areas={**before.areas, **recent.areas})
    assert learned(AGENT, both) == {"preferred_areas": ("home", "money")}


def test_little_and_garbage() -> None:
    """Nothing, one event, no project at all and absurd times leave no area and no error."""
    for completions in ([], work(a=1), work(a=29), work(none=99), [done(10**30, project="a")] * 50):
        (found,) = infer(AGENT, history(completions, events=1)).values()
        assert (found.value, found.source, found.error) == ((), "default", "")


def test_speaks_of_areas() -> None:
    """Names the areas in plain words, and the one that has gone quiet for longer than chance explains."""
    values, params = features({"home": 40, "money": 30, "health": 27}, health=12)
    said = compute(AGENT, values, params)
    assert text(said) == ("Mostly home and money these 90 days; nothing in health for 12 days.")
    assert said is not None
    assert (said.refs, said.weight, said.expires_at) == ((), 0.361, NOW + 24 * HOUR_MS)


@pytest.mark.parametrize(("waiting", "end"), [(1, "1 task waits."), (3, "3 tasks wait.")])
def test_says_what_waits(waiting: int, end: str) -> None:
    """An area gone quiet with something open in it is worth more than the count alone."""
    values, params = features({"home": 40, "money": 30, "health": 27}, health=12)
    values["open.by_area"] = {"health": float(waiting), "home": 9.0}
    assert text(compute(AGENT, values, params)).endswith(f"nothing in health for 12 days, {end}")


def test_one_line() -> None:
    """A sentence that grows too long loses its end, never its truth; a name with an and of its own stays readable."""
    values, params = features({"home": 40, "family-and-friends": 30, "learning": 27}, learning=12)
    values["open.by_area"] = {"learning": 3.0}
    said = text(compute(AGENT, values, params))
    assert said == "Mostly home, and family and friends these 90 days; nothing in learning for 12 days."
    assert len(said) <= MAX_TEXT


@pytest.mark.parametrize(
    ("health", "days"), [(27, 6), (20, 12), (1, 80), (27, 0)], ids=["a week at most", "by chance", "unused", "today"]
)
def test_quiet_only_when_it_means_something(health: int, days: int) -> None:
    """A short gap, or one that chance makes, is not held against anyone."""
    values, params = features({"home": 40, "money": 30, "health": health}, health=days)
    assert text(compute(AGENT, values, params)) == ("Mostly home and money these 90 days.")


def test_most_is_most_of_everything() -> None:
    """Where half of what was finished has no area, nothing is called most of it."""
    values, params = features({"home": 20, "money": 15, "health": 5}, total=70)
    assert compute(AGENT, values, params) is None
    values, params = features({"home": 20, "money": 15, "health": 5}, total=69)
    assert compute(AGENT, values, params) is not None


def test_speaks_of_projects() -> None:
    """Without areas says how concentrated the work is, naming no project and pointing at no task."""
    by_project = {"a": 20.0, "b": 14.0, "c": 3.0, "d": 2.0, "e": 1.0, "f": 0.0}
    said = compute(AGENT, NOTHING | {"done.by_project": by_project}, {"preferred_areas": ("a", "b")})
    assert text(said) == "In the last 90 days, 34 of 40 project tasks were finished in 2 of 5 projects."
    assert said is not None
    assert (said.refs, said.weight, said.expires_at) == ((), 0.425, NOW + 24 * HOUR_MS)


def test_one_area() -> None:
    """An area that no longer exists is left out of the count."""
    by_project = {"a": 30.0, "b": 5.0, "c": 5.0}
    said = compute(AGENT, NOTHING | {"done.by_project": by_project}, {"preferred_areas": ("a", "gone")})
    assert text(said) == "In the last 90 days, 30 of 40 project tasks were finished in 1 of 3 projects."


@pytest.mark.parametrize("feature", ["done.by_project", "done.by_area"])
@pytest.mark.parametrize(
    ("counts", "areas"),
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
def test_silent(feature: str, counts: dict[str, float], areas: tuple[str, ...]) -> None:
    """Without areas, evidence or concentration there is nothing to say."""
    assert compute(AGENT, NOTHING | {feature: counts}, {"preferred_areas": areas}) is None
