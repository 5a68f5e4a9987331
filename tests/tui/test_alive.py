"""The face that stays open: what happens elsewhere reaches it without a look around, and costs nothing until then."""

from __future__ import annotations

import asyncio
import ctypes
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli.adapters.watch import Watch as Outside
from oo_cli.tui.face import BREATH_S
from tests.conftest import Oo
from tests.tui.conftest import Room, Watch
from tests.tui.terminal import Terminal
from tests.tui.test_face import shows

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of changes")


@linux
async def test_a_reaction_elsewhere_reaches_it(room: Room, watch: Watch) -> None:
    """What another process ticks leaves this screen within a second."""
    async with watch(room) as screen:
        assert "Call Ada" in screen.text
        house = room.open()
        from oo_cli.usecases.feedback import react

        react(house, "no")
        house.close()
        begun = time.monotonic()
        await screen.see(shows("Buy milk"))
        assert time.monotonic() - begun < 30


@linux
async def test_a_list_that_changed_reaches_it(room: Room, watch: Watch) -> None:
    """The watched list is read again when an editor has written it, in place or by a rename."""
    async with watch(room) as screen:
        room.write("Feed the cat due:2026-12-01\n")
        await screen.see(shows("Feed the cat"))
        other = room.todo.with_suffix(".new")
        other.write_text("Paint the door due:2026-12-01\n", encoding="utf-8")
        other.rename(room.todo)
        await screen.see(shows("Paint the door"))


@linux
async def test_its_own_writing_is_no_news(room: Room, watch: Watch) -> None:
    """What the face does itself, and what others leave as it was, makes it ask no more than it must."""
    async with watch(room) as screen:
        await screen.press("d", "escape")
        await screen.rest()
        asked = screen.asked
        (room.todo.parent / "other.txt").write_text("no business of ours")
        await asyncio.sleep(0.5)
        assert screen.asked == asked


@linux
async def test_what_lies_over_the_tip_is_left_alone(room: Room, watch: Watch) -> None:
    """News does not take the reasons, the times or a hidden screen away from whoever reads them."""
    async with watch(room) as screen:
        for keys, way_out, words in (("w", "w", "ranker"), ("l", "escape", "tonight"), ("h", "h", "· · ·")):
            room.write(f"Call Ada due:2026-12-01\nBuy {keys} due:2026-12-03\n")
            await screen.see(shows("Call Ada"))
            assert words in await screen.press(keys)
            room.write(f"Feed {keys} due:2026-12-01\n")
            await asyncio.sleep(0.4)
            assert words in screen.text
            await screen.press(way_out)
            await screen.see(lambda text, keys=keys: text == f"Feed {keys} Due today.")  # type: ignore[misc]


async def test_a_broken_source_is_told_at_the_edge(room: Room, watch: Watch) -> None:
    """A list that cannot be read is one dim line at the lower edge, and goes when it can."""
    async with watch(room) as screen:
        away = room.todo.with_suffix(".away")
        room.todo.rename(away)
        screen.app.on_app_focus()
        await screen.settle()
        assert screen.rows[-2].strip() == "todotxt could not be read"
        away.rename(room.todo)
        room.write("Call Ada due:2026-12-01\n")
        screen.app.on_app_focus()
        await screen.settle()
        assert screen.text == "Call Ada Due today."


async def test_the_clock_is_optional_and_keeps_the_minute(room: Room, watch: Watch) -> None:
    """With `face.clock` the time stands at the lower edge and changes when the minute does."""
    from oo_cli.tui.first import Frame

    frame = Frame()
    frame.looks = {"clock": "on"}
    room.environ["OO_NOW"] = "2026-12-01T10:00:59.800+01:00"
    async with watch(room, frame=frame) as screen:
        assert screen.rows[-2].strip() == "10:00"
        room.environ["OO_NOW"] = "2026-12-01T10:01:00.100+01:00"
        await screen.see(shows("10:01"))


@linux
async def test_a_clock_that_jumps_is_heard() -> None:
    """The kernel cancels the timer when the clock is set or the machine wakes; here it simply runs out."""
    told = asyncio.Event()
    watch = Outside(told.set)
    assert watch._jumps >= 0
    soon = (ctypes.c_long * 4)(0, 0, 1, 0)  # one second after 1970 is over
    watch._libc.timerfd_settime(watch._jumps, 1, soon, None)
    await asyncio.wait_for(told.wait(), 60)
    watch.close()


