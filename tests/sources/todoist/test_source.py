"""The source as a whole, the manifest that describes it, and the traces it leaves."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources import todoist
from oo_cli.adapters.sources.todoist import oauth, writes
from oo_cli.adapters.sources.todoist.client import API_URL, CONSENT, TodoistClient, allowed
from oo_cli.adapters.sources.todoist.history import DAY_MS
from oo_cli.adapters.sources.todoist.source import NO_LOG, TodoistSource
from oo_data.contracts.signal import Reading
from oo_data.errors import ConnectionNeededError, SourceUnavailableError
from oo_data.ports import Source
from oo_data.secret import Secret
from tests.todoist_server import faults
from tests.todoist_server.account import ME, SOMEONE_ELSE, add_history, build, due, item, moment
from tests.todoist_server.bench import NOW, Bench, FixedClock, chain_text, open_bench
from tests.todoist_server.history import NOW as SERVER_NOW
from tests.todoist_server.wire import unauthorized


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store, a gate and a server with a large account on the free plan."""
    with (
        open_bench(tmp_path, build(tasks=800)) as opened,
        Guard(opened.store, FixedClock(), allowed(opened.server.url)) as guard,
    ):
        yield replace(opened, guard=guard)


@pytest.fixture
def past(bench: Bench) -> Bench:
    """The same with an unlimited plan and eighteen months of history."""
    add_history(bench.account, singles=400, repeats=400, days=549, now=SERVER_NOW)
    bench.account.plan["current"]["activity_log_limit"] = -1
    return bench


def source(bench: Bench) -> TodoistSource:
    """The source with login and no waiting."""
    client = TodoistClient(bench.guard, bench.server.url, lambda _: None, lambda: 0.0)
    return TodoistSource(client, lambda: Secret(bench.account.token))


def paths(bench: Bench) -> list[str]:
    """What the server was asked, without the questions' details."""
    return [request.path.partition("?")[0].rpartition("/")[2] for request in bench.server.log]


def expected(bench: Bench) -> set[str]:
    """The ids that are open and the person's own, worked out from the account in another way."""
    archived = {project["id"] for project in bench.account.projects if project["is_archived"]}
    return {
        item["id"]
        for item in bench.account.items
        if not (item["checked"] or item["is_deleted"] or item["content"][:2] == "* ")
        and item["project_id"] not in archived
        and item["responsible_uid"] in (None, ME)
    }


def test_read(bench: Bench) -> None:
    """A large account comes through whole, in one request."""
    seen: Source = source(bench)
    reading = seen.read(NOW)
    assert {task.handle for task in reading.tasks} == expected(bench)
    assert len(reading.tasks) == len(expected(bench)) > 500
    assert (reading.tz, reading.problems, reading.done, reading.mark) == ("Europe/Madrid", (), (), None)
    assert {task.source for task in reading.tasks} == {"todoist"}
    assert len(bench.server.log) == 1


def test_every_kind_arrives(bench: Bench) -> None:
    """All three forms of a date, all priorities, durations and repeating tasks reach the signals."""
    tasks = source(bench).read(NOW).tasks
    dues = {task.due for task in tasks if task.due}
    assert {len(due) for due in dues} == {10, 19, 20}
    assert all(due.endswith("Z") == (len(due) == 20) for due in dues)
    assert {task.priority for task in tasks} == {1, 2, 3, 4}
    assert {task.minutes for task in tasks} == {None, 15, 30, 90, 960}
    assert {task.recurring for task in tasks} == {True, False}
    assert {task.added_at is None for task in tasks} == {True, False}


def test_writes_nothing(bench: Bench) -> None:
    """Ticking and unticking say honestly that nothing was done, and send nothing."""
    handle = bench.account.items[0]["id"]
    assert source(bench).complete(handle, NOW) is False
    assert source(bench).reopen(handle, NOW) is False
    assert bench.server.log == []


def test_login_is_asked_for_late(bench: Bench) -> None:
    """The login is fetched when reading begins, and its absence reaches the person unchanged."""

    def absent() -> Secret:
        raise ConnectionNeededError("Todoist is not connected.", "Connect it: oo connect todoist")

    client = TodoistClient(bench.guard, bench.server.url, lambda _: None, lambda: 0.0)
    unconnected = TodoistSource(client, absent)
    with pytest.raises(ConnectionNeededError, match="not connected"):
        unconnected.read(NOW)
    assert bench.server.log == []


def truth(bench: Bench) -> set[tuple[str, str]]:
    """Every completion of the account, as its log has it."""
    return {(event["object_id"], event["event_date"]) for event in bench.account.events}


