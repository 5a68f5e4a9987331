"""The whole past of an account: had at once, resumed where it was cut, then kept up with three requests."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from oo_cli.house import House
from oo_cli.usecases.connect import connect_remote
from oo_cli.usecases.refresh import refresh
from oo_cli.wiring import open_house
from oo_cli.wiring_todoist import TodoistAccount
from oo_data.contracts.feature import TaskCompletion
from oo_data.errors import SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store import records
from tests.conftest import Oo
from tests.todoist_server.account import add_history, build
from tests.todoist_server.server import TodoistServer

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def server(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[TodoistServer]:
    """An account on a plan that keeps everything, with 18 months of single and repeating completions."""
    account = build(tasks=40)
    account.plan["current"]["activity_log_limit"] = -1
    add_history(account, singles=300, repeats=200, days=400, now=NOW)
    monkeypatch.setattr(sys, "stdin", io.StringIO(account.token + "\n"))
    with TodoistServer(account) as running:
        environ["OO_TODOIST_API_URL"] = running.url
        yield running


def connect(house: House, server: TodoistServer) -> None:
    """Log in without reading anything yet."""
    account = TodoistAccount(house)
    connect_remote(house, "todoist", True, lambda: account.take_token(Secret(server.account.token)))


def known(house: House) -> list[TaskCompletion]:
    """Every completion kept."""
    return records.completions(house.store.conn, 0)


def test_the_past_is_there_after_the_first_connect(oo: Oo, server: TodoistServer, environ: dict[str, str]) -> None:
    """Each completion once, with its exact time, and none of its words; a second refresh adds and doubles nothing."""
    assert oo("connect", "todoist", "--token-stdin").code == 0
    house = open_house(environ, lambda line: None)
    first = known(house)
    assert len(first) > 450
    assert all(c.timed for c in first)
    assert len({(c.ref, c.at) for c in first}) == len(first)
    before = len(server.log)
    assert oo("refresh").code == 0
    assert len(server.log) - before <= 3
    assert known(house) == first
    house.close()


def test_a_first_look_that_is_cut_goes_on_where_it_was(oo: Oo, server: TodoistServer, environ: dict[str, str]) -> None:
    """Killed between two spans, the next refresh has the rest, and in the end nothing is missing or doubled."""
    house = open_house(environ, lambda line: None)
    connect(house, server)

    def cut(source: str, kept: int, of: int) -> None:
        if kept == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(house, progress=cut)
    partly = len(known(house))
    told: list[tuple[int, int]] = []
    assert refresh(house, progress=lambda source, kept, of: told.append((kept, of))).failures == ()
    assert told[-1][0] == told[-1][1]
    whole = known(house)
    assert 0 < partly < len(whole)
    assert len({(c.ref, c.at) for c in whole}) == len(whole)
    assert len(whole) == len([event for event in server.account.events if event["event_type"] == "completed"])
    house.close()


def test_the_open_state_survives_a_past_that_cannot_be_read(
    oo: Oo, server: TodoistServer, environ: dict[str, str]
) -> None:
    """Tasks are shown although the history fails, and the failure is said."""
    house = open_house(environ, lambda line: None)
    connect(house, server)
    server.on_request = lambda request: _break(server, request.path)
    report = refresh(house)
    assert [source for source, _ in report.failures] == ["todoist"]
    assert isinstance(report.failures[0][1], SourceUnavailableError)
    assert report.tasks > 20
    assert oo("tip").code == 0
    house.close()


def _break(server: TodoistServer, path: str) -> None:
    from tests.todoist_server import faults

    if "/sync" not in path and not server.faults:
        server.faults.append(faults.status(410))


def test_own_ticks_and_the_log_do_not_count_twice(oo: Oo, server: TodoistServer, environ: dict[str, str]) -> None:
    """A task ticked from here comes back in the activity log, and is still one completion."""
    assert oo("connect", "todoist", "--token-stdin").code == 0
    assert oo("consent", "grant", "todoist.write").code == 0
    house = open_house(environ, lambda line: None)
    before = len(known(house))
    oo("tip")
    done = oo("done")
    assert "(there in todoist too)" in done.err
    assert oo("refresh").code == 0
    assert len(known(house)) == before + 1
    assert [event for event in server.account.events if event["event_date"] > "2026-12-01T08:59"]
    assert oo("undo").code == 0
    assert len(known(house)) == before
    house.close()
