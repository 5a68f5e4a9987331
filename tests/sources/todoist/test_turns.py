"""One process at a time renews a login: a refresh token that comes twice ends it for good."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.sources.todoist.login import TokenKeeper
from oo_data.errors import CannotWriteError, ConnectionNeededError
from tests.todoist_server.browser import login_bench
from tests.todoist_server.hand import HOUR, REFRESH, Hand
from tests.todoist_server.wire import Request


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """A keeper, a server and a clock that both share."""
    with login_bench(tmp_path) as bench:
        yield Hand(bench, tmp_path)


def test_disconnected_meanwhile(hand: Hand) -> None:
    """A renewal that waited for a disconnect finds nothing to renew, and does not bring the login back."""
    hand.connect()
    hand.bench.advance(HOUR)
    with open(hand.lock) as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        def disconnect(seconds: float) -> None:
            with hand.bench.store.write() as conn:
                conn.execute("delete from secret")
            fcntl.flock(held, fcntl.LOCK_UN)

        renew = hand.bench.oauth.refresh
        waiting = TokenKeeper(hand.load, hand.save, renew, hand.lock, hand.bench.clock, disconnect)
        assert isinstance(hand.failure(waiting), ConnectionNeededError)
    assert (hand.load(), hand.renewals()) == (None, 0)


def test_stuck_lock(hand: Hand) -> None:
    """Another process that never ends its turn costs less than a minute, and the login stays."""
    login = hand.connect()
    hand.bench.advance(HOUR)
    with open(hand.lock) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "Another oO" in hand.failure().message
    assert 44 < hand.slept < 46
    assert hand.load() == login.to_text()


@pytest.mark.parametrize("place", ["missing/todoist.lock", "link.lock"])
def test_no_place_for_the_lock(hand: Hand, tmp_path: Path, place: str) -> None:
    """Where the lock cannot be had, or is a link that somebody laid, nothing is renewed."""
    hand.connect()
    hand.bench.advance(HOUR)
    (tmp_path / "link.lock").symlink_to(tmp_path / "elsewhere")
    keeper = TokenKeeper(hand.load, hand.save, hand.bench.oauth.refresh, str(tmp_path / place), hand.bench.clock)
    assert isinstance(hand.failure(keeper), CannotWriteError)
    assert (hand.renewals(), (tmp_path / "elsewhere").exists()) == (0, False)


def test_lock_is_private(hand: Hand) -> None:
    """Nobody else may open the lock, and so nobody else can hold it."""
    hand.connect()
    assert os.stat(hand.lock).st_mode & 0o777 == 0o600


# A process of its own: reads the login from the store, waits for the word, and asks for a token.
PROCESS = """
import hashlib, os, sys
from pathlib import Path
from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist.login import TokenKeeper
from oo_cli.adapters.sources.todoist.oauth import OAuth, addresses, allowed
from oo_data.store import db, profile

class Clock:
    def now_ms(self):
        return int(os.environ["OO_TEST_NOW"])

store, clock, at = db.open_store(sys.argv[1]), Clock(), addresses(os.environ)

def load():
    return profile.secret(store.conn, "todoist.login").decode()

def save(text):
    with store.write() as conn:
        profile.save_secret(conn, "todoist.login", text.encode(), 0)

keeper = TokenKeeper(load, save, OAuth(Guard(store, clock, allowed(at)), at).refresh, sys.argv[2], clock)
print("ready", flush=True)
sys.stdin.readline()
print(hashlib.sha256(keeper.token().reveal().encode()).hexdigest(), flush=True)
"""


class Processes:
    """Other oOs on the same store."""

    def __init__(self, hand: Hand, folder: Path, environ: dict[str, str]) -> None:
        settings = {f"OO_TODOIST_{name}_URL": hand.bench.server.url for name in ("API", "AUTH", "TOKEN")}
        self._environ = environ | settings | {"OO_TEST_NOW": str(hand.bench.clock.now)}
        self._words = [sys.executable, "-c", PROCESS, str(folder / "data" / "oo.db"), hand.lock]
        self.running: list[subprocess.Popen[str]] = []

    def start(self) -> subprocess.Popen[str]:
        """One that is ready to ask."""
        pipe = subprocess.PIPE
        made = subprocess.Popen(self._words, env=self._environ, stdin=pipe, stdout=pipe, text=True)
        self.running.append(made)
        assert made.stdout is not None
        assert made.stdout.readline() == "ready\n"
        return made

    def end(self) -> None:
        """None outlives its test."""
        for each in self.running:
            each.kill()
            each.communicate()


@pytest.fixture
def processes(hand: Hand, tmp_path: Path, child_environ: dict[str, str]) -> Iterator[Processes]:
    """An expired login, and whoever shall renew it."""
    hand.connect()
    hand.bench.advance(HOUR)
    made = Processes(hand, tmp_path, child_environ)
    yield made
    made.end()


def slowly(seconds: float) -> Callable[[Request], None]:
    """Todoist takes its time to renew, so that a second asker would meet the first."""

    def pause(request: Request) -> None:
        if REFRESH.encode() in request.body:
            time.sleep(seconds)

    return pause


def test_processes_take_turns(hand: Hand, processes: Processes) -> None:
    """Four processes find the token expired at one moment: one renews it, and all have the same new one."""
    hand.bench.server.on_request = slowly(0.3)
    asked = [processes.start() for _ in range(4)]
    for each in asked:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    answers = {each.communicate(timeout=30)[0] for each in asked}
    access = hand.login().access
    assert access is not None
    assert answers == {hashlib.sha256(access.reveal().encode()).hexdigest() + "\n"}
    assert hand.works(access)
    assert (hand.renewals(), hand.bench.authority.thefts) == (1, 0)


def test_killed_in_its_turn(hand: Hand, processes: Processes) -> None:
    """A process killed while Todoist renews leaves neither a lock nor a dead login behind."""
    hand.bench.server.on_request = slowly(0.5)
    victim = processes.start()
    assert victim.stdin is not None
    victim.stdin.write("\n")
    victim.stdin.flush()
    deadline = time.monotonic() + 20
    while not hand.renewals():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    hand.bench.server.on_request = None
    assert hand.works(hand.keeper.token())
    assert hand.bench.authority.thefts == 0
