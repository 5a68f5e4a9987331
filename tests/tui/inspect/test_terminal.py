"""The admin screen on a real terminal: it comes, is left, and leaves the terminal as it was."""

from __future__ import annotations

import os
import signal

import pytest

from tests.conftest import Oo
from tests.tui.inspect.test_reading import log_moods
from tests.tui.terminal import ALTERNATE, Terminal


@pytest.fixture
def home(oo: Oo, child_environ: dict[str, str]) -> dict[str, str]:
    """The environment of a home with one task."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    return child_environ


def test_keys_and_a_signal_restore_the_terminal(home: dict[str, str], door: list[str]) -> None:
    """A tab, a find, a quit; and a SIGTERM: each time the terminal is as it was, and the exit code right."""
    with Terminal([*door, "inspect"], home) as terminal:
        terminal.until(b"source connected")
        terminal.press(b"7")
        terminal.until(b"Sound, schema")
        terminal.press(b"/mem\r")
        terminal.until(b"holds: mem")
        terminal.press(b"q")
        assert terminal.leave() == 0
        assert terminal.is_restored()
    with Terminal([*door, "inspect", "--tab", "agents"], home) as terminal:
        terminal.until(b"time-of-day")
        terminal.program.send_signal(signal.SIGTERM)
        assert terminal.leave() == 143
        assert terminal.is_restored()


def test_no_colour_is_no_colour(home: dict[str, str], door: list[str]) -> None:
    """Without colours the tab and the row at hand are still told apart, by weight and by a mark."""
    with Terminal([*door, "inspect", "--no-color"], home) as terminal:
        drawn = terminal.until("\u203a".encode())
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert b"\x1b[1m" in drawn
    assert not any(code in drawn for code in (b"38;", b"48;", b"[30m", b"[40m"))


def test_light_on_request(oo: Oo, home: dict[str, str], door: list[str]) -> None:
    """`face.theme` light holds in this room too: no cell is black."""
    assert oo("profile", "set", "face.theme", "light").code == 0
    with Terminal([*door, "inspect"], home) as terminal:
        terminal.until("\u203a".encode())
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert b"38;5;236;48;5;231m" in terminal.drawn
    assert b"48;5;16m" not in terminal.drawn
    assert b"48;5;234m" not in terminal.drawn


def test_what_asks_for_print_gets_print(home: dict[str, str], door: list[str]) -> None:
    """On a terminal too, `--accessible` prints the tab."""
    with Terminal([*door, "inspect", "--accessible"], home) as terminal:
        assert terminal.leave() == 0
        assert b"source connected" in terminal.drawn
        assert ALTERNATE not in terminal.drawn


def test_the_demo_is_left_without_a_trace(child_environ: dict[str, str], door: list[str]) -> None:
    """The made-up person's home is opened on the screen's thread and thrown away on leaving."""
    with Terminal([*door, "inspect", "--demo", "--tab", "tips"], child_environ) as terminal:
        terminal.until(b"Stretch for ten minutes")
        terminal.press(b"q")
        assert terminal.leave() == 0


@pytest.mark.nightly
def test_a_long_log_opens_at_once(oo: Oo, home: dict[str, str], door: list[str]) -> None:
    """With 100,000 events each tab that reads them is there within two seconds of processor time, all told."""
    from oo_cli.wiring import open_house

    house = open_house(home, lambda _: None)
    log_moods(house, 100_000)
    house.close()
    for tab, wanted in (("events", b"mood-99999"), ("tips", b"No tip was shown")):
        with Terminal([*door, "inspect", "--tab", tab], home) as terminal:
            terminal.until(wanted)
            with open(f"/proc/{terminal.program.pid}/stat", encoding="ascii") as file:
                user, system = map(int, file.read().rpartition(")")[2].split()[11:13])
            terminal.press(b"q")
            assert terminal.leave() == 0
        assert (user + system) / os.sysconf("SC_CLK_TCK") < 2.0