def told(readings: list[Reading]) -> list[tuple[str, int]]:
    """Task and time of every completion, in the order of the readings."""
    return [(signal.handle, signal.at) for reading in readings for signal in reading.done]


def test_first_history(past: Bench) -> None:
    """Eighteen months come whole, newest first, window by window, and each says how many follow."""
    readings = list(source(past).history(None, NOW))
    assert [reading.left for reading in readings] == [6, 5, 4, 3, 2, 1, 0]
    found = told(readings)
    assert len(found) == len(set(found)) == len(truth(past)) == 800
    newest = [max(at for _, at in told([reading])) for reading in readings]
    assert newest == sorted(newest, reverse=True)
    assert paths(past) == ["sync", "activities", *["by_completion_date", "activities"] * 7]
    singles = [signal for reading in readings for signal in reading.done if not signal.recurring]
    assert {signal.due is None for signal in singles} == {True, False}
    assert {signal.project for reading in readings for signal in reading.done} > {"Home", "Work"}
    assert [(r.tasks, r.retracted, r.problems) for r in readings] == [((), (), ())] * 7


def test_steady_refresh(past: Bench) -> None:
    """Everything that is open and everything newly done takes three requests."""
    (*_, last) = source(past).history(None, NOW)
    past.server.log.clear()
    task = item(id="6new", content="New", due=due("2026-12-01", is_recurring=True))
    past.account.tell("completed", task, SERVER_NOW + timedelta(minutes=30))
    refreshing = source(past)
    refreshing.read(NOW + 3_600_000)
    (reading,) = refreshing.history(last.progress, NOW + 3_600_000)
    assert ("6new", NOW + 1_800_000) in told([reading])
    assert paths(past) == ["sync", "by_completion_date", "activities"]


@pytest.mark.parametrize("apart", [-1.9, 0.0, 1.9])
def test_where_windows_meet(bench: Bench, apart: float) -> None:
    """On either side of an edge, and with the lists apart, a completion comes once, though nobody compares later."""
    bench.account.plan["current"]["activity_log_limit"] = -1
    for quarter in range(1, 7):
        for before in (0, 1):
            at = SERVER_NOW - timedelta(days=90 * quarter, milliseconds=before)
            listed_at = moment(at + timedelta(seconds=apart))
            task = item(id=f"6{quarter}-{before}", due=due("2026-12-01"), completed_at=listed_at)
            bench.account.done.append(task)
            bench.account.tell("completed", task, at)
    readings = list(source(bench).history(None, NOW))
    assert (len(told(readings)), len(set(told(readings)))) == (12, 12)
    assert {signal.due for reading in readings for signal in reading.done} == {"2026-12-01"}


@pytest.mark.parametrize("kept", range(8))
def test_killed_and_resumed(past: Bench, kept: int) -> None:
    """Killed after any window, the next run goes on where the last one kept ends; nothing is read for nothing."""
    before = list(islice(source(past).history(None, NOW), kept))
    past.server.log.clear()
    progress = before[-1].progress if before else None
    after = list(source(past).history(progress, NOW + 1000))
    assert set(told(before + after)) == set(told(list(source(past).history(None, NOW))))
    assert len(after) == (8 - kept if kept else 7)


@pytest.mark.parametrize("number", range(16))
def test_a_fault_at_any_request(past: Bench, number: int) -> None:
    """Whatever request fails for good, what was handed over before stands, and the rest comes at the next run."""
    reading = source(past)
    past.server.on_request = lambda _: (
        past.server.faults.append(faults.cut_json()) if len(past.server.log) == number + 1 else None
    )
    kept: list[Reading] = []
    with pytest.raises(SourceUnavailableError, match="could not be read"):
        kept.extend(reading.history(None, NOW))
    past.server.on_request = None
    rest = list(source(past).history(kept[-1].progress if kept else None, NOW))
    assert set(told(kept + rest)) == set(told(list(source(past).history(None, NOW))))


def test_login_that_ends_between_windows(past: Bench) -> None:
    """A login that ends on the way is told as such, and the windows before it stay good."""
    readings = source(past).history(None, NOW)
    next(readings)
    past.server.faults.append(faults.answer(unauthorized()))
    with pytest.raises(ConnectionNeededError):
        next(readings)


