"""A person's year against what is kept of it: nothing lost, nothing doubled, wherever reading stops and lists shift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import Reply
from oo_cli.adapters.sources.todoist.client import API_URL, TodoistClient
from oo_cli.adapters.sources.todoist.history import DAY_MS, SAME_MS, WINDOW_MS
from oo_cli.adapters.sources.todoist.source import TodoistSource
from oo_data.contracts.signal import Reading
from oo_data.secret import Secret
from tests.todoist_server.account import ME, SOMEONE_ELSE, Account, Json, build, due, item, moment
from tests.todoist_server.history import NOW, History
from tests.todoist_server.wire import Request, ok

END = int(NOW.timestamp() * 1000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SINGLES, HABITS = ("6single-a", "6single-b", "6single-c"), ("6habit-a", "6habit-b")
APART_MS = 10_000  # between two acts on one task


class Act(NamedTuple):
    """Something done to a task at a time (UTC ms). `lag` is how far the completed list is off the log, in ms."""

    task: str
    at: int
    done: bool
    by: str | None
    lag: int


class Direct(Guard):
    """A gate straight to a server in this process. Between two pages, `late` acts may happen."""

    def __init__(self, account: Account, history: History, late: list[Act]) -> None:
        """Nothing to open."""
        self.account, self.routes, self.late = account, history.routes(), late

    def call(self, **asked: object) -> Reply:
        """One request, answered at once."""
        url = urlsplit(str(asked["url"]))
        if url.path == "/api/v1/sync":
            account = self.account
            parts = {"items": [], "user": account.user, "user_plan_limits": account.plan}
            return Reply(200, {}, ok({**parts, "projects": account.projects, "full_sync": True}).body)
        answer = self.routes["GET", url.path](Request("GET", f"{url.path}?{url.query}", {}, b""))
        if self.late:
            carry_out(self.account, self.late.pop(0))
        return Reply(answer.status, {}, answer.body)


def carry_out(account: Account, act: Act) -> None:
    """Let it have happened in the account."""
    when = EPOCH + timedelta(milliseconds=act.at)
    repeats = act.task in HABITS
    task: Json = item(id=act.task, due=due(str(when.date()), is_recurring=True) if repeats else None)
    account.tell("completed" if act.done else "uncompleted", task, when, act.by)
    account.done[:] = [known for known in account.done if known["id"] != act.task]
    if act.done and not repeats:
        done_at = moment(when + timedelta(milliseconds=act.lag))
        account.done.append({**task, "checked": True, "completed_at": done_at, "completed_by_uid": act.by})


def keep(kept: dict[tuple[str, int], bool], reading: Reading) -> None:
    """What whoever keeps readings has to do, and no more; the value says whether the task repeats."""
    for gone in reading.retracted:
        for key in [key for key in kept if key[0] == gone.handle and kept[key] == gone.recurring]:
            if abs(key[1] - gone.at) <= SAME_MS if gone.recurring else key[1] <= gone.at:
                del kept[key]
    for signal in reading.done:
        if not any(handle == signal.handle and abs(at - signal.at) <= SAME_MS for handle, at in kept):
            kept[signal.handle, signal.at] = signal.recurring


def expected(acts: list[Act], since: int) -> dict[tuple[str, int], bool]:
    """The person's own completions that were not taken back; of repeating tasks those the log could tell of."""
    alive: dict[str, list[Act]] = {}
    for act in acts:
        stack = alive.setdefault(act.task, [])
        if act.done:
            stack.append(act)
        else:
            stack.pop()
    left = [act for stack in alive.values() for act in stack if act.by != SOMEONE_ELSE]
    return {(act.task, act.at): act.task in HABITS for act in left if act.task in SINGLES or act.at >= since}


class Run(NamedTuple):
    """One reading: how long after the one before, after how many windows it is killed, and how the server pages."""

    hours: int
    killed_after: int | None
    rows: int
    repeated: int
    forgetful: bool


LAST = Run(1, None, 3, 1, forgetful=False)


RUNS = st.lists(
    st.builds(
        Run,
        hours=st.integers(0, 5 * 24),
        killed_after=st.none() | st.integers(0, 8),
        rows=st.integers(1, 5),
        repeated=st.integers(0, 4),
        forgetful=st.booleans(),
    ),
    max_size=5,
).map(lambda runs: [*runs, LAST])


