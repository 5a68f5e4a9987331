"""The quiet driver on a real terminal: it sleeps, and every kind of input still arrives."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Oo
from tests.tui.terminal import Terminal

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="wake-ups are counted by Linux")
# An app on the driver that tells by name what arrives.
ECHO = """
from textual.app import App
from textual.widget import Widget
from oo_cli.tui.driver import FaceDriver

class Echo(App):
    CSS = "Screen { overflow: hidden; }"
    AUTO_FOCUS = None
    def tell(self, line):
        self._driver.write("<" + line + ">")
        self._driver.flush()
    def on_mount(self):
        self.app_resume_signal.subscribe(self, lambda _: self.tell("resumed"))
        self.tell("ready")
    def on_key(self, event):
        self.tell("key " + event.key)
    def on_paste(self, event):
        self.tell("paste " + event.text)
    def on_mouse_down(self, event):
        self.tell(f"mouse {event.x} {event.y}")
    def on_resize(self, event):
        self.tell(f"size {event.size.width} {event.size.height}")

app = Echo(driver_class=FaceDriver)
app.run(mouse=True)
raise SystemExit(app.return_code)
"""
INPUT = {
    "letter": (b"x", b"<key x>"),
    "wide": ("買".encode(), "<key 買>".encode()),
    "arrow": (b"\x1b[A", b"<key up>"),
    "meta": (b"\x1bb", b"<key ctrl+left>"),
    "control": (b"\x1f", b"<key ctrl+underscore>"),
    "paste": (b"\x1b[200~two words\x1b[201~", b"<paste two words>"),
    "mouse": (b"\x1b[<0;11;6M", b"<mouse 10 5>"),
    "half a letter": (b"\xe8\xb2\xff" + b"y", b"<key y>"),
}


@pytest.fixture
def home(oo: Oo, child_environ: dict[str, str]) -> dict[str, str]:
    """The environment of a home with one task."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    return child_environ


def test_every_kind_of_input_arrives(child_environ: dict[str, str]) -> None:
    """Keys, keys of several bytes, pastes and the mouse are told apart, and broken bytes harm nothing."""
    with Terminal([sys.executable, "-c", ECHO], child_environ) as terminal:
        terminal.until(b"<ready>")
        for typed, told in INPUT.values():
            terminal.press(typed)
            terminal.until(told)
        terminal.press(b"\x1b")
        terminal.until(b"<key escape>")
        terminal.resize(100, 30)
        terminal.until(b"<size 100 30>")


def test_input_comes_in_pieces(child_environ: dict[str, str]) -> None:
    """A sequence that is cut in two is still one key, and nothing is made of its halves."""
    # However late its second half comes on a busy machine.
    with Terminal([sys.executable, "-c", ECHO], child_environ | {"ESCDELAY": "30000"}) as terminal:
        terminal.until(b"<ready>")
        for piece in (b"\x1b[", b"B", "買".encode()[:1], "買".encode()[1:]):
            terminal.press(piece)
            time.sleep(0.02)
        terminal.until(b"<key down>")
        drawn = terminal.until("<key 買>".encode())
        assert drawn.count(b"<key") == 2


@pytest.mark.parametrize("wanted", ["off", "on"])
def test_the_mouse_is_optional(oo: Oo, home: dict[str, str], door: list[str], wanted: str) -> None:
    """Off, the terminal keeps its mouse; on, a click opens the reasons and the wheel scrolls them; moves never come."""
    assert oo("profile", "set", "face.mouse", wanted).code == 0
    with Terminal(door, home, columns=30, rows=6) as terminal:
        drawn = terminal.until(b"\x1b[?2004h")
        assert (b"\x1b[?1000h" in drawn) == (wanted == "on")
        assert b"\x1b[?1003h" not in drawn
        if wanted == "on":
            terminal.until(b"Call Ada")
            terminal.press(b"\x1b[<0;11;3M\x1b[<0;11;3m")
            terminal.until(b"ranker")
            terminal.press(b"\x1b[<65;11;3M" * 20)
            terminal.until(b"these words")
        terminal.press(b"q")
        assert terminal.leave() == 0
        assert terminal.is_restored()
        assert (b"\x1b[?1000l" in terminal.drawn) == (wanted == "on")


@needs_proc
def test_it_sleeps_while_nothing_happens(home: dict[str, str], door: list[str]) -> None:
    """With a tip on the screen the process wakes at most once in two seconds; with Textual's driver, twenty times."""
    with Terminal(door, home) as terminal:
        terminal.until(b"Call Ada")
        for _ in range(20):  # it may have to be loaded first
            before = terminal.wake_ups()
            time.sleep(2.0)
            if terminal.wake_ups() - before <= 1:
                break
        assert terminal.wake_ups() - before <= 1
        terminal.press(b"?")
        terminal.until(b"d done")
        assert terminal.wake_ups() - before > 1
        terminal.press(b"q")
        assert terminal.leave() == 0


def test_it_can_be_put_aside_and_fetched_back(home: dict[str, str], door: list[str]) -> None:
    """Ctrl+Z gives the terminal back and stops; SIGCONT takes it again, as often as one likes."""
    with Terminal(door, home) as terminal:
        terminal.until(b"Call Ada")
        for _ in range(3):
            terminal.again()
            terminal.press(b"\x1a")
            terminal.until(b"\x1b[?1004l")
            _, status = os.waitpid(terminal.program.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            assert terminal.is_restored()
            terminal.program.send_signal(signal.SIGCONT)
            terminal.until(b"Call Ada")
            terminal.press(b"?")
            terminal.until(b"d done")
            terminal.press(b"?")
        terminal.press(b"q")
        assert terminal.leave() == 0
        assert terminal.is_restored()


def test_a_closed_terminal_ends_it(home: dict[str, str], door: list[str]) -> None:
    """A window that is closed leaves no process behind, and the code is that of a hang-up."""
    with Terminal(door, home) as terminal:
        terminal.until(b"Call Ada")
        terminal.hang_up()
        assert terminal.leave() == 129


def test_a_closed_terminal_ends_it_without_a_signal(home: dict[str, str], door: list[str]) -> None:
    """Started so that hang-ups are ignored, it still notices that there is nobody to read keys from."""
    deaf = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    command = [sys.executable, "-c", deaf + door[2]]
    with Terminal(command, home) as terminal:
        terminal.until(b"Call Ada")
        terminal.hang_up()
        assert terminal.leave() == 129
