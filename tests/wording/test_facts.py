"""Facts: what may be said of a task now, and what must not because it would be false before the words run out."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_cli.engine.wording import Context, Facts, context_of, facts_of
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.unit.examples import BERLIN, NOW, moments, ms, task, zones

EVENING = ms("2026-12-01T20:00")
TODAY = date(2026, 12, 1)


def done(ref: str, at: int, project: str | None = None, routine: str | None = None) -> TaskCompletion:
    """One completion at a known time."""
    return TaskCompletion(ref, "todotxt", at, True, None, None, project, 1, bool(routine), routine_ref=routine)


def facts(context: Context | None = None, until: int | None = None, **fields: Any) -> Facts:
    """The facts of a bare task at the moment of these tests."""
    return facts_of(task(**fields), NOW, BERLIN, context=context, until=until)


def test_a_bare_task_has_no_facts() -> None:
    """What is unknown is not made up."""
    assert facts() == Facts(TODAY)


@pytest.mark.parametrize(
    ("due", "known"),
    [
        ("2026-12-01T18:30", (TODAY, time(18, 30), False)),
        ("2026-12-01T09:59", (TODAY, time(9, 59), True)),
        ("2026-12-01T23:30:00Z", (date(2026, 12, 2), time(0, 30), False)),
        ("2026-11-30T09:00", (date(2026, 11, 30), time(9, 0), False)),
        ("2027-01-29", (date(2027, 1, 29), None, False)),
        ("2027-01-30", (None, None, False)),
        ("9999-12-31", (None, None, False)),
        ("whenever", (None, None, False)),
    ],
)
def test_due_dates(due: str, known: tuple[date | None, time | None, bool]) -> None:
    """In the person's own days; a date two months off is no reason, and one that cannot be read is none."""
    found = facts(due=due)
    assert (found.due, found.at, found.passed) == known


@pytest.mark.parametrize(
    ("minutes_ago", "until", "just", "days"),
    [(5, NOW, True, 0), (60, NOW, True, 0), (61, NOW, False, 0), (5, EVENING, False, 0), (700, NOW, False, 1)],
)
def test_added_just_now(minutes_ago: int, until: int, just: bool, days: int) -> None:
    """ "Just now" is said only if it is still so when the words run out."""
    found = facts(until=until, added_at=NOW - minutes_ago * MINUTE_MS)
    assert (found.just_added, found.age_days) == (just, days)


def test_a_time_to_come_is_no_past() -> None:
    """Clocks differ between machines: what lies ahead was not added or done before."""
    context = Context(project_done={"p": NOW + 1}, last_project="p", last_done={"ref": NOW + 1})
    found = facts(context, added_at=NOW + 1, project_ref="p")
    assert (found.age_days, found.just_added, found.last_done_days) == (None, False, None)
    assert not found.project_today
    assert not found.project_last


@pytest.mark.parametrize(
    ("minutes", "busy_in", "until_in", "free"),
    [
        (30, 60, 0, time(11, 0)),
        (30, 30, 0, time(10, 30)),
        (31, 30, 0, None),
        (30, 60, 30, time(11, 0)),
        (30, 60, 31, None),
        (30, 241, 0, None),
        (30, -10, 0, None),
        (0, 60, 0, None),
    ],
)
def test_fitting_before_an_appointment(minutes: int, busy_in: int, until_in: int, free: time | None) -> None:
    """It must still fit when it is read last, and the appointment must be near enough to matter."""
    context = Context(busy_from=NOW + busy_in * MINUTE_MS)
    assert facts(context, NOW + until_in * MINUTE_MS, minutes=minutes).free_until == free


def test_minutes_of_the_context_come_first() -> None:
    """An estimate, said to be a guess or not, takes the place of what the source says; absurd ones are left out."""
    guess, told = facts(Context(minutes={"ref": (15, True)}), minutes=30), facts(minutes=30)
    assert (guess.minutes, guess.guessed) == (15, True)
    assert (told.minutes, told.guessed) == (30, False)
    assert facts(minutes=481).minutes is None
    assert facts(minutes=10**200).minutes is None


@pytest.mark.parametrize(("hour", "near"), [(8, False), (9, True), (10, True), (11, True), (12, False)])
def test_the_usual_hour(hour: int, near: bool) -> None:
    """Only about that hour is it a reason."""
    assert facts(Context(usual_hours={"ref": hour})).usual_hour == (hour if near else None)


def test_the_usual_hour_across_midnight() -> None:
    """Half past midnight is near eleven at night."""
    late = facts_of(task(), ms("2026-12-01T00:30"), BERLIN, context=Context(usual_hours={"ref": 23}))
    assert late.usual_hour == 23


def test_what_the_list_and_the_past_tell() -> None:
    """Projects are counted, and the last time of each routine and project kept, by the person's own days."""
    tasks = [task(ref="a", project_ref="p"), task(ref="b", project_ref="p"), task(ref="c")]
    past = [done("x", NOW - 9 * DAY_MS, "p", "r"), done("y", NOW - 20 * MINUTE_MS, "p"), done("z", NOW - DAY_MS, "q")]
    context = context_of(tasks, past, BERLIN)
    mine = facts(context, ref="a", project_ref="p", routine_ref="r")
    assert (mine.project_open, mine.project_today, mine.project_last, mine.last_done_days) == (2, True, True, 9)
    assert not facts(context, NOW + HOUR_MS, project_ref="p").project_last
    yesterday = facts(context, project_ref="q")
    assert (yesterday.project_today, yesterday.project_last) == (False, False)
    assert facts(context) == Facts(TODAY)


@pytest.mark.parametrize(
    ("ages", "oldest"),
    [
        ((40, 30, 20), "0"),
        ((20, 30, 40), "2"),
        ((40, 40, 20), None),
        ((40, None, 20), None),
        ((40, 20), None),
        ((), None),
    ],
)
def test_the_oldest_on_the_list(ages: tuple[int | None, ...], oldest: str | None) -> None:
    """One of at least three, older by a day than all others, and only if every age is known."""
    tasks: list[TaskFeatures] = [
        task(ref=str(index), added_at=None if age is None else NOW - age * DAY_MS) for index, age in enumerate(ages)
    ]
    assert context_of(tasks, [], BERLIN).oldest == oldest


def test_the_rest_of_the_context() -> None:
    """What the caller adds about a task reaches its facts, and no other's."""
    context = Context(oldest="a", put_off={"a": 3}, follows={"a"})
    mine, other = facts(context, ref="a", started=True), facts(context)
    assert (mine.oldest, mine.put_off, mine.follows, mine.started) == (True, 3, True, True)
    assert other == Facts(TODAY)


@given(
    st.dates().map(str) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | st.text(max_size=20),
    st.integers(-(10**13), 10**13),
    st.integers(-10, 10**9),
    st.integers(0, DAY_MS),
    moments,
    zones,
)
def test_any_task_has_facts(due: str, at: int, minutes: int, later: int, now: int, zone: Any) -> None:
    """Whatever a source and the log hold."""
    context = Context(project_done={"p": at}, last_project="p", last_done={"ref": at}, busy_from=now + minutes)
    found = facts_of(
        task(due=due, added_at=at, minutes=minutes, project_ref="p"), now, zone, context=context, until=now + later
    )
    assert found.age_days is None or found.age_days >= 0
    assert found.due is None or (found.due - found.today).days <= 59
