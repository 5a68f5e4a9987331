"""What was done: which spans are read, what one row means, and how lists, reopenings and repeats become one history."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.sources.todoist.history import (
    DAY_MS,
    HORIZON_MS,
    OVERLAP_MS,
    SAME_MS,
    WINDOW_MS,
    Happened,
    Progress,
    Window,
    events_of,
    items_of,
    limits,
    reopenings,
    settle,
    windows,
)
from oo_cli.adapters.sources.todoist.mapper import Account, account_of
from oo_data.contracts.signal import DoneSignal
from tests.sources.todoist.test_mapper import ANY_JSON, near
from tests.todoist_server.account import ME, SOMEONE_ELSE, Json, due, item
from tests.todoist_server.bench import NOW

MADRID = Account(ME, ZoneInfo("Europe/Madrid"), {"6Jf8VQXxpwv56VQ7": "Home"}, frozenset(), None)
NOWHERE = MADRID._replace(zone=None)
TASK = "6X7rM8997g3RQmvh"


# --- which spans are read ---


def test_first_connect() -> None:
    """With nothing known, the newest quarter is read first, and half a dozen older ones until the horizon."""
    plan = windows(None, NOW)
    assert len(plan) == 7
    assert (plan[0].since, plan[0].until) == (NOW - WINDOW_MS, NOW)
    assert [window.until for window in plan[1:]] == [window.since for window in plan[:-1]]
    assert plan[-1].since == NOW - HORIZON_MS
    assert [window.after for window in plan] == [Progress(window.since, NOW) for window in plan]


def test_steady() -> None:
    """Once everything is known, one short window remains, which reaches back far enough for late news."""
    known = Progress(NOW - HORIZON_MS, NOW - 3_600_000)
    assert windows(known, NOW) == [Window(NOW - 3_600_000 - OVERLAP_MS, NOW, Progress(NOW - HORIZON_MS, NOW))]


def test_resumed() -> None:
    """Killed after the second window, the next run takes up what is new and then the third."""
    (_, second, third, *_) = windows(None, NOW)
    later = NOW + 60_000
    plan = windows(second.after, later)
    assert (plan[0].until, plan[0].after) == (later, Progress(second.since, later))
    assert (plan[1].since, plan[1].until) == (third.since, third.until)
    assert len(plan) == 6


def test_after_a_long_pause() -> None:
    """What was missed is read oldest first, so that known time never has a hole; missed beyond reach, from anew."""
    plan = windows(Progress(NOW - HORIZON_MS, NOW - 200 * DAY_MS), NOW)
    assert [window.after.newest_ms for window in plan] == [window.until for window in plan]
    assert (len(plan), plan[-1].until) == (3, NOW)
    assert windows(Progress(0, NOW - HORIZON_MS - 1), NOW) == windows(None, NOW)


def test_a_clock_that_was_wrong() -> None:
    """Known time in the far future is no knowledge; a clock set back a little costs nothing."""
    assert windows(Progress(NOW, NOW + OVERLAP_MS + 1), NOW) == windows(None, NOW)
    (window,) = windows(Progress(0, NOW + 5000), NOW)
    assert (window.since, window.until) == (NOW - OVERLAP_MS, NOW)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200) | st.integers(0, 3) | st.integers(-3, 0),
            st.none() | st.integers(0, 8),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_called_known_was_read(runs: list[tuple[int, int | None]]) -> None:
    """Whatever the clock does, wherever runs are killed: known time was read, and a whole run reaches the horizon."""
    now, progress = NOW, None
    read: list[tuple[int, int]] = []
    for days, killed_after in runs:
        now += days * DAY_MS
        plan = windows(progress, now)
        for window in plan[:killed_after]:
            assert 0 < window.until - window.since <= WINDOW_MS
            read.append((window.since, window.until))
            progress = window.after
            assert covers(read, progress.oldest_ms, progress.newest_ms)
        if killed_after is None:
            assert progress is not None
            assert (progress.oldest_ms <= now - HORIZON_MS, progress.newest_ms) == (True, now)


def covers(read: list[tuple[int, int]], since: int, until: int) -> bool:
    """Whether spans leave no hole in another."""
    for begin, end in sorted(read):
        if begin <= since < end:
            since = end
    return since >= until


@pytest.mark.parametrize("text", ["", "1", "1 2 3", "2 1", "-1 2", "1  2", "1 2\n", "a b", "1 9999999999999999", "1 ²"])
def test_unreadable_progress(text: str) -> None:
    """A progress that cannot be read is none: everything is read again, nothing is lost."""
    assert Progress.of(text) is None
    assert Progress.of(None) is None


@given(st.tuples(st.integers(0, 10**14), st.integers(0, 10**14)).map(sorted))
def test_progress_comes_back(ends: list[int]) -> None:
    """What is kept is what is read."""
    progress = Progress(*ends)
    assert Progress.of(progress.text()) == progress


@pytest.mark.parametrize(
    ("days_ago", "log_days", "words"),
    [
        (None, 7, "repeating tasks done before that"),
        (8, 7, "the last look is older"),
        (6, 7, None),
        (400, None, None),
        (None, None, None),
        (31, 30, "keeps 30 days"),
    ],
)
def test_limits(days_ago: int | None, log_days: int | None, words: str | None) -> None:
    """A plan with a short log is told at the first look, and where looks were too far apart."""
    known = None if days_ago is None else Progress(0, NOW - days_ago * DAY_MS)
    told = limits(known, NOW, log_days)
    assert len(told) == (words is not None)
    assert words is None or words in told[0]


def test_plan() -> None:
    """How far the log goes back is read from the plan; no limit, no number and nonsense are no limit."""

    def days(limit: object) -> int | None:
        return account_of({"user_plan_limits": {"current": {"activity_log_limit": limit}}}).log_days

    assert [days(limit) for limit in (7, 0, 365)] == [7, 0, 365]
    assert [days(limit) for limit in (-1, None, True, "7", 7.0, 10**40)] == [None] * 6
    assert account_of({"user_plan_limits": [7]}).log_days is None


# --- what one row means ---


def event(kind: str = "completed", account: Account = MADRID, /, **changes: Any) -> Happened:
    """What one row of the log means; `extra` and the row's own fields are changed by name."""
    extra = changes.pop("extra", {})
    row = {
        "id": 216 * 10**34, "event_type": kind, "event_date": "2026-04-29T17:40:10.391658Z", "object_type": "item",
        "object_id": TASK, "parent_project_id": "6Jf8VQXxpwv56VQ7", "initiator_id": ME, "extra_data": extra,
    } | changes  # fmt: skip
    (happened,) = events_of([row], account)
    assert happened is not None
    return happened


