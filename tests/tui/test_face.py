"""The face, key by key, on real houses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from oo_cli.house import House
from oo_cli.tui.page import View
from oo_data.text import width
from tests.tui.conftest import Room, Watch

if TYPE_CHECKING:
    from rich.color import Color

SIZES = [(20, 5), (80, 24), (200, 60)]
every_size = pytest.mark.parametrize("size", SIZES)
NIGHT = "2026-12-01T03:00:00+01:00"


def shows(*words: str) -> Callable[[str], bool]:
    """Whether all the words can be read."""
    return lambda text: all(word in text for word in words)


def hexed(color: Color) -> str:
    """A colour of the palette as the eye sees it."""
    return color.get_truecolor().hex


@every_size
async def test_one_tip_in_the_middle_and_nothing_else(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """The tip and its short reason stand in the middle of both axes, and there is no other mark on the screen."""
    async with watch(room, size) as screen:
        assert screen.text == "Call Ada Due today."
        rows = screen.rows
        assert len(rows) == size[1]
        assert all(width(row) == size[0] for row in rows)
        inked = [at for at, row in enumerate(rows) if row.strip()]
        assert abs(inked[0] - (size[1] - 1 - inked[-1])) <= 1
        for row in (rows[at] for at in inked):
            assert abs((len(row) - len(row.lstrip())) - (len(row) - len(row.rstrip()))) <= 1


async def test_every_cell_is_black(room: Room, watch: Watch) -> None:
    """True black, also where nothing is written; the reason is dimmer than the tip."""
    async with watch(room) as screen:
        painted = [s for y in range(24) for s in screen.app.canvas.render_line(y) if s.text]
        assert {hexed(s.style.bgcolor) for s in painted if s.style and s.style.bgcolor} == {"#000000"}
        assert all(s.style and s.style.bgcolor for s in painted)
        inks = {s.text: hexed(s.style.color) for s in painted if s.text.strip() and s.style and s.style.color}
        assert inks == {"Call Ada": "#e4e4e4", "Due today.": "#808080"}


@every_size
async def test_done(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`d` ticks the task where it lives and says so in a word."""
    async with watch(room, size) as screen:
        assert await screen.press("d") == "done"
        assert room.todo.read_text().startswith("x 2026-12-01 Call Ada")
        assert shows("Buy milk")(await screen.press("escape"))


async def test_a_word_gives_way_to_the_next_tip(room: Room, watch: Watch) -> None:
    """Nobody has to press a key to get on."""
    async with watch(room, pace=0.2) as screen:
        await screen.pilot.press("d")
        await screen.see(shows("Buy milk"))


