"""From signals to references and numbers: what is kept, and that no word is."""

from __future__ import annotations

from datetime import datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.features.summary import DAYS, FRESH_MS, summarise
from oo_cli.engine.features.tasks import completion, task_features
from oo_cli.engine.refs import Refs
from oo_cli.engine.when import DAY_MS
from oo_data.contracts.feature import TaskCompletion, Value
from oo_data.contracts.signal import DoneSignal, TaskSignal
from oo_data.text import Untrusted
from tests.unit.examples import BERLIN, NOW, ZONES, ms, task

REFS = Refs(b"k" * 32)
REST = (None, None, None, 1, False)  # a completion without a due date, a project, a priority


def finished(
    at: str, ref: str = "t", timed: bool = True, late: float | None = None, project: str | None = None
) -> TaskCompletion:
    """A completion at a Berlin time."""
    return TaskCompletion(ref, "todotxt", ms(at), timed, None, late, project, 1, False)


def values(*done: TaskCompletion, now: int = NOW) -> dict[str, Value]:
    """The summary of completions alone, by key."""
    return {feature.key: feature.value for feature in summarise([], done, now, BERLIN)}


def test_a_reference_is_an_hmac() -> None:
    """References are fixed by the format: 96 bits of HMAC-SHA-256 over kind, source and id."""
    assert REFS.task("todoist", "8F") == "b8f78ae729d7621887677051"
    assert REFS.project("todoist", "Garden") == "d323e0157d845f112c693c44"
    assert REFS.label("home") == "05468e3914e0067cb07c04a0"


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_references_tell_things_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Another source, id, kind or key is another reference, also for text that is not valid Unicode."""
    assert (REFS.task(*one) == REFS.task(*other)) == (one == other)
    names = {REFS.task(*one), REFS.project(*one), Refs(b"other").task(*one), REFS.task(one[0], one[1] + "\udc80")}
    assert len(names) == 4


def test_a_task_leaves_its_words_behind() -> None:
    """Every field of a signal is kept as a number or a reference, and no word of it anywhere."""
    signal = TaskSignal(
        "todoist", "handle-8", Untrusted("Call  the\x1b[31m dentist"), "2026-12-01", "2026-11-25", 4, "Health",
        ("phone", "home"), 5, True, 30,
    )  # fmt: skip
    kept = task_features(signal, REFS)
    assert kept == task(
        ref=REFS.task("todoist", "handle-8"), source="todoist", due="2026-12-01", start="2026-11-25", priority=4,
        project_ref=REFS.project("todoist", "Health"), label_refs=(REFS.label("phone"), REFS.label("home")),
        added_at=5, recurring=True, minutes=30, words=3, title_ref=REFS.title("call the dentist"),
    )  # fmt: skip
    assert not any(word in repr(kept) for word in ("Call", "dentist", "Health", "phone", "home", "handle-8"))
    bare = task_features(TaskSignal("todotxt", "h", Untrusted("")), REFS)
    assert (bare.project_ref, bare.label_refs, bare.words) == (None, (), 0)


@pytest.mark.parametrize(
    ("due", "at", "late"),
    [
        (None, "2026-12-01T10:00", None),
        ("nonsense", "2026-12-01T10:00", None),
        ("2026-12-03", "2026-12-01T23:00", -2.0),
        ("2026-11-30", "2026-12-01T00:30", 1.0),
        ("2026-12-01T12:00", "2026-12-01T18:00", 0.25),
    ],
)
def test_a_completion_knows_how_late_it_was(due: str | None, at: str, late: float | None) -> None:
    """Lateness follows from the due date in the person's zone; without one there is none."""
    signal = DoneSignal("todoist", "h", ms(at), True, due, "Health", 3, True)
    kept = completion(signal, REFS, BERLIN)
    project = REFS.project("todoist", "Health")
    assert kept == TaskCompletion(REFS.task("todoist", "h"), "todoist", ms(at), True, due, late, project, 3, True)
    assert completion(signal._replace(project=None), REFS, BERLIN).project_ref is None


def test_open_tasks_summed_up() -> None:
    """Overdue by reference with its days, due today counted whether its hour has passed or not."""
    tasks = [
        task(ref="none"),
        task(ref="tomorrow", due="2026-12-02"),
        task(ref="later", due="2026-12-24"),
        task(ref="today", due="2026-12-01"),
        task(ref="passed", due="2026-12-01T04:00"),
        task(ref="old", due="2026-11-28", source="todoist"),
        task(ref="broken", due="?"),
    ]
    features = {feature.key: feature for feature in summarise(tasks, [finished("2026-12-01T09:00")], NOW, BERLIN)}
    assert features["task.open_count"].value == 7.0
    assert features["task.overdue_days"].value == {"passed": 0.25, "old": 3.0}
    assert features["task.due_today_count"].value == 2.0
    assert features["task.open_count"].provenance == ("todoist", "todotxt")
    assert features["done.total"].provenance == ("todotxt",)
    assert {(f.computed_at, f.fresh_until) for f in features.values()} == {(NOW, NOW + FRESH_MS)}


