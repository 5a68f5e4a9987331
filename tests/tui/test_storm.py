"""What a long day brings: storms of resizes, signals at any moment, titles that were made to do harm."""

from __future__ import annotations

import random
import re
import signal
import time
from pathlib import Path

import pytest

from oo_cli.tui.first import Frame
from oo_cli.tui.session import Answer
from oo_data.contracts.tip import Tip
from oo_data.text import show, width
from tests.conftest import Oo
from tests.tui.conftest import Room, Watch
from tests.tui.terminal import Terminal
from tests.tui.vt import Painted

# Escape sequences that only place and colour: all that a frame may hold.
OURS = re.compile(r"\x1b\[\d+;1H|\x1b\[[\d;]*m")
PIECES = (
    "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\", "\x1bP+q544e\x1b\\", "\x1b[2J", "\x1bc",
    "\x9b2J", "\x9d0;t\x9c", "\x00", "\x07", "\x08\x08\x08", "\x0e", "\x7f", "\r", "\n", "\t", "\x85", "\u2028",
    "\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\u200e", "\ufeff", "\ufffe", "\ue000", "\U000e0041", "\ud800",
    "[bold]", "[/]", "[@click=app.quit]x[/]", "[link=file:///etc/passwd]y[/link]", "[[", "]]", "\\[", ":smile:",
    "{0}", "%s", "$HOME", "`id`", "<b>", "&amp;", "a\u0301" * 3, "\u0301" * 40, "\u0e33", "\u0915\u094d\u0937\u093f",
    "שלום", "مرحبا", "ﷺ", "買い物", "🍎", "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪", "👍🏽", "☝\ufe0f",
    "\uff57", "\u3164", "\u2800", "\u115f", "x" * 90, "Call Ada", "due:2026-12-01", "ok", " ", "   ", "-", "…", "·",
)  # fmt: skip
SIZES = ((20, 5), (80, 24), (200, 60))


def titles(count: int) -> list[str]:
    """Titles put together from what does harm, each piece alone first; the same ones every time."""
    chance = random.Random(7)
    mixed = ["".join(chance.choices(PIECES, k=chance.randint(2, 9))) for _ in range(count - len(PIECES))]
    return [*PIECES, *mixed]


def tip_of(title: str) -> Tip:
    """A tip with this title, as a source that hides nothing would give it."""
    return Tip("t", "todo", title, title, ("done", "later", "no"), 0, 10**15, "s", "d")


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_titles(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """Each piece that does harm, and mixtures: none does."""
    await endure(room, watch, size, 120)


@pytest.mark.nightly
@pytest.mark.parametrize("size", SIZES)
async def test_five_hundred_hostile_titles(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """The same with five hundred."""
    await endure(room, watch, size, 500)


async def endure(room: Room, watch: Watch, size: tuple[int, int], count: int) -> None:
    """No title crashes the face, reaches the terminal as a control, is taken for markup or overruns a row."""
    async with watch(room, size) as screen:
        for title in titles(count):
            screen.app._say(Answer(tip_of(title), 900_000, (), None, ()))
            rows = screen.rows
            assert [width(row) for row in rows] == [size[0]] * size[1]
            assert all(char.isprintable() or char == "\u200d" for row in rows for char in row)
            if size == (200, 60) and title.startswith("[") and width(title) <= 60:
                assert show(title) in screen.text


@pytest.mark.parametrize("size", SIZES)
def test_the_first_frame_holds_none_of_them_either(size: tuple[int, int]) -> None:
    """What is drawn by escape codes holds no code but ours, and exactly the cells of the screen."""
    for title in titles(160):
        frame = Frame()
        frame.text = frame.reason = show(title)
        drawn = OURS.sub("", frame.drawn(frame.ink({"COLORTERM": "truecolor"}), *size))
        assert all(char.isprintable() or char == "\u200d" for char in drawn)
        assert width(drawn) == size[0] * size[1]


def storm(oo: Oo, environ: dict[str, str], door: list[str], count: int) -> None:
    """Resize a real face many times; in the end the tip stands in the middle of the last size, and keys count."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    assert oo("refresh").code == 0
    chance = random.Random(7)
    with Terminal(door, environ) as terminal:
        terminal.until(b"\x1b[?2004h")
        for at in range(count):
            terminal.resize(chance.randint(1, 400), chance.randint(1, 200))
            terminal.piece(0.002 if at % 7 else 0.03)
        while terminal.piece(0.3):
            pass
        terminal.again()
        terminal.resize(90, 25)
        painted = Painted(90, 25)
        seen = painted.until(terminal, lambda text: "Due today." in text).splitlines()
        inked = [at for at, row in enumerate(seen) if row.strip()]
        assert [seen[at].strip() for at in inked] == ["Call Ada", "Due today."]
        assert abs(inked[0] - (24 - inked[-1])) <= 1
        terminal.press(b"d")
        painted.until(terminal, lambda text: "done" in text)
        terminal.press(b"q")
        assert terminal.leave() == 0
        assert terminal.is_restored()
    assert "x 2026-12-01" in Path(f"{environ['OO_HOME']}/data/todo.txt").read_text()


def test_a_storm_of_resizes(oo: Oo, child_environ: dict[str, str], door: list[str]) -> None:
    """Sixty sizes from one cell to 400 by 200 leave a face that is whole."""
    storm(oo, child_environ, door, 60)


@pytest.mark.nightly
def test_a_thousand_resizes(oo: Oo, child_environ: dict[str, str], door: list[str]) -> None:
    """The same, a thousand times."""
    storm(oo, child_environ, door, 1000)


def broken_off(oo: Oo, environ: dict[str, str], door: list[str], wait: float, number: signal.Signals) -> None:
    """React, and have the program ended some time after: the reaction is kept and the terminal given back."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    assert oo("refresh").code == 0
    with Terminal(door, environ) as terminal:
        terminal.until(b"\x1b[?2004h")
        terminal.again()
        terminal.press(b"d")
        terminal.until(b"done")
        time.sleep(wait)
        terminal.program.send_signal(number)
        assert terminal.leave() == 128 + number
        terminal.drawn = b"\x1b[?1049h" + terminal.drawn
        assert terminal.is_restored()
    assert "FeedbackGiven" in oo("log", "--reactions", "--json").out or "done" in oo("log", "--reactions").out
    assert "x 2026-12-01" in Path(f"{environ['OO_HOME']}/data/todo.txt").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_no_reaction_is_lost(oo: Oo, child_environ: dict[str, str], door: list[str], number: signal.Signals) -> None:
    """What was acknowledged is kept, though the end comes the moment after."""
    broken_off(oo, child_environ, door, 0.0, number)


@pytest.mark.nightly
@pytest.mark.parametrize("wait", [step / 100 for step in range(0, 40, 2)])
def test_no_reaction_is_lost_at_any_moment(oo: Oo, child_environ: dict[str, str], door: list[str], wait: float) -> None:
    """The same at twenty moments after the key."""
    broken_off(oo, child_environ, door, wait, signal.SIGTERM)