@every_size
async def test_later_offers_times_and_says_when(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`l` offers a few times by number; one key picks, the word says until when, and nothing is ticked."""
    async with watch(room, size) as screen:
        offered = await screen.press("l")
        assert shows("1", "in three hours", "tonight", "tomorrow morning", "4", "next week")(offered)
        assert shows("Call Ada", "13:00", "Wed 08:00")(offered) == (size != (20, 5))
        assert room.count("FeedbackGiven") == 0
        assert await screen.press("3") == "later, Wed 08:00"
        assert shows("Buy milk")(await screen.press("escape"))
        assert "x " not in room.todo.read_text()


async def test_later_twice_is_soon(room: Room, watch: Watch) -> None:
    """The same key again takes the first time; Escape takes none, and a number that is not offered does nothing."""
    async with watch(room) as screen:
        assert await screen.press("l", "escape") == "Call Ada Due today."
        assert await screen.press("1", "9") == "Call Ada Due today."
        assert "next week" in await screen.press("l", "9")
        assert await screen.press("l") == "later, Tue 13:00"
        assert room.count("FeedbackGiven") == 1


async def test_the_word_comes_before_the_work_is_done(room: Room, watch: Watch) -> None:
    """A reaction is acknowledged at once, however long its source takes; what comes otherwise is said then."""
    gate, entered = threading.Event(), threading.Event()

    def slow(house: House) -> None:
        entered.set()
        gate.wait(20)

    async with watch(room) as screen:
        blocked = asyncio.ensure_future(screen.work.run(slow))
        await asyncio.to_thread(entered.wait, 20)
        await screen.pilot.press("d")
        assert screen.text == "done"
        room.todo.rename(room.todo.with_suffix(".away"))
        gate.set()
        await blocked
        assert "The todo.txt file is not there." in await screen.see(lambda text: text != "done")
        await screen.press("escape")


@every_size
async def test_not_this(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`n` turns the tip down and leaves the list alone."""
    async with watch(room, size) as screen:
        assert await screen.press("n") == "not this"
        assert shows("Buy milk")(await screen.press("escape"))
        assert "x " not in room.todo.read_text()


@every_size
async def test_undo_takes_the_last_reaction_back(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`u` unticks the task, says so, and brings the tip back."""
    before = room.todo.read_text()
    async with watch(room, size) as screen:
        await screen.press("d")
        assert await screen.press("u") == "taken back"
        assert room.todo.read_text() == before
        assert await screen.press("escape") == "Call Ada Due today."


async def test_a_key_never_reaches_another_tip(room: Room, watch: Watch) -> None:
    """Reacting where another surface has shown something since never ticks what is not on this screen."""
    async with watch(room) as screen:
        await screen.press("l", "l")
        assert shows("Buy milk")(await screen.press("escape"))
        assert shows("Call Ada")(await screen.press("u", "escape"))
        await screen.press("d")
        assert "x 2026-12-01 Buy milk" not in room.todo.read_text()


@every_size
async def test_nothing_to_act_on_is_no_event(empty_room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """The first step is advice with no keys of its own: nothing happens, and no home is made by looking."""
    async with watch(empty_room, size) as screen:
        before = screen.text
        assert before.startswith("Tell oO one thing")
        assert await screen.press("d", "l", "n", "u") == before
    house = empty_room.open()
    assert not house.exists


async def test_undo_with_nothing_to_undo_is_quiet(room: Room, watch: Watch) -> None:
    """`u` before any reaction leaves the tip where it is."""
    async with watch(room) as screen:
        assert await screen.press("u") == "Call Ada Due today."


async def test_pressing_twice_reacts_once(room: Room, watch: Watch) -> None:
    """Keys that come faster than the answer are for the tip that was on the screen, and count once."""
    async with watch(room) as screen:
        for _ in range(3):
            screen.app.action_react("no")
        await screen.settle()
        assert screen.text == "not this"
        assert room.count("FeedbackGiven") == 1


@every_size
@pytest.mark.parametrize("way_out", ["w", "escape"])
async def test_why_opens_and_closes(room: Room, watch: Watch, size: tuple[int, int], way_out: str) -> None:
    """`w` shows what led to the tip, and the same key or Escape puts it away."""
    async with watch(room, size) as screen:
        assert shows("Call Ada", "ranker")(await screen.press("w"))
        assert await screen.press(way_out) == "Call Ada Due today."


async def test_why_scrolls_where_it_does_not_fit(room: Room, watch: Watch) -> None:
    """On five rows all of the reasons can be reached, an ellipsis says that there are more, and the end holds."""
    async with watch(room, (20, 5)) as screen:
        seen = [await screen.press("w")]
        assert seen[0].endswith("…")
        seen += [await screen.press(key) for key in ["down"] * 3 + ["pagedown"] * 9]
        assert "nothing left this machine" in " ".join(seen)
        assert seen[-1] == seen[-2]
        assert not seen[-1].endswith("…")
        assert await screen.press(*["pageup"] * 9) == seen[0]


async def test_a_reaction_from_the_reasons(room: Room, watch: Watch) -> None:
    """Whoever has read why can act at once; the reasons make way for the word."""
    async with watch(room) as screen:
        await screen.press("w")
        assert await screen.press("d") == "done"


@every_size
async def test_the_keys_are_listed_on_demand(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`?` lists the keys in dim words and puts them away again."""
    async with watch(room, size) as screen:
        listed = await screen.press("question_mark")
        assert listed.endswith("d done l later n not this w why u undo h hide q quit")
        assert listed.startswith("Call Ada") == (size != (20, 5))
        assert await screen.press("question_mark") == "Call Ada Due today."


async def test_only_keys_that_do_something_are_listed(empty_room: Room, watch: Watch) -> None:
    """Advice that cannot be ticked offers no tick."""
    async with watch(empty_room) as screen:
        assert (await screen.press("question_mark")).endswith("PATH w why u undo h hide q quit")


@every_size
async def test_hidden_means_hidden(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """`h` takes the text away, no key reveals it or acts on it unseen, and `h` brings it back."""
    async with watch(room, size) as screen:
        assert await screen.press("h") == "· · ·"
        assert await screen.press("d", "l", "n", "w") == "· · ·"
        assert "Ada" not in await screen.press("question_mark")
        assert room.count("FeedbackGiven") == 0
        assert await screen.press("h") == "Call Ada Due today."


async def test_an_answer_that_comes_too_late_stays_hidden(room: Room, watch: Watch) -> None:
    """A tip that was asked for before `h` and arrives after it can neither be read nor reacted to."""
    async with watch(room) as screen:
        screen.app.on_app_focus()
        screen.app.action_hide()
        await screen.settle()
        assert await screen.press("d") == "· · ·"
        assert room.count("FeedbackGiven") == 0


async def test_discreet_from_the_start_shows_and_records_nothing(room: Room, watch: Watch) -> None:
    """A face that starts hidden has shown no tip, so none is logged as seen."""
    async with watch(room, view=View(hidden=True)) as screen:
        assert screen.text == "· · ·"
        assert room.count("TipShown") == 0
        assert await screen.press("h") == "Call Ada Due today."
        assert room.count("TipShown") == 1


@every_size
async def test_silence_is_one_calm_glyph(room: Room, watch: Watch, size: tuple[int, int]) -> None:
    """In quiet hours the face says nothing; only `w` tells why, and there is nothing to react to."""
    room.environ["OO_NOW"] = NIGHT
    async with watch(room, size) as screen:
        assert screen.text == "·"
        assert screen.rows[(size[1] - 1) // 2].index("·") == (size[0] - 1) // 2
        assert await screen.press("d", "l", "n") == "·"
        said = [await screen.press("w")]
        said += [await screen.press("pagedown") for _ in range(4)]
        assert "quiet hours" in " ".join(said)
        assert await screen.press("escape") == "·"


async def test_without_utf8_there_is_a_plain_dot(room: Room, watch: Watch) -> None:
    """A terminal that cannot carry the glyph gets one that it can."""
    room.environ["OO_NOW"] = NIGHT
    async with watch(room, encoding="ascii") as screen:
        assert screen.text == "."


async def test_silence_ends_by_itself(room: Room, watch: Watch) -> None:
    """When the quiet hours are over the tip comes without a key."""
    room.environ["OO_NOW"] = "2026-12-01T06:59:59.500+01:00"
    async with watch(room) as screen:
        assert screen.text == "·"
        room.environ["OO_NOW"] = "2026-12-01T07:00:01+01:00"
        await screen.see(shows("Call Ada"))


async def test_quiet_hours_begin_on_a_face_that_stands(room: Room, watch: Watch) -> None:
    """A tip on the screen gives way to silence when the quiet hours begin, though it is itself valid for longer."""
    room.environ["OO_NOW"] = "2026-12-01T21:59:59.500+01:00"
    async with watch(room) as screen:
        assert screen.text == "Call Ada Due today."
        room.environ["OO_NOW"] = "2026-12-01T22:00:01+01:00"
        assert await screen.see(shows("·")) == "·"


async def test_it_asks_again_when_the_person_comes_back(room: Room, watch: Watch) -> None:
    """What was done elsewhere shows as soon as the terminal has the focus again."""
    from textual.events import AppFocus

    async with watch(room) as screen:
        room.write("Feed the cat due:2026-12-01\n")
        screen.app.post_message(AppFocus())
        await screen.see(shows("Feed the cat"))


async def test_it_does_nothing_while_nothing_happens(room: Room, watch: Watch) -> None:
    """No polling: in half a second of rest no use case runs."""
    async with watch(room) as screen:
        await screen.rest()
        before = screen.work.runs
        await asyncio.sleep(0.5)
        assert screen.work.runs == before
        assert screen.asked == 1


async def test_the_house_stays_on_its_own_thread(room: Room, watch: Watch) -> None:
    """Every use case runs on one thread beside the screen's, where the database was opened."""
    import threading

    room.threads.clear()
    async with watch(room) as screen:
        await screen.press("w", "w", "d", "u")
    assert len(room.threads) == 1
    assert threading.get_ident() not in room.threads
