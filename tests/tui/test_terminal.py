"""The face on a real terminal: how it takes the screen, and that it always gives it back."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Oo
from tests.tui.terminal import ALTERNATE, Terminal

WAYS_OUT = {
    "q": (lambda t: t.press(b"q"), 0),
    "ctrl+c": (lambda t: t.press(b"\x03"), 0),
    "SIGINT": (lambda t: t.program.send_signal(signal.SIGINT), 130),
    "SIGTERM": (lambda t: t.program.send_signal(signal.SIGTERM), 143),
    "SIGHUP": (lambda t: t.program.send_signal(signal.SIGHUP), 129),
}
BROKEN = """
import sys
from oo_cli.tui.run import run_face
def house():
    title = "CANARY"
    raise ZeroDivisionError(title)
try:
    sys.exit(run_face(house))
except ZeroDivisionError:
    sys.exit("one line")
"""


@pytest.fixture
def home(oo: Oo, child_environ: dict[str, str]) -> dict[str, str]:
    """The environment of a home with one task."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    return child_environ


@pytest.mark.parametrize(("way", "code"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_every_way_out_restores_the_terminal(
    home: dict[str, str], door: list[str], way: Callable[[Terminal], None], code: int
) -> None:
    """Keys and signals alike leave the terminal as it was, and the exit code says which it was."""
    with Terminal(door, home) as terminal:
        terminal.until(b"Call Ada")
        assert not terminal.is_restored()
        way(terminal)
        assert terminal.leave() == code
        assert terminal.is_restored()
        assert terminal.drawn.endswith(b"\x1b[?1004l")


def test_a_stop_that_no_program_is_told_of(home: dict[str, str], door: list[str]) -> None:
    """After SIGSTOP and SIGCONT the tip is drawn again, keys count once, and the way back is still known."""
    with Terminal(door, home) as terminal:
        terminal.until(b"Call Ada")
        terminal.program.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        terminal.again()
        terminal.program.send_signal(signal.SIGCONT)
        terminal.until(b"Call Ada")
        terminal.press(b"?")
        terminal.until(b"d done")
        terminal.press(b"q")
        assert terminal.leave() == 0
        assert terminal.is_restored()


def test_a_bug_shows_no_locals(child_environ: dict[str, str]) -> None:
    """An unexpected exception restores the terminal and draws neither a traceback nor what was in its variables."""
    with Terminal([sys.executable, "-c", BROKEN], child_environ) as terminal:
        assert terminal.leave() == 1
        assert terminal.is_restored()
        assert terminal.drawn.endswith(b"one line\r\n")
        assert b"CANARY" not in terminal.drawn
        assert b"Traceback" not in terminal.drawn


def test_the_framework_is_not_told_to_log(home: dict[str, str], door: list[str], tmp_path: Path) -> None:
    """Variables that would make Textual write what it draws into a file are not obeyed."""
    log = tmp_path / "textual.log"
    told = {"TEXTUAL_LOG": str(log), "TEXTUAL_SCREENSHOT": "1", "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path)}
    with Terminal(door, home | told) as terminal:
        terminal.until(b"Call Ada")
        time.sleep(1.2)
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert not log.exists()
    assert not list(tmp_path.glob("*.svg"))


@pytest.mark.parametrize("asked", [{"NO_COLOR": "1"}, {}], ids=["variable", "flag"])
def test_no_colour_is_no_colour(home: dict[str, str], door: list[str], asked: dict[str, str]) -> None:
    """Without colours not one is set, neither ink nor ground; faint is no colour."""
    with Terminal([*door, *([] if asked else ["--no-color"])], home | asked) as terminal:
        drawn = terminal.until(b"Due today.")
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert ALTERNATE in drawn
    assert not any(code in drawn for code in (b"38;", b"48;", b"[30m", b"[40m"))


def test_a_poor_encoding_gets_plain_signs(home: dict[str, str], door: list[str]) -> None:
    """Where the terminal is not UTF-8, silence is a plain dot and every byte is ASCII."""
    night = home | {"PYTHONIOENCODING": "ascii", "OO_NOW": "2026-12-01T03:00:00+01:00"}
    with Terminal(door, night) as terminal:
        drawn = terminal.until(b".")
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert drawn.isascii()


@pytest.mark.parametrize("words", [["--quiet"], ["--accessible"], ["--json"]], ids=lambda words: str(words[0]))
def test_who_asks_for_print_gets_print(home: dict[str, str], door: list[str], words: list[str]) -> None:
    """The printed tip is the face's accessible twin."""
    with Terminal([*door, *words], home) as terminal:
        assert terminal.leave() == 0
        assert b"Call Ada" in terminal.drawn
        assert ALTERNATE not in terminal.drawn


def test_a_terminal_that_cannot_be_drawn_on_gets_print(home: dict[str, str], door: list[str]) -> None:
    """A dumb terminal is not filled with codes that it would print."""
    with Terminal(door, home | {"TERM": "dumb"}) as terminal:
        assert terminal.leave() == 0
        assert b"Call Ada" in terminal.drawn
        assert b"\x1b" not in terminal.drawn
