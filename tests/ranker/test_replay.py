"""The past as it was: decisions are rebuilt from what is kept, and the future never reaches back."""

from __future__ import annotations

import time
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.replay import LEAD_MS, LONGEST, Moment, learn_past, moments
from oo_cli.engine.ranker.terms import Row, terms
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.ranker.world import BERLIN, NOON, crowd, history, hostile_tasks, hostile_ticks, task, tick


def decisions(tasks: list[TaskFeatures], done: list[TaskCompletion], since: int = 0) -> list[tuple[set[str], set[str]]]:
    """The refs that were open and those that were right, of each decision."""
    return [({each.ref for each in found.open}, set(found.right)) for found in moments(tasks, done, BERLIN, since)]


def test_what_was_open_is_told_by_when_it_was_added_and_done() -> None:
    """A task is on the list from when it was added until it was ticked, and not otherwise."""
    tasks = [task("open", added_at=NOON - 5 * DAY_MS), task("young", added_at=NOON - HOUR_MS)]
    done = [
        tick("first", NOON - 3 * DAY_MS, added_at=NOON - 4 * DAY_MS),
        tick("second", NOON - 2 * DAY_MS, added_at=NOON - 4 * DAY_MS),
        tick("late", NOON, added_at=NOON - 3 * DAY_MS - HOUR_MS),
    ]
    assert decisions(tasks, done) == [
        ({"open", "first", "second", "late"}, {"first"}),
        ({"open", "second", "late"}, {"second"}),
        ({"open", "young", "late"}, {"late"}),
    ]
    assert len(decisions(tasks, done, since=NOON - DAY_MS)) == 1


def test_a_run_of_ticks_is_one_decision_and_a_clean_up_none() -> None:
    """Ticks less than two minutes apart were chosen together; more than ten of them were not chosen."""
    tasks = [task("open", added_at=0)]
    run = [tick(f"t{at}", NOON + at * MINUTE_MS, added_at=0) for at in range(3)]
    clean_up = [tick(f"c{at}", NOON + DAY_MS + at * 1000, added_at=0) for at in range(11)]
    found = list(moments(tasks, [*run, *clean_up], BERLIN))
    assert [(each.now, each.right) for each in found] == [(NOON - LEAD_MS, frozenset({"t0", "t1", "t2"}))]


def test_day_only_and_undated_ticks_are_no_decisions() -> None:
    """Without an hour there is no moment, and without a time of adding no list; the past counts both."""
    done = [tick("a", NOON, timed=False), tick("b", NOON + HOUR_MS, added_at=None)]
    assert decisions([task("open"), task("other")], done) == []
    assert learn_past(Model.prior(), [], done, BERLIN).count == 2


def test_a_routine_is_open_before_each_of_its_ticks_once() -> None:
    """A task that comes back is a choice every day, by one name or by many."""
    same = [tick("r", NOON + day * DAY_MS, recurring=True) for day in range(3)]
    own = [
        tick(f"o{day}", NOON + day * DAY_MS + HOUR_MS, routine_ref="o", due=f"2026-12-0{day + 1}") for day in range(3)
    ]
    found = decisions([task("open"), task("r", recurring=True)], [*same, *own])
    assert [len(open_then) for open_then, _ in found] == [3] * 6
    assert [right for _, right in found] == [{"r"}, {"o0"}, {"r"}, {"o1"}, {"r"}, {"o2"}]


def test_what_a_completion_does_not_keep_is_blanked_on_all() -> None:
    """Otherwise the marks of tasks that are still open would give the others away."""
    marked = task("open", words=9, starred=True, started=True, notes=3, changed_at=NOON, changes=2, blocked=True)
    (found,) = moments([marked], [tick("a", NOON)], BERLIN)
    plain = next(each for each in found.open if each.ref == "open")
    assert plain == task("open", words=0)


@given(hostile_tasks(), hostile_ticks(), hostile_ticks())
def test_the_future_never_changes_what_the_past_saw(
    tasks: list[TaskFeatures], done: list[TaskCompletion], later: list[TaskCompletion]
) -> None:
    """The terms of a decision are the same whatever is ticked after it, of tasks not yet added then."""
    end = NOON + HOUR_MS
    extra = [each._replace(ref=f"later-{each.ref}", routine_ref=None, at=end + each.at, added_at=end) for each in later]
    known = {found.now: rows for found, rows in _scored(tasks, done)}
    again = {found.now: rows for found, rows in _scored(tasks, [*done, *extra]) if found.now < NOON}
    assert again == known


def _scored(tasks: list[TaskFeatures], done: list[TaskCompletion]) -> list[tuple[Moment, list[Row]]]:
    return [(each, terms(each.open, each.past, each.now, BERLIN)) for each in moments(tasks, done, BERLIN)]


@given(st.integers(0, 99))
def test_how_the_future_is_ordered_is_not_seen(seed: int) -> None:
    """When the remaining tasks get ticked, in which order, changes nothing at the first decision."""
    times = [NOON + day * DAY_MS for day in range(1, 8)]
    first = tick("first", NOON)
    straight = [first, *(tick(f"t{index}", at, added_at=NOON - (9 + index) * DAY_MS) for index, at in enumerate(times))]
    Random(seed).shuffle(times)
    shuffled = [first, *(tick(f"t{index}", at, added_at=NOON - (9 + index) * DAY_MS) for index, at in enumerate(times))]
    one, other = (next(moments([task("open")], done, BERLIN)) for done in (straight, shuffled))
    assert _by_ref(one) == _by_ref(other)


def _by_ref(found: Moment) -> dict[str, tuple[float, ...]]:
    rows = terms(found.open, found.past, found.now, BERLIN)
    return {each.ref: row for each, row in zip(found.open, rows, strict=True)}


def test_a_long_list_is_cut_and_keeps_what_was_right() -> None:
    """Learning from a long life stays cheap, and the last decisions are the ones learnt."""
    done = history(2_000)
    found = list(moments(crowd(2_000), done, BERLIN, since=NOON - 100 * DAY_MS))
    assert found
    assert all(len(each.open) <= LONGEST + 10 and each.right for each in found)
    model, start = Model.prior(), time.process_time()
    past = learn_past(model, crowd(2_000), done, BERLIN, most=40)
    assert time.process_time() - start < 4.0
    assert (past.count, model.seen <= 40, model.at > done[-80].at) == (2_000, True, True)


def test_what_was_learnt_is_not_learnt_twice() -> None:
    """A refresh without a new tick leaves the person's weights alone."""
    tasks, done, model = crowd(30), history(300), Model.prior()
    learn_past(model, tasks, done, BERLIN)
    kept = model.to_json()
    learn_past(model, tasks, done, BERLIN)
    assert model.seen > 10
    assert model.to_json() == kept
