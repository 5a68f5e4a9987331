"""Lists in pages, to their end and no further, and logins that run out on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import ExchangeFailedError, Reply
from oo_cli.adapters.sources.todoist.client import API_URL, MAX_PAGES, REOPENED, TodoistClient
from oo_data.errors import ConnectionNeededError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store import egress
from tests.sources.todoist.test_client import READS, SINCE, Pauses, client, failed, open_reader, token
from tests.todoist_server import faults
from tests.todoist_server.bench import NOW, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A server to read from."""
    with open_reader(tmp_path) as opened:
        yield opened


@pytest.fixture(params=READS)
def read(request: pytest.FixtureRequest) -> str:
    """Each of the three reads."""
    return str(request.param)


def questions(bench: Bench) -> list[dict[str, list[str]]]:
    """The queries that the server was asked."""
    return [parse_qs(urlsplit(request.path).query) for request in bench.server.log]


def test_activities(bench: Bench) -> None:
    """Whole pages of the two kinds of event that matter, newest first, and times in UTC to the second."""
    (page,) = client(bench).activities(token(bench), NOW - 80 * 86_400_000 + 1, NOW - 1)
    assert sorted(map(str, page)) == sorted(map(str, bench.account.events))
    dates = [row["event_date"] for row in page if isinstance(row, dict)]
    assert dates == sorted(dates, reverse=True)
    assert questions(bench) == [
        {
            "object_event_types": ['["item:completed", "item:uncompleted"]'],
            "date_from": ["2026-09-12T09:00:00Z"],
            "date_to": ["2026-12-01T09:00:00Z"],
            "limit": ["200"],
        }
    ]
    assert list(client(bench).activities(token(bench), SINCE, NOW, (REOPENED,))) == [[]]


def test_completed(bench: Bench) -> None:
    """The list of tasks done for good, which calls its rows by another name."""
    (page,) = client(bench).completed(token(bench), SINCE, NOW)
    assert {row["id"] for row in page if isinstance(row, dict)} == {task["id"] for task in bench.account.done}
    (asked,) = questions(bench)
    assert asked.keys() == {"since", "until", "limit"}


@pytest.mark.parametrize(("name", "total", "last"), [("activities", 50, "null"), ("completed", 30, "left out")])
@pytest.mark.parametrize("rows", [1, 7, 49, 50])
def test_all_pages(bench: Bench, name: str, total: int, last: str, rows: int) -> None:
    """Every row comes, whatever the size of the pages, whether the last one ends with null or says nothing."""
    bench.server.history.page_rows = rows
    pages = client(bench).activities if name == "activities" else client(bench).completed
    found = [json.dumps(row) for page in pages(token(bench), SINCE, NOW) for row in page]
    assert len(found) == len(set(found)) == total
    assert len(bench.server.log) == -(-total // rows)
    assert all("cursor" not in query for query in questions(bench)[:1])


@pytest.mark.parametrize("name", ["activities", "completed"])
def test_a_cursor_that_repeats(bench: Bench, name: str) -> None:
    """A list that leads back to itself is left at once, and told in words."""
    page = faults.raw_json(b'{"results": [], "items": [], "next_cursor": "again"}')
    bench.server.faults.extend([page] * 9)
    assert "did not come to an end" in failed(bench, read=name).message
    assert len(bench.server.log) == 2


def test_a_list_without_end() -> None:
    """A new cursor each time does not keep the client for ever."""
    asked: list[str] = []

    class Endless(Guard):
        """A gate behind which lists never end."""

        def __init__(self) -> None:
            """Nothing to open."""

        def call(self, **asking: object) -> Reply:
            """One more page."""
            asked.append(str(asking["url"]))
            return Reply(200, {}, b'{"items": [], "next_cursor": "%d"}' % len(asked))

    endless = TodoistClient(Endless(), API_URL, Pauses().sleep, Pauses().jitter)
    with pytest.raises(SourceUnavailableError, match="did not come to an end"):
        list(endless.completed(lambda: Secret("t"), SINCE, NOW))
    assert len(asked) == MAX_PAGES


@pytest.mark.parametrize("cursor", ["7", "{}", "true"])
def test_a_cursor_that_is_none(bench: Bench, cursor: str) -> None:
    """Half a list is not taken for a whole one."""
    bench.server.faults.append(faults.raw_json(b'{"items": [], "next_cursor": %s}' % cursor.encode()))
    assert "could not be read" in failed(bench, read="completed").message


def test_a_cursor_that_is_refused(bench: Bench) -> None:
    """A cursor that ran out is no reason to update oO."""
    bench.server.faults.append(faults.raw_json(b'{"items": [], "next_cursor": "not one of mine"}'))
    error = failed(bench, read="completed")
    assert "lost its place" in error.message
    assert "update" not in error.hint


class Keeper:
    """A login whose token has run out; `renewals` are the tokens that follow."""

    def __init__(self, *renewals: str) -> None:
        self.now = "run-out"
        self.renewals = list(renewals)
        self.told = 0

    def token(self) -> Secret:
        """The token of the moment."""
        return Secret(self.now)

    def expired(self) -> None:
        """Take the next token, where there is one."""
        self.told += 1
        self.now = self.renewals.pop(0) if self.renewals else self.now


def test_expired_token_is_renewed_once(bench: Bench, read: str) -> None:
    """The first 401 renews the login, and the request is made again with the new token."""
    keeper = Keeper(bench.account.token)
    assert READS[read](client(bench, expired=keeper.expired), keeper.token)
    assert (keeper.told, len(bench.server.log)) == (1, 2)
    assert [row.status for row in egress.recent(bench.store, 9)] == ["200", "401"]


def test_expired_in_the_middle_of_a_list(bench: Bench) -> None:
    """A token that runs out between two pages costs one request and no row."""
    keeper = Keeper(bench.account.token)
    bench.server.history.page_rows = 20
    pages = client(bench, expired=keeper.expired).activities(keeper.token, SINCE, NOW)
    rows = [*next(pages)]
    keeper.now, keeper.renewals = "run-out-again", [bench.account.token]
    rows += [row for page in pages for row in page]
    assert (keeper.told, len(rows)) == (2, 50)


def test_a_login_that_stays_refused(bench: Bench, read: str) -> None:
    """A second 401 is the last: no storm of renewals, and the person is asked to connect again."""
    keeper = Keeper("wrong", bench.account.token)
    pauses = Pauses()
    with pytest.raises(ConnectionNeededError, match="refused the token"):
        READS[read](client(bench, pauses, keeper.expired), keeper.token)
    assert (keeper.told, len(bench.server.log), pauses.taken) == (1, 2, [])


def test_renewing_is_not_repeated(bench: Bench, read: str) -> None:
    """A renewal that fails on the network is not tried again as a read would be: its token may be spent."""
    asked: list[int] = []

    def renewal() -> Secret:
        asked.append(1)
        raise ExchangeFailedError("broken", "api.todoist.com")

    with pytest.raises(ExchangeFailedError):
        READS[read](client(bench), renewal)
    assert (len(asked), bench.server.log) == (1, [])
