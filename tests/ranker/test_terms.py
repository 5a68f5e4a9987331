"""What the ranker looks at: named, finite, from the past only, and quick on long lists."""

from __future__ import annotations

import time
from math import isfinite

from hypothesis import given

from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.scales import Boxes, Ramp
from oo_cli.engine.ranker.terms import NAMES, terms
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.ranker.world import BERLIN, NOON, crowd, history, hostile_tasks, hostile_ticks, task, tick

GENEROUS = 4  # the budget is for an idle machine


def named(tasks: list[TaskFeatures], done: list[TaskCompletion], now: int = NOON) -> list[dict[str, float]]:
    """The terms of each task by name."""
    past = Past(BERLIN)
    for each in done:
        past.fold(each)
    return [dict(zip(NAMES, row, strict=True)) for row in terms(tasks, past, now, BERLIN)]


def test_names_are_unique_and_plain() -> None:
    """`oo why` shows them: a family, a colon, a few words."""
    assert len(set(NAMES)) == len(NAMES)
    assert all(name.count(":") == 1 and name.isprintable() and len(name) < 60 for name in NAMES)


@given(hostile_tasks(), hostile_ticks())
def test_every_number_is_finite_and_small(tasks: list[TaskFeatures], done: list[TaskCompletion]) -> None:
    """Nothing that a source says may blow up a score."""
    rows = named(tasks, done)
    assert len(rows) == len(tasks)
    assert all(isfinite(value) and abs(value) < 50 for row in rows for value in row.values())


def test_due_days_follow_the_wall_clock() -> None:
    """A date is today until local midnight, and an hour of today that has passed says so."""
    today, late, tomorrow, far = named(
        [
            task("a", due="2026-11-30"), task("b", due="2026-11-30T08:00:00"), task("c", due="2026-12-01"),
            task("d", due="9999-12-31"),
        ],
        [],
        now=NOON,
    )  # fmt: skip
    assert today["due: today"] == late["due: today"] == tomorrow["due: tomorrow"] == far["due: later"] == 1
    assert (today["due: earlier today"], late["due: earlier today"]) == (0, 1)


def test_places_are_counted_on_the_list() -> None:
    """The newest is the newest, and the first of its project is found."""
    old, new = named([task("a", added_at=NOON - 9 * DAY_MS, project_ref="p"), task("b", added_at=NOON - HOUR_MS)], [])
    assert new["newest: last of all"] == old["newest: oldest of all"] == old["project: newest in it"] == 1
    assert old["newest: last of all"] == 0


def test_neighbours_of_the_last_tick_are_known() -> None:
    """Lists are worked through in the order they were written."""
    done = [tick("x", NOON - 5 * MINUTE_MS, added_at=NOON - 3 * HOUR_MS, project_ref="p")]
    before, after, second = named(
        [task(ref, added_at=NOON - hours * HOUR_MS, project_ref="p") for ref, hours in (("a", 4), ("b", 2), ("c", 1))],
        done,
    )
    assert before["beside: just before your last tick"] == after["beside: next after your last tick"] == 1
    assert second["beside: second after your last tick"] == after["same: project, same sitting"] == 1


def test_a_routine_knows_its_own_pace() -> None:
    """What is done daily and was done an hour ago is not due again; the hour it is usually done tells."""
    done = [tick("r", NOON - days * DAY_MS, recurring=True, every_days=1.0) for days in range(9, 0, -1)]
    (due,) = named([task("r", recurring=True, every_days=1.0)], done)
    (just,) = named([task("r", recurring=True, every_days=1.0)], [*done, tick("r", NOON - HOUR_MS, recurring=True)])
    assert due["routine: time again"] == just["routine: just done"] == just["routine: done today"] == 1
    assert due["routine: ticked before"] == 1


def test_day_only_ticks_teach_no_hours_and_no_order() -> None:
    """todo.txt keeps days, and a made-up noon must not become a habit."""
    past = Past(BERLIN)
    past.fold(tick("a", NOON, timed=False, project_ref="p"))
    assert past.count == past.projects["p"].count == 1
    assert (past.every.clocked, sum(past.every.hours), len(past.recent)) == (0, 0, 0)


def test_terms_do_not_depend_on_the_order_of_the_list() -> None:
    """Sources hand tasks over in any order."""
    tasks, done = crowd(60), history(300)
    forth, back = named(tasks, done), named(tasks[::-1], done)
    assert forth == back[::-1]


def test_scales_meet_their_ends() -> None:
    """A ramp is continuous and a box holds exactly one."""
    ramp, boxes = Ramp("x", (0.0, 1.0, 3.0), ("low", "high")), Boxes("x", (1, 2), ("a", "b", "c"))
    assert [ramp(at) for at in (-1, 0, 1, 2, 3, 9)] == [(0, 0), (0, 0), (1, 0), (1, 0.5), (1, 1), (1, 1)]
    assert [boxes(at).index(1) for at in (0, 1, 1.5, 2)] == [0, 1, 1, 2]


def test_long_lives_cost_little() -> None:
    """50,000 completions are folded in 0.3 s, and 5,000 tasks scored in 0.3 s, of processor time."""
    done, tasks, past = history(50_000), crowd(5_000), Past(BERLIN)
    start = time.process_time()
    for each in done:
        past.fold(each)
    folded = time.process_time()
    Model.prior().logits(terms(tasks, past, NOON, BERLIN))
    assert folded - start < 0.3 * GENEROUS
    assert time.process_time() - folded < 0.3 * GENEROUS
    assert len(past.projects) + len(past.labels) + len(past.routines) < 3100
