"""The face in tmux, as a person would use it: started from a shell, read, answered, resized, put aside, left."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Oo

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")


class Session:
    """A tmux server of its own with one shell in it."""

    def __init__(self, socket: Path, environ: dict[str, str]) -> None:
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(socket)]
        self._environ = environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self("new-session", "-d", "-x", "80", "-y", "24", "sh")

    def __call__(self, *words: str) -> str:
        """Give tmux a command; what it prints."""
        ran = subprocess.run([*self._tmux, *words], env=self._environ, capture_output=True, text=True, check=True)
        return ran.stdout

    def type(self, *keys: str) -> None:
        """Press keys, by tmux's names for them."""
        self("send-keys", *keys)

    def see(self, wanted: Callable[[str], bool], seconds: float = 60.0) -> list[str]:
        """The rows of the screen, once they are what is wanted."""
        end = time.monotonic() + seconds
        while True:
            screen = self("capture-pane", "-p")
            if wanted(screen):
                return screen.splitlines()
            assert time.monotonic() < end, screen
            time.sleep(0.05)


@pytest.fixture
def tmux(child_environ: dict[str, str], tmp_path: Path) -> Iterator[Session]:
    """A session that ends with the test."""
    session = Session(tmp_path / "tmux", child_environ)
    yield session
    session("kill-server")


def has(*words: str) -> Callable[[str], bool]:
    """Whether all of the words can be read."""
    return lambda screen: all(word in screen for word in words)


def test_a_morning_in_tmux(oo: Oo, tmux: Session, door: list[str]) -> None:
    """One tip is put off, the next one questioned and done, that taken back; then away and back, and out."""
    for task in ("Call Ada due:2026-12-01", "Buy milk due:2026-12-02"):
        assert oo("add", task).code == 0
    assert oo("refresh").code == 0
    tmux.type(shlex.join(door), "Enter")
    rows = tmux.see(has("Call Ada", "Due today."))
    assert [row.strip() for row in rows if row.strip()] == ["Call Ada", "Due today."]
    tmux.type("l")
    tmux.see(has("1  in three hours", "13:00", "next week"))
    tmux.type("2")
    tmux.see(has("later, Tue 19:00"))
    tmux.see(has("Buy milk"))
    tmux.type("w")
    tmux.see(has("ranker", "The gate is open."))
    tmux("resize-window", "-x", "34", "-y", "9")
    tmux.see(has("Buy milk", "…"))
    tmux.type("PageDown")
    tmux.see(lambda screen: "Buy milk" not in screen)
    tmux("resize-window", "-x", "100", "-y", "30")
    tmux.type("Escape")
    tmux.see(lambda screen: "ranker" not in screen and "Buy milk" in screen)
    tmux.type("d")
    tmux.see(has("done"))
    tmux.type("u")
    tmux.see(has("taken back"))
    tmux.see(has("Buy milk"))
    tmux.type("h")
    tmux.see(lambda screen: "· · ·" in screen and "milk" not in screen)
    tmux.type("h", "?")  # faster than the answer
    tmux.see(has("Buy milk", "d done", "q quit"))
    tmux.type("C-z")
    tmux.see(has("topped"))  # how each shell writes it differs
    tmux.type("fg", "Enter")
    tmux.see(lambda screen: "Buy milk" in screen and "topped" not in screen)
    tmux.type("q")
    rows = tmux.see(lambda screen: screen.rstrip().endswith(("$", "#")))
    assert "Buy milk" not in "\n".join(rows[-2:])
    tmux.type("stty -a", "Enter")
    tmux.see(lambda screen: " echo " in screen and " icanon " in screen)
    assert oo("log", "--reactions").out.count("later") == 1
