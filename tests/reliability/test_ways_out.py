"""One way out: without consents no command reaches the network, and with them the ledger tells all that left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli.main import ROOMS
from tests.llm.upstream import Upstream
from tests.reliability import tracing
from tests.reliability.commands import COMMANDS
from tests.todoist_server.account import build
from tests.todoist_server.server import TodoistServer

EXCHANGE = "oo_cli/adapters/exchange.py"


def room_calls(answers: list[Any]) -> set[tuple[str, str]]:
    """What the interpreter told of sockets and programs, and which room it was."""
    return {(event, room) for answer in answers for event, room in answer["calls"]}


@pytest.fixture
def lone(child_environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A fresh home in a process that could reach the network, with no consent given."""
    return child_environ | {"HOME": str(tmp_path / "nobody"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_no_command_is_left_out() -> None:
    """The suites that go through every command do: each verb of the table is among them."""
    assert {words[0] for words in COMMANDS} >= ROOMS.keys()


def test_without_consents_no_command_reaches_out(lone: dict[str, str], tmp_path: Path) -> None:
    """Every command, with a gateway named but not allowed: no socket from Python, and programs from one room only."""
    lone["LITELLM_URL"] = "https://models.example.org"
    answers = tracing.untraced(COMMANDS, lone)
    assert [
        answer["words"] for answer in answers if "Traceback" in answer["err"] or "unexpected" in answer["err"]
    ] == []
    assert room_calls(answers) <= {("subprocess.Popen", "oo_cli/adapters/programs.py")}


@tracing.needs_trace
def test_the_kernel_saw_none_either(lone: dict[str, str], tmp_path: Path) -> None:
    """Under a system-call trace: no address but this machine's, no port 53, no resolver's settings read."""
    lone["LITELLM_URL"] = "https://models.example.org"
    trace, answers = tracing.commands(COMMANDS, lone, tmp_path)
    assert len(answers) == len(COMMANDS)
    assert [reach for reach in trace.reaches if not reach.is_here or reach.port == 53] == []
    assert [command for command, name in trace.opened if name == "resolv.conf"] == []
    assert any(name == "oo.db" for _, name in trace.opened)


@pytest.fixture
def world(lone: dict[str, str]) -> Iterator[tuple[dict[str, str], TodoistServer, Upstream]]:
    """A Todoist and a gateway on loopback, and an environment that names them."""
    with TodoistServer(build()) as todoist, Upstream() as gateway:
        names = ("OO_TODOIST_API_URL", "OO_TODOIST_AUTH_URL", "OO_TODOIST_TOKEN_URL")
        yield lone | dict.fromkeys(names, todoist.url) | {"LITELLM_URL": gateway.url}, todoist, gateway


@tracing.needs_trace
def test_with_consents_the_ledger_is_what_happened(
    world: tuple[dict[str, str], TodoistServer, Upstream], tmp_path: Path
) -> None:
    """Reading, history, a model, a tick and the way out: every byte over a socket is in the ledger, to one per cent."""
    environ, todoist, gateway = world
    asked = [
        ["consent", "grant", "llm.tip-generator.local"],
        ["refresh"],
        ["tip"],
        ["done"],
        ["egress", "--limit", "10000", "--json"],
        ["egress", "--totals", "--json"],
    ]
    connect = [["connect", "todoist", "--token-stdin", "--write"]]
    trace, answers = tracing.commands(connect + asked, environ | {"OO_TEST_STDIN": todoist.account.token}, tmp_path)
    assert [answer["code"] for answer in answers] == [0] * len(answers), answers
    ledger, totals = json.loads(answers[-2]["out"]), json.loads(answers[-1]["out"])
    assert {row["purpose"] for row in ledger} >= {"todoist.sync", "todoist.write", "llm.tip-generator"}
    for server in (todoist.host, gateway.host):
        sent, got = trace.moved[int(server.rpartition(":")[2])]
        told = [row for row in ledger if row["host"] == server]
        assert sum(row["bytes_out"] for row in told) == pytest.approx(sent, rel=0.01)
        assert sum(row["bytes_in"] for row in told) == pytest.approx(got, rel=0.01)
        assert sum(row["requests"] for row in totals if row["host"] == server) == len(told)
    assert len(ledger) == len(todoist.log) + len(gateway.log)
    assert {reach.port for reach in trace.reaches if reach.family == "AF_INET" and reach.port} <= {
        int(server.rpartition(":")[2]) for server in (todoist.host, gateway.host)
    }
    rooms = {room for event, room in room_calls(answers) if event.startswith("socket.")}
    assert rooms <= {EXCHANGE, "oo_cli/adapters/llm/endpoint.py"}


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_by_itself(lone: dict[str, str], tmp_path: Path, door: list[str], words: tuple[str, ...]) -> None:
    """The same for the console script's own process, command by command."""
    trace = tracing.traced([*door, *words], lone | {"LITELLM_URL": "https://models.example.org"}, tmp_path)
    assert [reach for reach in trace.reaches if not reach.is_here or reach.port == 53] == []
    assert [name for _, name in trace.opened if name == "resolv.conf"] == []
