"""Whose area a task has, and the counts that agents see."""

from __future__ import annotations

from oo_cli.engine.areas.counts import area_features, area_of, resolve, subject_of, vote
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.fakes import BERLIN, DAY, TUESDAY

USER, TITLE = "user", "inferred"


def task(ref: str, project: str | None = None, routine: str | None = None) -> TaskFeatures:
    """One open task."""
    return TaskFeatures(ref, "todoist", None, None, 1, project, (), None, False, None, 1, routine_ref=routine)


def done(ref: str, days_ago: float, project: str | None = None, source: str = "todoist") -> TaskCompletion:
    """One completion."""
    return TaskCompletion(ref, source, TUESDAY - round(days_ago * DAY), True, None, None, project, 1, False)


def test_who_is_believed() -> None:
    """The person on the task, on its project; then the title, then the project's other tasks."""
    known = {"t": ("home", USER), "p": ("work", USER), "i": ("money", TITLE), "q": ("travel", TITLE)}
    assert area_of(task("t", "p"), known) == ("home", USER)
    assert area_of(task("i", "p"), known) == ("work", USER)
    assert area_of(task("i", "q"), known) == ("money", TITLE)
    assert area_of(task("x", "q"), known) == ("travel", TITLE)
    assert area_of(task("x"), known) is None
    assert resolve([task("t"), task("x"), done("d", 1, "q")], known) == {"t": "home", "d": "travel"}


def test_a_routine_has_one_area() -> None:
    """All occurrences of what repeats share what was said of one."""
    assert (subject_of(task("a", None, "r")), subject_of(task("a"))) == ("r", "a")
    assert area_of(task("b", None, "r"), {"r": ("health", USER)}) == ("health", USER)


def test_vote() -> None:
    """A project has the area of its tasks where at least three are placed and three in five agree."""
    assert vote(["home"] * 3 + ["work"] * 2) == "home"
    assert vote(["home"] * 2) is vote([]) is vote(["home", "home", "work", "work", "money"]) is None


def test_features() -> None:
    """Counts by area over 90 days, and how many days ago each was last seen; what has no area counts nowhere."""
    finished = [
        done("a", 1, source="todotxt"), done("a", 5), done("b", 12), done("old", 91), done("none", 1), done("a", -2),
    ]  # fmt: skip
    areas = {"a": "home", "b": "health", "old": "money", "t": "home", "u": "home"}
    found = area_features([task("t"), task("u"), task("v")], finished, areas, TUESDAY, BERLIN)
    values = {feature.key: feature.value for feature in found}
    assert values == {
        "open.by_area": {"home": 2.0},
        "done.by_area": {"home": 2.0, "health": 1.0},
        "done.area_days": {"home": 1.0, "health": 12.0},
    }
    assert {feature.key: feature.provenance for feature in found}["done.by_area"] == ("todoist", "todotxt")
    assert all(feature.fresh_until == TUESDAY + DAY for feature in found)


def test_nothing_known() -> None:
    """Empty lives have empty counts, so that an agent that asks for them can still run."""
    assert [feature.value for feature in area_features([], [], {}, TUESDAY, BERLIN)] == [{}, {}, {}]
