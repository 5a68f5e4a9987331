"""Tasks, ticks and hostile numbers for the tests of the ranker."""

from __future__ import annotations

from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from oo_cli.engine.when import DAY_MS, HOUR_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

NOON = 1_796_036_400_000  # Monday 2026-11-30, noon in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
REFS = st.sampled_from(("a", "b", "c"))
DUES = st.sampled_from(
    (None, "2026-11-30", "2026-12-01T09:00:00", "2026-12-01T09:00:00Z", "9999-12-31", "9999-12-31T23:59:59Z",
     "0001-01-01", "0001-01-01T00:00:00Z", "some day", "")
)  # fmt: skip
TIMES = st.none() | st.integers(0, 4 * NOON)


def task(ref: str, **fields: Any) -> TaskFeatures:
    """One open task, added a day before noon; fields as told."""
    plain = TaskFeatures(ref, "todotxt", None, None, 1, None, (), NOON - DAY_MS, False, None, 3)
    return plain._replace(**fields)


def tick(ref: str, at: int, **fields: Any) -> TaskCompletion:
    """One completion of a task added two days before noon; fields as told."""
    plain = TaskCompletion(ref, "todotxt", at, True, None, None, None, 1, False, NOON - 2 * DAY_MS)
    return plain._replace(**fields)


def crowd(size: int, seed: int = 1) -> list[TaskFeatures]:
    """A long list with projects, labels, dates and routines, as a busy person has."""
    random = Random(seed)
    return [
        task(
            f"task-{index}",
            due=random.choice((None, f"2026-12-{1 + index % 28:02}", f"2026-11-{1 + index % 28:02}T10:00:00Z")),
            priority=random.randint(1, 4),
            project_ref=random.choice((None, *(f"project-{each}" for each in range(20)))),
            label_refs=tuple(random.sample(("a", "b", "c", "d"), random.randint(0, 2))),
            added_at=NOON - random.randrange(400 * DAY_MS),
            recurring=random.random() < 0.2,
        )
        for index in range(size)
    ]  # fmt: skip


def history(size: int, seed: int = 1) -> list[TaskCompletion]:
    """Completions of several years, oldest first."""
    random = Random(seed)
    times = sorted(NOON - HOUR_MS - random.randrange(2000 * DAY_MS) for _ in range(size))
    return [
        tick(
            f"done-{index % 3000}",
            at,
            due=None if index % 2 else "2026-01-01",
            lateness_days=None if index % 2 else random.uniform(-5, 5),
            project_ref=f"project-{index % 20}",
            recurring=index % 5 == 0,
            added_at=at - random.randrange(30 * DAY_MS),
            label_refs=("a",) if index % 3 else (),
        )
        for index, at in enumerate(times)
    ]


def hostile_tasks() -> st.SearchStrategy[list[TaskFeatures]]:
    """Lists of any length with the worst that a source may say."""
    one = st.builds(
        TaskFeatures,
        ref=st.uuids().map(str),
        source=st.just("todotxt"),
        due=DUES,
        start=DUES,
        priority=st.integers(-5, 99),
        project_ref=st.none() | REFS,
        label_refs=st.lists(REFS, max_size=3).map(tuple),
        added_at=TIMES,
        recurring=st.booleans(),
        minutes=st.none() | st.integers(0, 999),
        words=st.integers(0, 10**6),
        changed_at=TIMES,
        changes=st.integers(0, 10**9),
        notes=st.integers(0, 10**9),
        every_days=st.none() | st.floats(0, 1e9),
        routine_ref=st.none() | REFS,
    )
    return st.lists(one, max_size=12, unique_by=lambda each: each.ref)


def hostile_ticks() -> st.SearchStrategy[list[TaskCompletion]]:
    """Completions in the order of time, up to noon."""
    one = st.builds(
        TaskCompletion,
        ref=REFS,
        source=st.just("todotxt"),
        at=st.integers(0, NOON),
        timed=st.booleans(),
        due=DUES,
        lateness_days=st.none() | st.floats(-3e6, 3e6),
        project_ref=st.none() | REFS,
        priority=st.integers(-5, 99),
        recurring=st.booleans(),
        added_at=TIMES,
        label_refs=st.lists(REFS, max_size=3).map(tuple),
        every_days=st.none() | st.floats(0, 1e9),
        routine_ref=st.none() | REFS,
    )
    return st.lists(one, max_size=12).map(lambda found: sorted(found, key=lambda each: each.at))
