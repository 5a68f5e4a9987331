"""The admin screen, key by key, on real houses."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from oo_cli.usecases.inspect.tabs import NAMES
from oo_data.contracts.event import MoodNoted
from tests.tui.conftest import Room
from tests.tui.inspect.conftest import Enter


@pytest.fixture
def busy(room: Room) -> Room:
    """A home whose log is longer than a page."""
    happen(room, 450)
    return room


def happen(room: Room, times: int) -> None:
    """Have something happen some times."""
    house = room.open()
    with house.store.write() as conn:
        for count in range(times):
            house.bus.publish(conn, MoodNoted(f"mood-{count}", 3), house.clock.now_ms())
    house.close()


async def test_every_tab_has_a_number_and_neighbours(room: Room, enter: Enter) -> None:
    """Digits go to a tab, Tab and its kin to the next one and back, round the ends."""
    async with enter(room.open) as shown:
        for number, name in enumerate(NAMES, start=1):
            await shown.press(str(number))
            assert shown.app.canvas.view.tab == NAMES.index(name)
        for key, name in (("tab", "events"), ("shift+tab", "health"), ("right", "events"), ("left", "health")):
            await shown.press(key)
            assert shown.app.canvas.view.tab == NAMES.index(name)
        await shown.press("9")
        assert shown.app.canvas.view.tab == NAMES.index("health")


async def test_rows_are_gone_through_and_read_on(busy: Room, enter: Enter) -> None:
    """Arrows, pages and ends move the row at hand; behind the last row that was read the next page follows."""
    async with enter(busy.open) as shown:
        assert "mood-449" in shown.picked
        await shown.press("down", "j")
        assert "mood-447" in shown.picked
        await shown.press("up", "k")
        assert "mood-449" in shown.picked
        await shown.press("pagedown")
        assert "mood-424" in shown.picked
        await shown.press("pageup", "G")
        assert "mood-250" in shown.picked
        await shown.press("down")
        assert "mood-249" in shown.picked
        await shown.press("G", "G", "G")
        assert "consent changed" in shown.picked
        await shown.press("home")
        assert "mood-449" in shown.picked


async def test_all_of_a_row(busy: Room, enter: Enter) -> None:
    """Enter opens the row in full and scrolls where that is long; Escape goes back to the same row."""
    async with enter(busy.open, size=(40, 9)) as shown:
        await shown.press("down", "enter")
        assert "mood noted" in shown.text
        assert shown.text.count("\u2026") == 1
        await shown.press("end")
        assert "score    3" in shown.text
        assert "\u2026" not in shown.text
        await shown.press("escape")
        assert shown.app.canvas.view.at == 1
        assert "mood noted" in shown.picked


async def test_find_and_back(busy: Room, enter: Enter) -> None:
    """What is typed behind the slash narrows the rows, letters do nothing else meanwhile, Escape shows all again."""
    async with enter(busy.open) as shown:
        await shown.press("slash", "q", "e", "1")
        assert shown.foot.startswith("find: qe1")
        await shown.type("mood-44")
        rows = [row for row in shown.rows if "mood noted" in row]
        assert len(rows) == 11
        assert shown.foot.startswith("holds: mood-44")
        await shown.press("slash")
        await shown.type("Source Connected")
        assert "source connected" in shown.picked
        await shown.press("slash")
        assert "Nothing here holds: no such thing" in await shown.type("no such thing")
        await shown.press("escape")
        assert "mood-449" in shown.picked
        await shown.press("slash", "x", "escape")
        assert "mood-449" in shown.picked


async def test_a_line_is_edited(room: Room, enter: Enter) -> None:
    """The cursor moves, words and characters go, and pasted control sequences lose their power."""
    async with enter(room.open) as shown:
        await shown.press("slash", "a", "b", "left", "c", "backspace", "home", "d", "end", "e")
        assert shown.foot.startswith("find: dabe")
        await shown.press("space", "f", "g", "ctrl+w", "left", "delete")
        assert shown.foot.startswith("find: dabe")
        shown.paste("\x1b[31mred\nrose")
        await shown.settle()
        assert shown.foot.startswith("find: dabered rose")


async def test_a_tab_is_saved(busy: Room, enter: Enter, tmp_path: Path) -> None:
    """`e` writes every row that is looked for into a file of the person's choice, for them only, never over another."""
    path = tmp_path / "out.json"
    async with enter(busy.open) as shown:
        await shown.press("slash")
        await shown.type("mood noted")
        await shown.press("e")
        assert "450 rows saved" in await shown.type(str(path))
        saved = json.loads(path.read_text(encoding="utf-8"))
        assert [row["subject"] for row in saved] == [f"mood-{count}" for count in reversed(range(450))]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await shown.press("e")
        assert "a file of that name already" in await shown.type(str(path))
        await shown.press("e")
        assert "Name another place." in await shown.type(str(tmp_path / "no" / "such" / "place"))
        await shown.press("e", "ctrl+u", "enter")
        assert shown.foot.startswith("holds: mood noted")
    assert len(json.loads(path.read_text(encoding="utf-8"))) == 450