def test_completions_summed_up() -> None:
    """Days, hours and weekdays are local; a completion without a time counts for its day, not for an hour."""
    found = values(
        finished("2026-12-01T00:30", late=-1.0, project="p"),
        finished("2026-12-01T12:00", timed=False),
        finished("2026-11-30T23:30", late=2.5, project="p"),
        finished("2026-11-04T08:00", project="q"),
    )
    per_day, by_hour, by_weekday = found["done.per_day"], found["done.by_hour"], found["done.by_weekday"]
    assert per_day == (1.0, *[0.0] * (DAYS - 3), 1.0, 2.0)
    assert by_hour == tuple(1.0 if hour in (0, 8, 23) else 0.0 for hour in range(24))
    assert by_weekday == (1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    assert found["done.lateness"] == (-1.0, 2.5)
    assert found["done.by_project"] == {"p": 2.0, "q": 1.0}
    assert (found["done.total"], found["done.last_at"]) == (4.0, float(ms("2026-12-01T12:00")))


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_days_and_hours_are_those_of_the_clock(zone: ZoneInfo) -> None:
    """Whatever a zone does to its clocks, each completion falls on the day and hour that a clock there showed."""
    now = ms("2026-04-20T10:00")
    instants = range(now - 88 * DAY_MS, now, 600_000)
    here = [datetime.fromtimestamp(at / 1000, zone) for at in instants]
    done = [TaskCompletion("t", "s", at, True, *REST) for at in instants]
    found = {feature.key: feature.value for feature in summarise([], done, now, zone)}
    assert found["done.by_hour"] == tuple(sum(moment.hour == hour for moment in here) for hour in range(24))
    assert found["done.by_weekday"] == tuple(sum(moment.weekday() == day for moment in here) for day in range(7))
    today = datetime.fromtimestamp(now / 1000, zone).toordinal()
    ages = [today - moment.toordinal() for moment in here]
    assert found["done.per_day"] == tuple(ages.count(DAYS - 1 - place) for place in range(DAYS))


def test_how_late_the_overdue_would_usually_be() -> None:
    """The median of the task's project, early as on time; nothing of small projects and of what is not late."""
    tasks = [
        task(ref="a", due="2026-11-28", project_ref="p"),
        task(ref="b", due="2026-11-28", project_ref="q"),
        task(ref="c", due="2026-11-28", project_ref="r"),
        task(ref="d", due="2026-11-28"),
        task(ref="e", due="2026-12-28", project_ref="p"),
        task(ref="f", project_ref="p"),
        task(ref="g", due="2026-11-28", project_ref="s", source="todoist"),
    ]
    done = [
        *(finished("2026-11-20T12:00", late=days, project="p") for days in (1.0, 9.0, 4.0, 6.0)),
        *(finished("2026-11-20T12:00", late=days, project="q") for days in (-3.0, -2.0, 5.0)),
        *(finished("2026-11-20T12:00", late=days, project="r") for days in (4.0, None, 4.0)),
        *(finished("2026-01-20T12:00", late=days, project="s") for days in (4.0, 4.0, 4.0)),
    ]
    (found,) = (f for f in summarise(tasks, done, NOW, BERLIN) if f.key == "task.overdue_usual_days")
    assert found.value == {"a": 5.0, "b": 0.0}
    assert found.provenance == ("todoist", "todotxt")


def test_a_long_history_is_cheap() -> None:
    """Fifty thousand completions cost less than 0.35 s of CPU, also when all are recent."""
    done = [TaskCompletion("t", "s", NOW - index * 150_000, True, *REST) for index in range(50_000)]
    begin = process_time()
    summarise([], done, NOW, BERLIN)
    assert process_time() - begin < 0.35 * 4  # a busy machine is slow by itself


def test_the_history_is_bounded() -> None:
    """Ninety days count, four weeks of them by day; tomorrow does not count, but all of it is remembered."""
    found = values(
        finished("2026-11-03T12:00", late=1.0),
        finished("2026-09-02T12:00", late=2.0),
        finished("2026-09-01T12:00", late=3.0),
        finished("2026-12-02T00:00", late=4.0),
    )
    assert found["done.per_day"] == (0.0,) * DAYS
    assert found["done.lateness"] == (1.0, 2.0)
    assert found["done.total"] == 4.0


def test_nothing_at_all() -> None:
    """An empty list and an empty history are zeros, not errors."""
    found = values()
    assert (found["done.total"], found["done.last_at"], found["task.overdue_days"]) == (0.0, 0.0, {})


@given(st.lists(st.tuples(st.integers(-200, 5), st.integers(0, DAY_MS), st.booleans()), max_size=40))
def test_sums_agree(spread: list[tuple[int, int, bool]]) -> None:
    """By weekday counts every recent completion, by hour every timed one, by day never more."""
    done = [
        TaskCompletion("t", "s", NOW + days * DAY_MS + at, timed, None, 1.0, "p", 1, False)
        for days, at, timed in spread
    ]
    found = values(*done)
    sums = {key: sum(value) for key, value in found.items() if isinstance(value, tuple)}
    recent = sums["done.lateness"]  # each is one day late
    assert sums["done.by_weekday"] == recent
    assert found["done.by_project"] == ({"p": recent} if recent else {})
    assert sums["done.per_day"] <= recent
    assert sums["done.by_hour"] <= min(recent, sum(timed for *_, timed in spread))
