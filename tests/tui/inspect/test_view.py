"""The admin screen as a function: any state on any size, hostile words, poor terminals."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from oo_cli.tui.inspect.columns import GAP, widths
from oo_cli.tui.inspect.line import Line, pressed, started, typed
from oo_cli.tui.inspect.view import View, compose, moved, scrolled
from oo_cli.usecases.inspect.sheet import Chart, Column, Row, Sheet
from oo_data.text import width
from tests.tui.conftest import Room
from tests.tui.inspect.conftest import Enter

COLUMNS = (Column("when", 3, 12, 12), Column("what", 2, 6, 40), Column("count", 1, 5, 9, right=True))
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07[bold]x[/bold]",
    "[link=x]",
    "a\u202eb\u0000\r\n",
    "👨\u200d👩\u200d👧買い物" * 9,
    "",
)
words = st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE))
cells = st.tuples(words, words, words)
sheets = st.builds(
    lambda rows, says, notes, values: Sheet(
        tuple(Row(str(at), row, {}, at % 3 == 0) for at, row in enumerate(rows)),
        says, ("Nothing.", "Do something."), notes=tuple(notes), charts=(Chart("all", tuple(values), 7, 1.0),),
    ),
    st.lists(cells, max_size=30), words, st.lists(words, max_size=3), st.lists(st.integers(0, 9), max_size=14),
)  # fmt: skip
views = st.builds(
    View,
    tabs=st.just(("events", "agents", "health")),
    columns=st.just(COLUMNS),
    tab=st.integers(0, 2),
    sheet=st.one_of(st.none(), sheets),
    at=st.integers(0, 29),
    top=st.integers(0, 29),
    find=words,
    detail=st.one_of(st.just(()), st.lists(words, min_size=1, max_size=20).map(tuple)),
    scroll=st.integers(0, 20),
    line=st.one_of(st.none(), st.builds(lambda text: started("find", text), st.text(max_size=30))),
    note=words,
    keys=st.sampled_from([(), (("r", "run now"), ("Escape", "back"))]),
    acts=st.sampled_from([(), (("r", "run now"),)]),
)


@given(views, st.integers(-1, 220), st.integers(-1, 70))
def test_any_state_on_any_size(view: View, columns: int, rows: int) -> None:
    """As many rows as the screen has, none wider than it, and no control character in any."""
    view = moved(view, view.at, max(rows, 1))
    page = compose(view, columns, rows)
    assert len(page) == max(rows, 0)
    for row in page:
        text = "".join(part for part, _ in row.spans)
        typing = view.line is not None and row is page[-1]
        assert typing or not any(unicodedata.category(char) == "Cc" for char in text)
        assert width(text) <= max(columns, 0)
    if view.sheet and view.sheet.rows and not (view.detail or view.keys) and rows >= 4 and columns > 0:
        assert sum(row.picked for row in page) == 1


@given(st.lists(cells, max_size=12), st.integers(1, 200))
def test_columns_fit_their_room(rows: list[tuple[str, str, str]], room: int) -> None:
    """The columns and their gaps never need more than there is, and the most kept one is always there."""
    sizes = widths(COLUMNS, rows, room)
    kept = [size for size in sizes if size]
    assert sum(kept) + GAP * (len(kept) - 1) <= room
    assert sizes[0] > 0


def test_columns_give_way_in_order() -> None:
    """Short room costs the least kept column first; long words take what is left over."""
    rows = [("01 Dec 10:00", "something rather long", "12345")]
    assert widths(COLUMNS, rows, 60) == [12, 21, 5]
    assert widths(COLUMNS, rows, 41) == [12, 21, 0]
    assert widths(COLUMNS, rows, 24) == [12, 10, 0]
    assert widths(COLUMNS, rows, 8) == [8, 0, 0]


def test_what_is_open_scrolls_to_its_end() -> None:
    """Scrolling stops where there is no more, both ways."""
    view = View(("events",), COLUMNS, detail=("title", *map(str, range(30))))
    last = scrolled(view, 10_000, 40, 10)
    assert compose(last, 40, 10)[-2].spans[-1][0] == "29"
    assert scrolled(last, 1, 40, 10) == last
    assert scrolled(last, -10_000, 40, 10).scroll == 0


@given(st.text(max_size=30), st.lists(st.sampled_from(["left", "right", "home", "end", "backspace", "delete",
                                                       "ctrl+w", "ctrl+u", "ctrl+a", "up"]), max_size=12),
       st.text(max_size=500))  # fmt: skip
def test_the_cursor_stays_in_its_line(text: str, keys: list[str], more: str) -> None:
    """No key and no text leads out of the line, and a line has an end."""
    line: Line = started("find", text)
    for key in keys:
        line = pressed(line, key)
        line = typed(line, more)
        assert 0 <= line.at <= len(line.text) <= 400 + len(text)


async def test_hostile_data_is_only_text(room: Room, enter: Enter) -> None:
    """Rows that no oO wrote, full of control sequences and markup, are shown as harmless words on every size."""
    house = room.open()
    with house.store.write() as conn:
        for count, text in enumerate(HOSTILE):
            row = (f"id{count}{text}", count, f"Type{text}", text, text)
            conn.execute("insert into event (id, at, type, subject, data) values (?, ?, ?, ?, ?)", row)
            conn.execute("insert into egress values (?, ?, ?, ?, ?, ?, 1, 1, ?)", (f"e{count}", 1, *[text] * 4, text))
    house.close()
    for size in ((40, 10), (200, 60)):
        async with enter(room.open, size=size) as shown:
            for keys in (("enter",), ("escape", "down", "enter"), ("6",), ("down", "enter")):
                await shown.press(*keys)
                assert all(width(row) == size[0] for row in shown.rows)
                assert not any(unicodedata.category(char) in ("Cc", "Cf") and char != "\u200d" for char in shown.text
                               if char != "\n")  # fmt: skip
            assert shown.app.is_running


async def test_a_poor_encoding_gets_words(room: Room, enter: Enter) -> None:
    """Without UTF-8 every sign is ASCII, and charts are their figures."""
    async with enter(room.open, "tips", encoding="ascii") as shown:
        for tab in "1234567":
            assert (await shown.press(tab)).isascii()


async def test_many_sizes(room: Room, enter: Enter) -> None:
    """Resizing while rows are open and closed breaks nothing."""
    async with enter(room.open) as shown:
        for count in range(20):
            await shown.pilot.resize_terminal(1 + count * 37 % 211, 1 + count * 13 % 61)
            await shown.press("enter" if count % 2 else "escape")
        assert shown.app.is_running