async def test_an_agent_is_run_and_switched(room: Room, enter: Enter) -> None:
    """`r` runs the agent at hand now, `o` switches it off and on; each says what came of it."""
    async with enter(room.open, "agents") as shown:
        await shown.press("down", "down")
        assert shown.picked.startswith("overdue-task")
        assert "overdue-task 0." in await shown.press("r")
        assert "overdue-task is off." in await shown.press("o")
        assert shown.picked.startswith("overdue-task     off")
        assert "This agent is off." in await shown.press("r")
        assert "is on, and runs with the next refresh" in await shown.press("o")
        assert shown.picked.startswith("overdue-task     on")
        assert "lateness_tolerance_days" in await shown.press("enter")


async def test_a_setting_is_set_and_unset(room: Room, enter: Enter) -> None:
    """`s` starts with the value in force and sets the person's own, `u` gives it back; a wrong value is told."""
    async with enter(room.open, "profile") as shown:
        assert shown.picked.startswith("tips.per_day")
        await shown.press("s")
        assert shown.foot.startswith("new value of tips.per_day: 12 a day")
        assert "tips.per_day is 6 a day, by your word." in await shown.type("6")
        assert "you" in shown.picked
        await shown.press("s")
        assert "It is a whole number between 0 and 100." in await shown.type("many")
        assert "6 a day" in shown.picked
        assert "by you" not in shown.picked
        assert "6 a day  you" in await shown.press("enter")
        await shown.press("escape")
        assert "tips.per_day is 12 a day again." in await shown.press("u")
        assert "was not set by you" in await shown.press("u")


async def test_health_reaches_out_only_when_asked(room: Room, enter: Enter) -> None:
    """Opening the tab tries nothing beyond this machine; `r` checks everything; both say what they found."""
    async with enter(room.open, "health") as shown:
        assert "The key is this test's." in shown.text
        assert "todotxt: 0 open, read never" in shown.text
        assert "3 open tasks read." in await shown.press("r")


async def test_a_tip_opens_with_its_reasons(room: Room, enter: Enter) -> None:
    """A tip in full says what led to it, and its row what became of it."""
    from oo_cli.usecases.feedback import react
    from oo_cli.usecases.recommend import recommend
    from oo_data.contracts.tip import RecommendRequest

    house = room.open()
    recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))
    react(house, "done")
    house.close()
    async with enter(room.open, "tips") as shown:
        assert shown.picked == "01 Dec 10:00  Call Ada  done    tip"
        assert "1 tip in 14 days, 1 done" in shown.text
        assert "The gate is open." in await shown.press("enter")
        await shown.press("5", "enter")
        assert "To compare or promote" in shown.text


async def test_keys_are_listed_and_leave(room: Room, enter: Enter) -> None:
    """`?` lists the keys of this tab and puts them away; `q` leaves."""
    async with enter(room.open, "agents") as shown:
        listed = await shown.press("question_mark")
        assert "run now" in listed
        assert "read again" not in listed
        assert "run now" in await shown.press("escape")
        await shown.press("q")
        assert shown.app.return_code == 0


async def test_ctrl_c_leaves_while_typing(room: Room, enter: Enter) -> None:
    """The way out is never typed into a line."""
    async with enter(room.open) as shown:
        await shown.press("slash", "q", "ctrl+c")
        assert not shown.app.is_running


async def test_the_log_is_followed(room: Room, enter: Enter) -> None:
    """What another process writes comes to the top while the newest is at hand; another row at hand stays at hand."""
    async with enter(room.open) as shown:
        happen(room, 1)
        await shown.see(lambda text: "mood-0" in text)
        assert "mood-0" in shown.picked
        await shown.press("down")
        before = shown.picked
        happen(room, 3)
        await shown.see(lambda text: "mood-2" in text)
        assert shown.picked == before
        assert shown.app.canvas.view.at == 4


async def test_only_the_log_is_followed(room: Room, enter: Enter) -> None:
    """What is written while another tab is in sight wakes nothing."""
    async with enter(room.open) as shown:
        await shown.press("3")
        sheet = shown.app.canvas.view.sheet
        happen(room, 1)
        await shown.pilot.pause(0.4)
        assert shown.app.canvas.view.sheet is sheet


async def test_a_house_that_cannot_be_read_says_so(room: Room, enter: Enter) -> None:
    """An error of ours is one line on the screen, which stays."""
    house = room.open()
    path = house.paths.database
    house.close()
    os.truncate(path, 2000)
    async with enter(room.open) as shown:
        assert "oo doctor" in shown.foot
        await shown.press("7")
        assert "damaged" in shown.text