@st.composite
def years(draw: st.DrawFn, moments: list[int]) -> list[Act]:
    """Acts in their order, up to now, many of them close to `moments`.

    Singles alternate between done and open; the tick of a habit is taken back within a day, or never.
    """
    steps = st.integers(APART_MS, 3 * APART_MS) | st.integers(APART_MS, 3 * DAY_MS) | st.integers(DAY_MS, 120 * DAY_MS)
    acts: list[Act] = []
    for task in (*SINGLES, *HABITS):
        at = draw(st.sampled_from(moments)) - draw(st.integers(-SAME_MS, 2 * APART_MS) | st.integers(0, 9 * DAY_MS))
        is_done: list[int] = []
        for _ in range(draw(st.integers(0, 6))):
            at += draw(steps) if acts and acts[-1].task == task else 0
            may_reopen = bool(is_done) and (task in SINGLES or at - is_done[-1] < DAY_MS)
            done = not may_reopen or (task in HABITS and draw(st.booleans()))
            if at >= END:
                break
            who = st.sampled_from((ME, ME, None, SOMEONE_ELSE))
            acts.append(Act(task, at, done, draw(who), draw(st.integers(-SAME_MS + 1, SAME_MS - 1))))
            if done:
                is_done.append(at)
            else:
                is_done.pop()
    return sorted(acts, key=lambda act: act.at)


def starts(runs: list[Run]) -> list[int]:
    """When each run reads; the last one now."""
    after = [sum(run.hours for run in runs[number + 1 :]) for number in range(len(runs))]
    return [END - hours * 3_600_000 for hours in after]


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Run], list[Act]]:
    """Runs, and acts that like to fall where their windows meet."""
    runs = draw(RUNS)
    edges = [start - quarter * WINDOW_MS for start in starts(runs)[:1] for quarter in range(5)]
    edges += [start - days * DAY_MS for start in starts(runs) for days in (0, 1)]
    return runs, draw(years(edges))


@settings(deadline=None, max_examples=200)
@given(lives(), st.sampled_from((-1, 7)))
def test_nothing_lost_and_nothing_doubled(life: tuple[list[Run], list[Act]], log_days: int) -> None:
    """Over random lives, pages, repeats, kills and plans, what is kept is what the person did and did not take back."""
    runs, acts = life
    account = build(tasks=0)
    account.plan["current"]["activity_log_limit"] = log_days
    history = History(account)
    waiting, kept, progress = list(acts), dict[tuple[str, int], bool](), None
    for run, now in zip(runs, starts(runs), strict=True):
        history.now = EPOCH + timedelta(milliseconds=now)
        history.page_rows, history.repeated = run.rows, min(run.repeated, run.rows - 1)
        history.forgetful = run.forgetful
        while waiting and waiting[0].at < now:
            carry_out(account, waiting.pop(0))
        client = TodoistClient(Direct(account, history, []), API_URL, lambda _: None, lambda: 0.0)
        # A short log must be read at least weekly; what falls out of it unread is said to be missing.
        killed_after = 1 if log_days > 0 and run.killed_after == 0 else run.killed_after
        for reading in islice(TodoistSource(client, lambda: Secret("t")).history(progress, now), killed_after):
            keep(kept, reading)
            progress = reading.progress
    known_since = starts(runs)[0] - log_days * DAY_MS if log_days > 0 else 0
    assert_same(kept, expected(acts, known_since))


def assert_same(kept: Mapping[tuple[str, int], bool], wanted: Mapping[tuple[str, int], bool]) -> None:
    """One for one, within the two seconds that the lists may be apart; the plan's edge may have cut one off."""
    unmatched = dict(kept)
    for task, at in wanted:
        near = [key for key in unmatched if key[0] == task and abs(key[1] - at) <= SAME_MS]
        assert near, (task, at)
        assert unmatched.pop(near[0]) == wanted[task, at]
    assert unmatched == {}


@settings(deadline=None, max_examples=50)
@given(years([END - days * DAY_MS for days in (0, 1, 90, 300)]), st.integers(1, 4), st.integers(0, 6))
def test_lists_that_grow_while_they_are_read(acts: list[Act], rows: int, more: int) -> None:
    """Completions that come in between two pages push rows onto the next page; none is lost or doubled."""
    account = build(tasks=0)
    account.plan["current"]["activity_log_limit"] = -1
    for act in acts:
        carry_out(account, act)
    late = [Act(f"6late-{number}", END + number, True, ME, 0) for number in range(more)]
    history = History(account)
    history.page_rows = rows
    client = TodoistClient(Direct(account, history, list(late)), API_URL, lambda _: None, lambda: 0.0)
    kept: dict[tuple[str, int], bool] = {}
    progress = None
    for now in (END, END + 60_000):
        for reading in TodoistSource(client, lambda: Secret("t")).history(progress, now):
            keep(kept, reading)
            progress = reading.progress
    assert_same(kept, expected(acts, 0) | {(act.task, act.at): False for act in late})