def test_free_plan(bench: Bench) -> None:
    """A week of activity, older single tasks from their list, no idle questions, and a word about it."""
    add_history(bench.account, singles=300, repeats=300, days=300, now=SERVER_NOW)
    first, *rest = source(bench).history(None, NOW)
    assert first.problems == (
        "Todoist's plan keeps 7 days of activity: repeating tasks done before that are not known",
    )
    assert {reading.problems for reading in rest} == {()}
    singles = {handle for handle, _ in told([first, *rest])} & {task["id"] for task in bench.account.done}
    assert len(singles) == 300
    repeating = [signal.at for reading in (first, *rest) for signal in reading.done if signal.recurring]
    assert 0 < len(repeating) < 20
    assert min(repeating) > NOW - 7 * DAY_MS
    assert paths(bench).count("activities") == 2


@pytest.mark.parametrize(("days", "told_of"), [(1, False), (8, True)])
def test_free_plan_after_a_while(bench: Bench, days: int, told_of: bool) -> None:
    """Where looks are more than a week apart, what fell between them is said to be missing."""
    (*_, last) = source(bench).history(None, NOW - days * DAY_MS)
    (reading,) = source(bench).history(last.progress, NOW)
    assert ["done in between" in problem for problem in reading.problems] == [True] * told_of


def test_no_log_in_the_plan(past: Bench) -> None:
    """Where the plan has no activity log, single tasks still come, and it is asked once and said once."""
    past.server.on_request = lambda request: (
        past.server.faults.append(faults.status(403, "PREMIUM_ONLY", 32)) if "/activities" in request.path else None
    )
    readings = list(source(past).history(None, NOW))
    assert {handle for handle, _ in told(readings)} == {task["id"] for task in past.account.done}
    assert [reading.problems for reading in readings] == [(NO_LOG,), *[()] * 6]
    assert paths(past).count("activities") == 1


def test_a_log_that_is_forbidden(past: Bench) -> None:
    """A refusal that is not the plan's is trouble, not an empty history."""
    past.server.on_request = lambda request: (
        past.server.faults.append(faults.status(403, "FORBIDDEN", 32_000)) if "/activities" in request.path else None
    )
    with pytest.raises(SourceUnavailableError, match="does not allow"):
        list(source(past).history(None, NOW))


def test_unreadable_rows(past: Bench) -> None:
    """A row that cannot be read is counted where it is met, and its neighbours live."""
    past.account.events[0] |= {"object_id": 7, "event_date": moment(SERVER_NOW - timedelta(hours=1))}
    first, *rest = source(past).history(None, NOW)
    assert first.problems == ("1 of Todoist's completions could not be read",)
    assert {reading.problems for reading in rest} == {()}


def test_others_in_a_shared_project(past: Bench) -> None:
    """What others did is not this person's history."""
    for event in past.account.events[::2]:
        event["initiator_id"] = SOMEONE_ELSE
    for task in past.account.done[::2]:
        task["completed_by_uid"] = SOMEONE_ELSE
    assert len(told(list(source(past).history(None, NOW)))) == 400


def test_whose_account(past: Bench) -> None:
    """Without the person's id nobody's ticks can be told from theirs, so nothing is taken for known."""
    past.account.user = {}
    with pytest.raises(SourceUnavailableError, match="whose account"):
        next(source(past).history(None, NOW))


def test_no_trace(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """No secret and no title is in the reading's representation, the log, the data directory or an error."""
    caplog.set_level(logging.DEBUG)
    add_history(bench.account, singles=100, repeats=100, days=30, now=SERVER_NOW)
    reading = source(bench).read(NOW)
    done = list(source(bench).history(None, NOW))
    assert told(done)
    bench.server.faults.append(faults.cut_json())
    with pytest.raises(SourceUnavailableError) as caught:
        source(bench).read(NOW)
    files = b"".join(path.read_bytes() for path in Path(bench.store.path).parent.iterdir())
    shown = "\n".join((repr(reading), repr(done), caplog.text, chain_text(caught.value), files.decode("latin-1")))
    for word in (*bench.account.secrets(), *bench.account.titles()):
        assert word not in shown
        assert word.encode() not in files


def test_manifest() -> None:
    """The manifest names the consents, host and scopes that the code uses, and nothing wider."""
    manifest = tomllib.loads((Path(todoist.__path__[0]) / "manifest.toml").read_text("utf-8"))
    assert (manifest["id"], manifest["kind"]) == (TodoistSource.id, "remote")
    assert manifest["consents"] == [CONSENT, writes.CONSENT]
    assert manifest["hosts"] == [API_URL.removeprefix("https://")]
    assert manifest["scopes"] == [oauth.READ, oauth.WRITE]
    assert manifest["kept"]
    assert manifest["dropped"]
