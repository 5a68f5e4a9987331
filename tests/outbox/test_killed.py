"""A process that dies anywhere between a reaction and its verdict."""

from __future__ import annotations

import os
import signal

import pytest

from tests.outbox.home import Killing
from tests.todoist_server import faults
from tests.todoist_server.wire import Request


def test_killed_at_any_transaction_it_is_closed_once(killing: Killing) -> None:
    """A process that dies before or after any of its commits leaves a state from which one close follows."""
    deaths = 0
    for kill_at in range(1, 40):
        code, home = killing.run(kill_at)
        killing.finish(home)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        deaths += 1
    assert 14 <= deaths < 39


@pytest.mark.parametrize("done", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("request_number", [1, 2], ids=["looking", "writing"])
def test_killed_on_the_network_it_is_closed_once(killing: Killing, request_number: int, done: bool) -> None:
    """The same while the process waits for an answer, whether the server did the work or not."""
    seen: list[Request] = []

    def kill(request: Request, pid: int) -> None:
        seen.append(request)
        if len(seen) == request_number:
            if done and killing.server.commands.is_sync(request):
                killing.server.commands.sync(request)
            os.kill(pid, signal.SIGKILL)
            killing.server.faults.append(faults.closed())

    code, home = killing.run(0, kill)
    assert code == -signal.SIGKILL
    killing.finish(home)
