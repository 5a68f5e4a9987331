"""The face with hostile titles, resizes, errors and bugs, and on the way out."""

from __future__ import annotations

import pytest

from oo_cli.house import House
from oo_data.errors import DataLockedError
from oo_data.text import width
from tests.tui.conftest import Room, Screen, Watch
from tests.tui.test_face import every_size

HOSTILE = {
    "escapes": "\x1b[31mred\x1b]0;title\x07 \x9b2J end",
    "markup": "[/] [red]no[/red] [@click=app.quit]x[/] [link=file:///etc]y[/link]",
    "bidi": "\u202eevil\u202c \u2066live\u2069",
    "long": "x" * 10_000,
    "marks": "a" + "\u0301" * 500,
    "wide": "買" * 300,
}


@every_size
@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_title_is_only_text(empty_room: Room, watch: Watch, size: tuple[int, int], title: str) -> None:
    """No markup is obeyed, no control or direction character reaches the screen, and no row is overrun."""
    empty_room.write(f"{title} due:2026-12-01\n")
    async with watch(empty_room, size) as screen:
        for keys in ((), ("w",), ("w", "question_mark")):
            await screen.press(*keys)
            rows = screen.rows
            assert [width(row) for row in rows] == [size[0]] * size[1]
            assert all(char.isprintable() for row in rows for char in row)
        await screen.press("question_mark")
        if title.startswith("[/]") and size != (20, 5):
            assert "[/] [red]no[/red] [@click=app.quit]x[/] [link=file:///etc]y[/link]" in screen.text
        if title.startswith("x") and size != (20, 5):
            assert screen.text.count("x") > 60
            assert "…" in screen.text


async def test_a_storm_of_resizes(room: Room, watch: Watch) -> None:
    """Fifty sizes in a row, down to one cell, and the tip stands in the middle of the last."""
    async with watch(room) as screen:
        for step in range(50):
            await screen.pilot.resize_terminal(1 + step * 37 % 120, 1 + step * 11 % 40)
        await screen.pilot.resize_terminal(20, 5)
        await screen.settle()
        assert screen.text == "Call Ada Due today."
        assert len(screen.rows) == 5


async def test_an_error_is_one_dim_line_and_passes(room: Room, watch: Watch) -> None:
    """What cannot be read is told as the command line tells it; the face lives on and asks no password in a circle."""
    from textual.events import AppFocus

    locked = True

    def house() -> House:
        if locked:
            raise DataLockedError("The key is locked.", "Unlock the keyring.")
        return room.open()

    async with watch(room, (60, 10), open_house=house) as screen:
        assert screen.text == "The key is locked. Unlock the keyring."
        assert screen.rows[4].strip() == screen.text
        locked = False
        screen.app.post_message(AppFocus())
        await screen.settle()
        assert screen.text == "The key is locked. Unlock the keyring."
        assert await screen.press("escape") == "Call Ada Due today."


async def test_a_failed_reaction_is_told_and_the_tip_returns(room: Room, watch: Watch) -> None:
    """Where the list cannot be written, the tip is not lost."""
    async with watch(room) as screen:
        room.todo.rename(room.todo.with_suffix(".away"))
        assert "done" not in await screen.press("d")
        room.todo.with_suffix(".away").rename(room.todo)
        assert await screen.press("escape") == "Call Ada Due today."
        assert "x " not in room.todo.read_text()


async def test_a_bug_ends_the_face_with_code_one(room: Room, watch: Watch) -> None:
    """An unexpected exception is kept for the caller to tell; nothing is drawn about it."""
    from textual.worker import WorkerFailed

    def broken() -> House:
        raise ZeroDivisionError("Call Ada")

    seen: list[Screen] = []

    async def run() -> None:
        async with watch(room, open_house=broken) as screen:
            seen.append(screen)
            await screen.pilot.pause(0.1)

    # The harness raises what Textual was told.
    with pytest.raises(WorkerFailed, match="Call Ada"):
        await run()
    assert isinstance(seen[0].app.failure, ZeroDivisionError)
    assert seen[0].app.return_code == 1
    assert seen[0].app._exit_renderables == []


async def test_a_terminal_that_fails_shows_no_locals(room: Room, watch: Watch) -> None:
    """What Textual would draw when its input breaks is not drawn; the caller has one line to tell."""
    async with watch(room) as screen:
        screen.app.panic("a traceback with Call Ada in it")
        assert screen.app._exit_renderables == []
        assert str(screen.app.failure) == "The terminal could not be read any more."
        assert screen.app.return_code == 1


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_leaving(room: Room, watch: Watch, key: str) -> None:
    """Every way out that a person tries ends the face with code 0."""
    async with watch(room) as screen:
        await screen.pilot.press(key)
        await screen.pilot.pause()
        assert screen.app.return_code == 0


async def test_nothing_of_the_framework_shows_through(room: Room, watch: Watch) -> None:
    """No command palette, whose screenshot would write the tip to a file, and no key of the framework's own."""
    async with watch(room) as screen:
        assert await screen.press("ctrl+p", "ctrl+backslash", "tab", "f1", "enter", "x") == "Call Ada Due today."
        assert len(screen.app.screen_stack) == 1
