"""The official SDK against the test server, and against our reading of the same account: neither may drift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist.client import TodoistClient, allowed
from oo_cli.adapters.sources.todoist.source import TodoistSource
from oo_data.secret import Secret
from tests.todoist_server.account import ME, add_history, build
from tests.todoist_server.bench import NOW, Bench, FixedClock, open_bench
from tests.todoist_server.history import NOW as SERVER_NOW

if TYPE_CHECKING:
    import httpx
    from todoist_api_python.api import TodoistAPI


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A server with an account that has open tasks and a past."""
    account = build(tasks=400)
    add_history(account, singles=450, repeats=50, days=80, now=SERVER_NOW)
    with open_bench(tmp_path, account) as opened:
        yield opened


@pytest.fixture
def sdk(bench: Bench) -> Iterator[TodoistAPI]:
    """The official client, whose requests to Todoist are carried to the server instead."""
    import httpx
    from todoist_api_python.api import TodoistAPI

    def carry(request: httpx.Request) -> None:
        assert request.url.host == "api.todoist.com"
        host, port = bench.server.host.split(":")
        request.url = request.url.copy_with(scheme="http", host=host, port=int(port))

    with httpx.Client(event_hooks={"request": [carry]}, trust_env=False) as client:
        yield TodoistAPI(bench.account.token, client=client)


@pytest.fixture
def ours(bench: Bench) -> Iterator[TodoistSource]:
    """Our reading of the same account."""
    with Guard(bench.store, FixedClock(), allowed(bench.server.url)) as guard:
        client = TodoistClient(guard, bench.server.url, lambda _: None, lambda: 0.0)
        yield TodoistSource(client, lambda: Secret(bench.account.token))


def ms(moment: datetime) -> int:
    """UTC milliseconds."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_open_tasks(sdk: TodoistAPI, ours: TodoistSource) -> None:
    """Page by page by REST or at once by sync, the same tasks are open, and mean the same."""
    pages = list(sdk.get_tasks(limit=50))
    assert len(pages) > 3
    theirs = {
        task.id: task for task in chain(*pages) if task.assignee_id in (None, ME) and not task.content.startswith("* ")
    }
    mine = {task.handle: task for task in ours.read(NOW).tasks}
    assert theirs.keys() == mine.keys()
    for handle, task in theirs.items():
        assert (task.content, task.priority) == (mine[handle].title.raw(), mine[handle].priority)
        assert tuple(task.labels or ()) == mine[handle].labels
        assert bool(task.due and task.due.is_recurring) == mine[handle].recurring
        if task.due and not task.deadline:
            assert str(task.due.date)[:10] == (mine[handle].due or "")[:10]


def test_projects_and_labels(sdk: TodoistAPI, bench: Bench, ours: TodoistSource) -> None:
    """The SDK's strict models take every project and label, and the names are those our tasks carry."""
    names = {project.name for project in chain(*sdk.get_projects())}
    assert names == {project["name"] for project in bench.account.projects if not project["is_archived"]}
    assert {task.project for task in ours.read(NOW).tasks} == names
    assert {label.name for label in chain(*sdk.get_labels())} == {label["name"] for label in bench.account.labels}


def test_one_task(sdk: TodoistAPI, ours: TodoistSource) -> None:
    """Closing and reopening by the SDK is seen by our reading."""
    handle = next(task.handle for task in ours.read(NOW).tasks if not task.recurring)
    assert sdk.complete_task(handle)
    assert handle not in {task.handle for task in ours.read(NOW).tasks}
    assert sdk.uncomplete_task(handle)
    assert handle in {task.handle for task in ours.read(NOW).tasks}


def test_completed_tasks(sdk: TodoistAPI, ours: TodoistSource) -> None:
    """The list of completed tasks holds what our history holds of tasks that do not repeat, to the millisecond."""
    since, until = SERVER_NOW - timedelta(days=89), SERVER_NOW
    pages = list(sdk.get_completed_tasks_by_completion_date(since=since, until=until, limit=200))
    assert [len(page) for page in pages] == [200, 200, 50]
    theirs = {(task.id, ms(task.completed_at)) for task in chain(*pages) if task.completed_at}
    done = list(chain(*(reading.done for reading in ours.history(None, NOW))))
    assert {(signal.handle, signal.at) for signal in done if not signal.recurring} == theirs
    week = NOW - 7 * 86_400_000  # all that a free plan tells of repeating tasks
    assert [signal.at > week for signal in done if signal.recurring] == [True] * 4


def test_refusals(sdk: TodoistAPI) -> None:
    """The server refuses what the reference says it refuses."""
    import httpx

    for days, limit in ((94, 200), (10, 201), (-1, 200)):
        with pytest.raises(httpx.HTTPStatusError, match="400"):
            next(
                sdk.get_completed_tasks_by_completion_date(
                    since=SERVER_NOW - timedelta(days=days), until=SERVER_NOW, limit=limit
                )
            )
