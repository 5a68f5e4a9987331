"""`oo serve` and `oo phone` as they are typed: start, pairing, and the end by a signal, by time, by a consent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.phone import qr
from oo_cli.phone.serve import OVER, WITHDRAWN
from oo_cli.usecases import consent, serving
from oo_data.errors import DataLockedError
from tests.conftest import Oo
from tests.fakes import HOUR, FixedClock
from tests.phone.running import Running


class Serve:
    """`oo serve` in a process of its own."""

    def __init__(self, door: list[str], environ: dict[str, str], *words: str) -> None:
        command, pipe = [*door, "serve", "--port", "0", *words], subprocess.PIPE
        self.child = subprocess.Popen(command, env=environ, text=True, stdout=pipe, stderr=pipe)
        assert self.child.stdout is not None
        self.url = self.child.stdout.readline().strip()

    def end(self, seconds: float = 30) -> tuple[int, str]:
        """How it ended, and what it said."""
        _, said = self.child.communicate(timeout=seconds)
        return self.child.returncode, said


@pytest.fixture
def serve(door: list[str], child_environ: dict[str, str], oo: Oo) -> Iterator[Serve]:
    """A server over one task."""
    oo("add", "Call the dentist")
    running = Serve(door, child_environ)
    yield running
    if running.child.poll() is None:
        running.child.kill()
        running.child.communicate()


def test_from_start_to_end(serve: Serve, oo: Oo, door: list[str], child_environ: dict[str, str]) -> None:
    """It says where, is one at a time, tells `oo phone pair`, and ends by a signal with 0 and nothing left."""
    assert serve.url.startswith("http://127.0.0.1:")
    second = oo("serve")
    assert (second.code, second.out) == (2, "")
    pairing = json.loads(oo("phone", "pair", "--json").out)
    assert pairing["url"].startswith(f"{serve.url}/p#")
    assert (pairing["name"], pairing["fingerprint"], len(pairing["code"])) == ("phone", None, 8)
    shown = oo("phone", "pair", "tablet")
    assert shown.out.startswith(f"{serve.url}/p#")
    assert "type" in shown.err
    token = oo("phone", "token", "desk").out.strip()
    listed = oo("phone", "list")
    assert "desk  paired 01 Dec 10:00" in listed.out
    assert token not in listed.out
    serve.child.send_signal(signal.SIGTERM)
    code, said = serve.end()
    assert code == 0
    assert said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in said
    assert oo("phone", "pair").code == 3
    assert oo("phone", "revoke", "desk").out == "Revoked: desk.\n"
    assert oo("phone", "revoke", "desk").code == 2


def test_without_its_extra_it_says_what_to_install(child_environ: dict[str, str]) -> None:
    """An installation without the phone's packages is told which one it wants, and nothing breaks."""
    script = "import sys; sys.modules['uvicorn'] = None; from oo_cli.main import run; sys.exit(run(['serve']))"
    ran = subprocess.run([sys.executable, "-c", script], env=child_environ, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (5, "")
    assert "oo-assistant[phone]" in ran.stderr


def test_it_keeps_the_tips_fresh_by_itself(serve: Serve, oo: Oo) -> None:
    """Nobody else refreshes here: the open page does, before anybody asks for a tip."""
    end = time.monotonic() + 60
    while not json.loads(oo("status", "--json").out)["shelf"] and time.monotonic() < end:
        time.sleep(0.2)
    assert json.loads(oo("status", "--json").out)["shelf"] == 1


def test_a_withdrawn_consent_ends_it_within_a_second(serve: Serve, oo: Oo) -> None:
    """With somebody waiting on it, and with nobody; after that it does not start until the consent is given by name."""
    token = oo("phone", "token", "desk").out.strip()
    host = serve.url.removeprefix("http://")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port))) as waiting:
        waiting.sendall(f"GET /changes HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        time.sleep(0.3)
        said = oo("consent", "revoke", "phone")
        begun = time.monotonic()
        assert "Erased: 1 device" in said.err
        code, told = serve.end()
        assert time.monotonic() - begun < 20  # a second, and the machine's own
    assert code == 0
    assert told.splitlines()[-1] == WITHDRAWN
    again = oo("serve")
    assert (again.code, again.out) == (4, "")
    assert oo("phone", "token", "desk").code == 4


def test_forgetting_everything_ends_it(serve: Serve, oo: Oo) -> None:
    """The server does not outlive the home that it serves."""
    oo("phone", "token", "desk")
    assert oo("forget", "--yes").code == 0
    assert serve.end()[0] == 0


def test_a_look_that_fails_is_followed_by_another(tmp_path: Path, clock: FixedClock) -> None:
    """A home that is held just when it goes does not leave a server behind that has stopped looking."""
    server = Running(tmp_path, clock)
    opens, failed = server.open, 0

    def held_thrice() -> House:
        nonlocal failed
        if not server.house.exists and failed < 3:
            failed += 1
            raise DataLockedError("Another oO is writing.", "Try again in a moment.")
        return opens()

    server.open = held_thrice
    with server:
        assert server.wait(0.5) == "running"
        os.unlink(server.house.paths.database)
        assert server.wait(60) == WITHDRAWN
    assert failed == 3


def test_its_time_ends_it(tmp_path: Path, clock: FixedClock) -> None:
    """Once its end has come, the next thing that is heard of is the last."""
    with Running(tmp_path, clock, ends_at=clock.now_ms() + HOUR) as server:
        assert server.wait(0.3) == "running"
        clock.advance(HOUR)
        consent.grant(server.house, "source.mood")
        assert server.wait(60) == OVER


def test_every_request_asks_for_the_consent(server: Running) -> None:
    """Also where nothing tells of a change, the next request finds the consent gone, and the server ends."""
    phone = server.phone()
    server.withdraw()
    assert phone.get("/health").status in (0, 503)
    assert server.wait(60) == WITHDRAWN


@pytest.mark.parametrize(
    "words",
    [
        ("--address", "8.8.8.8"),
        ("--address", "nowhere"),
        ("--name", "bad_name"),
        ("--name", "a b"),
        ("--port", "70000"),
        ("--for", "-1"),
    ],
)
def test_what_cannot_be_served_is_refused(oo: Oo, words: tuple[str, ...]) -> None:
    """One line and the next step; nothing starts."""
    ran = oo("serve", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("oo: ")


def test_phone_says_what_it_wants(oo: Oo) -> None:
    """Words that make no sense are usage; without a server there is nothing to pair with."""
    assert oo("phone").out.startswith("No phone is paired.")
    assert oo("phone", "--json").out == "[]\n"
    for words in (("dance",), ("token",), ("revoke",), ("list", "x"), ("token", "NO")):
        assert oo("phone", *words).code == 2
    assert oo("phone", "pair").code == 3


def test_the_file_of_a_server_that_died_is_none(oo: Oo, environ: dict[str, str]) -> None:
    """What was killed has left its address; its lock is gone, so nobody is sent there."""
    oo("add", "Call the dentist")
    path = Path(environ["OO_HOME"], "state", "serve.lock")
    path.write_text(json.dumps(serving.Serving("http://127.0.0.1:1", "", 0)))
    os.chmod(path, 0o600)
    assert oo("phone", "pair").code == 3


def test_the_code_is_square_and_quiet_around() -> None:
    """Two rows to a line, light all round, the same picture in colours and without."""
    link = "https://192.168.178.20:8377/p#" + "A" * 22 + "." + "0" * 64
    coloured, plain = qr.lines(link, coloured=True), qr.lines(link, coloured=False)
    bare = [line.removeprefix("\x1b[38;5;16;48;5;231m").removesuffix("\x1b[0m") for line in coloured]
    turned = str.maketrans(" █▀▄", "█ ▄▀")
    assert [line.translate(turned) for line in plain] == bare
    assert len({len(line) for line in bare}) == 1
    assert len(bare) == (len(bare[0]) + 1) // 2
    assert set(bare[0]) == {" "}
    assert all(line[:2] == line[-2:] == "  " for line in bare)