@linux
async def test_a_busy_folder_wakes_it_seldom(tmp_path: Path) -> None:
    """A thousand changes in a folder are heard a few times at most, and those of other files not at all."""
    heard: list[float] = []
    watch = Outside(lambda: heard.append(time.monotonic()))
    watch.follow([(str(tmp_path), "mine"), (str(tmp_path / "absent"), "mine")])
    await asyncio.sleep(0.4)
    assert len(heard) == 1
    for at in range(500):
        (tmp_path / f"other-{at}").touch()
    await asyncio.sleep(0.4)
    assert len(heard) == 1
    for _ in range(500):
        (tmp_path / "mine").touch()
    while len(heard) == 1:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.4)
    assert len(heard) <= 4
    watch.follow([])
    (tmp_path / "mine").touch()
    await asyncio.sleep(0.3)
    assert len(heard) <= 4
    watch.close()


@linux
async def test_what_is_watched_anew_is_looked_at_once(tmp_path: Path) -> None:
    """Between the look and the watching something may have happened; what was watched already is not looked at."""
    heard: list[None] = []
    watch = Outside(lambda: heard.append(None))
    mine, folder = (str(tmp_path), "mine"), tmp_path / "late"
    late = (str(folder), "mine")
    for places, times in (([mine], 1), ([mine], 1), ([mine, late], 2), ([mine, late], 2)):
        watch.follow(places)
        await asyncio.sleep(0.3)
        assert len(heard) == times
    watch.close()


@linux
async def test_a_folder_that_comes_back_is_watched(tmp_path: Path) -> None:
    """Made long after it was asked for, under a folder that was not there either, and made anew once it was removed."""
    heard = asyncio.Event()
    watch = Outside(heard.set)
    folder = tmp_path / "far" / "below"
    watch.follow([(str(folder), "mine")])
    steps: list[Callable[[], object]] = [
        lambda: folder.mkdir(parents=True),
        lambda: (folder / "mine").touch(),
        lambda: shutil.rmtree(folder.parent),
    ]
    for step in steps * 2:
        await asyncio.sleep(0.3)
        heard.clear()
        step()
        await asyncio.wait_for(heard.wait(), 60)
    watch.close()


class Noted:
    """A background that notes what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.began = asyncio.Event()

    def start(self) -> None:
        """Note it."""
        self.calls.append("start")
        self.began.set()

    def stop(self) -> None:
        """Note it."""
        self.calls.append("stop")


async def test_the_background_begins_with_the_face(room: Room, watch: Watch) -> None:
    """What runs behind the face is started once, beside the screen, when the first keys have had their time."""
    behind = Noted()
    async with watch(room, background=behind) as screen:
        assert "Call Ada" in screen.text
        await asyncio.wait_for(behind.began.wait(), 60)
        await asyncio.sleep(BREATH_S / 2)
        assert behind.calls == ["start"]


@linux
def test_another_process_reaches_a_real_face(oo: Oo, child_environ: dict[str, str], door: list[str]) -> None:
    """`oo done` in one terminal brings the next tip to the face in another, and no reaction is lost."""
    for task in ("Call Ada due:2026-12-01", "Buy milk due:2026-12-02"):
        assert oo("add", task).code == 0
    with Terminal(door, child_environ) as terminal:
        terminal.until(b"Call Ada")
        time.sleep(0.5)
        terminal.again()
        subprocess.run([*door, "done"], env=child_environ, check=True, capture_output=True)
        terminal.until(b"Buy milk")
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert "x 2026-12-01" in Path(f"{child_environ['OO_HOME']}/data/todo.txt").read_text()


@linux
def test_a_home_begun_anew_reaches_a_real_face(oo: Oo, child_environ: dict[str, str], door: list[str]) -> None:
    """A face left open over a forgotten home shows nothing of it, and what the next home holds as soon as it does."""
    assert oo("add", "Call Ada due:2026-12-01").code == 0
    with Terminal(door, child_environ) as terminal:
        terminal.until(b"Call Ada")
        for words, seen in ((("forget", "--yes"), b"oo add"), (("add", "Buy milk due:2026-12-01"), b"Buy milk")):
            terminal.again()
            subprocess.run([*door, *words], env=child_environ, check=True, capture_output=True)
            terminal.until(seen)
        terminal.press(b"d")
        terminal.until(b"done")
        terminal.press(b"q")
        assert terminal.leave() == 0
    assert "x 2026-12-01 2026-12-01 Buy milk" in Path(f"{child_environ['OO_HOME']}/data/todo.txt").read_text()