DAILY = {
    "is_recurring": True, "has_time": False, "priority": 3, "due_date": "2026-05-01T21:59:59Z",
    "completed_due_date": "2026-04-20T21:59:59Z", "completed_due_date_local": "2026-04-20T23:59:59",
}  # fmt: skip


def test_event() -> None:
    """A tick of a repeating task: exact to the millisecond, with the date that was met and not the next one."""
    assert event(extra=DAILY) == Happened(
        DoneSignal("todoist", TASK, 1_777_484_410_391, True, "2026-04-20", "Home", 3, True), done=True, mine=True
    )


@pytest.mark.parametrize("extra", [None, {}, [], "x", {"labels": None, "priority": "4", "is_recurring": None}])
def test_event_without_extras(extra: object) -> None:
    """Nothing of the undocumented part is needed."""
    bare = event(extra=extra, parent_project_id=None, initiator_id=None)
    assert bare.signal == DoneSignal("todoist", TASK, 1_777_484_410_391, timed=True)
    assert bare.mine


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"completed_due_date_local": "2026-04-20T23:59:59"}, "2026-04-20"),
        ({"completed_due_date_local": "2026-04-20"}, "2026-04-20"),
        ({"completed_due_date": "2026-04-20T21:59:59Z"}, "2026-04-20"),
        ({"completed_due_date": "2026-01-20T22:59:59Z"}, "2026-01-20"),
        ({"completed_due_date": "2026-04-20T21:59:59Z", "has_time": True}, "2026-04-20T21:59:59Z"),
        ({"completed_due_date_local": "2026-04-20T18:00:00"}, "2026-04-20T18:00:00"),
        ({"completed_due_date_local": "2026-04-20T18:00:00", "has_time": False}, "2026-04-20"),
        (
            {"completed_due_date_local": "2026-04-20T18:00:00", "completed_due_date": "2026-04-20T16:00:00Z"},
            "2026-04-20T16:00:00Z",
        ),
        ({"due_date": "2026-04-20T21:59:59Z"}, "2026-04-20"),
        ({"due_date": "2026-04-20T21:59:59Z", "is_recurring": True}, None),
        ({"due_date": "2026-05-01T21:59:59Z", "completed_due_date": "2026-04-20T21:59:59Z"}, "2026-04-20"),
        ({"completed_due_date_local": "soon", "completed_due_date": 7}, None),
    ],
)
def test_date_that_was_met(extra: Json, expected: str | None) -> None:
    """All-day dates end with their local day; `due_date` counts only where nothing has moved it on."""
    assert event(extra=extra).signal.due == expected


def test_date_without_a_zone() -> None:
    """An all-day date given as an instant names no day for someone whose zone is unknown."""
    instant = {"completed_due_date": "2026-04-20T21:59:59Z", "has_time": False}
    assert event("completed", NOWHERE, extra=instant).signal.due is None
    assert event("completed", NOWHERE, extra={**instant, "has_time": True}).signal.due == "2026-04-20T21:59:59Z"
    assert event("completed", NOWHERE, extra=DAILY).signal.due == "2026-04-20"


def test_item() -> None:
    """A task of the completed list, with its own due date."""
    task = item(completed_at="2026-04-29T17:40:10Z", priority=2, due=due("2026-04-30"), completed_by_uid=ME)
    assert list(items_of([task], MADRID)) == [
        Happened(
            DoneSignal("todoist", TASK, 1_777_484_410_000, True, "2026-04-30", "Home", 2, added_at=1_737_494_923_841),
            done=True,
            mine=True,
        )
    ]


def test_other_rows() -> None:
    """Events of other kinds are passed over, those that cannot be read are counted."""
    rows = [
        {"object_type": "note", "event_type": "added"}, {"object_type": "item", "event_type": "updated"},
        {"object_type": "project", "event_type": "completed"}, None, 7,
    ]  # fmt: skip
    assert list(events_of(rows, MADRID)) == []
    broken = {"object_type": "item", "event_type": "completed", "object_id": TASK}
    assert list(events_of([broken, {**broken, "event_date": "today"}], MADRID)) == [None, None]
    assert list(items_of([None, item(), item(id=7, completed_at="2026-04-29T17:40:10Z")], MADRID)) == [None] * 3


ROWS = st.lists(
    near("object_type", "event_type", "object_id", "event_date", "extra_data", "initiator_id")
    | near(*item(), "completed_by_uid")
    | ANY_JSON,
    max_size=6,
)


@given(ROWS)
def test_any_rows(rows: list[object]) -> None:
    """No JSON value raises, and what is understood keeps the contract."""
    for happened in (*events_of(rows, MADRID), *items_of(rows, MADRID)):
        assert happened is None or (happened.signal.handle.isascii() and 1 <= happened.signal.priority <= 4)


# --- how they become one history ---

SPAN = Window(NOW - DAY_MS, NOW, Progress(0, NOW))
AT = NOW - 3_600_000


def did(at: int, done: bool = True, mine: bool = True, handle: str = TASK, **fields: Any) -> Happened:
    """Something that happened."""
    return Happened(DoneSignal("todoist", handle, at, timed=True)._replace(**fields), done, mine)


def times(events: list[Happened], items: list[Happened], reopened: dict[str, int] | None = None) -> list[int]:
    """When the settled history says that something was done."""
    return [signal.at for signal in settle(SPAN, events, items, reopened or {}).done]


@pytest.mark.parametrize("apart", [0, 1, -1, SAME_MS, -SAME_MS])
def test_two_lists_tell_of_one_completion(apart: int) -> None:
    """A task in both lists was done once, at the time of the log; the list adds the date that the log lacks."""
    listed = did(AT + apart, due="2026-12-01", project="Home", priority=4)
    (signal,) = settle(SPAN, [did(AT)], [listed, listed], {}).done
    assert signal == listed.signal._replace(at=AT)


def test_two_completions() -> None:
    """More than two seconds apart it was done twice; another task is another task; the log's own words stand."""
    assert times([did(AT, recurring=True)], [did(AT + SAME_MS + 1)]) == [AT, AT + SAME_MS + 1]
    assert len(times([did(AT)], [did(AT, handle="6other")])) == 2
    (signal,) = settle(SPAN, [did(AT, priority=3, due="2026-11-30")], [did(AT, priority=4, due="2026-12-01")], {}).done
    assert (signal.priority, signal.due) == (3, "2026-11-30")


@pytest.mark.parametrize("edge", [SPAN.since, SPAN.until])
@pytest.mark.parametrize("apart", [-1, 0, 1])
def test_edges(edge: int, apart: int) -> None:
    """A completion that the two lists put on different sides of an edge belongs to one window, not to both or none."""
    before, after = Window(edge - DAY_MS, edge, SPAN.after), Window(edge, edge + DAY_MS, SPAN.after)
    told, listed = [did(edge)], [did(edge + apart)]
    assert [len(settle(window, told, listed, {}).done) for window in (before, after)] == [0, 1]
    told, listed = [did(edge - 1)], [did(edge - 1 + apart)]
    assert [len(settle(window, told, listed, {}).done) for window in (before, after)] == [1, 0]


def test_reopened() -> None:
    """Reopening takes back the latest completion before it, and says so for those kept earlier."""
    events = [did(AT), did(AT + 10_000, done=False), did(AT + 20_000)]
    done, retracted = settle(SPAN, events, [did(AT + 20_000)], {})
    assert [signal.at for signal in done] == [AT + 20_000]
    assert [(signal.at, signal.recurring) for signal in retracted] == [(AT + 10_000, False)]
    assert times([did(AT + 10_000, done=False)], []) == []


def test_a_reopened_tick() -> None:
    """Of a repeating task only the one tick is taken back, though the reopening does not say that it repeats."""
    ticks = [did(AT + number * 10_000, recurring=True) for number in range(3)]
    done, retracted = settle(SPAN, [*ticks, did(AT + 25_000, done=False)], [], {})
    assert [signal.at for signal in done] == [AT, AT + 10_000]
    assert [(signal.at, signal.recurring) for signal in retracted] == [(AT + 20_000, True)]


def test_an_ended_series_that_is_revived() -> None:
    """Reopening a repeating task long after takes back none of its ticks."""
    assert settle(SPAN, [did(AT, done=False, recurring=True)], [], {}).retracted == ()
    assert times([did(AT, recurring=True)], [], {TASK: AT + 1}) == [AT]


def test_reopened_in_a_later_window() -> None:
    """A completion that a newer window says was taken back is not brought up by an older one, nor by its list."""
    later = reopenings([did(NOW + 9, done=False), did(NOW + 5, done=False), did(NOW + 7, done=False, recurring=True)])
    assert later == {TASK: NOW + 9}
    assert times([did(AT)], [did(AT)], later) == []
    assert times([did(AT)], [], {TASK: AT - 1}) == [AT]


def test_listed_as_done_while_being_reopened() -> None:
    """The log is read after the list, so it has the last word."""
    assert times([did(AT), did(AT + 500, done=False)], [did(AT + 100)]) == []
    assert times([did(AT + 500, done=False)], [did(AT)]) == []


def test_done_by_someone_else() -> None:
    """In a shared project another's tick is not the person's, and its reopening takes back the other's."""
    assert times([did(AT, mine=False)], [did(AT + 1), did(AT, mine=False, handle="6other")]) == []
    events = [did(AT), did(AT + 10_000, mine=False), did(AT + 20_000, done=False)]
    ticks = [happened._replace(signal=happened.signal._replace(recurring=True)) for happened in events]
    assert times(ticks, []) == [AT]
    rows: list[Json] = [item(completed_at="2026-04-29T17:40:10Z", completed_by_uid=uid) for uid in (ME, SOMEONE_ELSE)]
    assert [happened.mine for happened in items_of(rows, MADRID) if happened] == [True, False]


def test_repeated_rows() -> None:
    """Rows that come again, whole or poorer, are one: a tick, a reopening, a task in the list."""
    ticks = [did(AT, recurring=True), did(AT + 10_000, recurring=True)]
    assert times([*ticks, *ticks], []) == [AT, AT + 10_000]
    assert times([*ticks, *[did(AT + 20_000, done=False)] * 3], []) == [AT]
    assert times([], [did(AT), did(AT)]) == [AT]


def test_reopened_twice() -> None:
    """Each of two reopenings takes back one tick, the later ones first."""
    ticks = [did(AT + number * 10_000, recurring=True) for number in range(3)]
    gone = [did(AT + 40_000, done=False), did(AT + 50_000, done=False)]
    done, retracted = settle(SPAN, [*ticks, *gone], [], {})
    assert [signal.at for signal in done] == [AT]
    assert [signal.at for signal in retracted] == [AT + 20_000, AT + 10_000]
