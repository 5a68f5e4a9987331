"""The page as a pure function: any view fits any screen, and what matters most stays longest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.tui.layout import HIDDEN
from oo_cli.tui.page import View, compose, legible, scrolled, tidy
from oo_data.text import show, width

TEXT = st.text(max_size=200).map(show)
VIEWS = st.builds(
    View,
    text=TEXT,
    reason=TEXT,
    silent=st.booleans(),
    hidden=st.booleans(),
    note=st.just("") | TEXT,
    why=st.lists(st.text(max_size=80).map(tidy), max_size=12).map(tuple),
    scroll=st.integers(0, 50),
    keys=st.sampled_from([(), ("d done", "n not this", "q quit")]),
)


def seen(view: View, columns: int, rows: int) -> list[str]:
    """The rows of a page as they are painted."""
    return [" " * row.column + row.text for row in compose(view, columns, rows)]


@given(VIEWS, st.integers(0, 90), st.integers(0, 40))
def test_every_view_fits_every_screen(view: View, columns: int, rows: int) -> None:
    """There are exactly as many rows as the screen has, and none reaches over its edge."""
    page = seen(view, columns, rows)
    assert len(page) == rows
    assert all(width(row) <= max(columns, 2) for row in page)


@given(VIEWS, st.integers(1, 90), st.integers(1, 40))
def test_hiding_hides(view: View, columns: int, rows: int) -> None:
    """While hidden the page is the same whatever the tip, its reason and its explanation are."""
    hidden = View(hidden=True, note=view.note, keys=view.keys)
    same = View(view.text, view.reason, view.silent, True, view.note, view.why, view.scroll, view.keys)
    assert seen(same, columns, rows) == seen(hidden, columns, rows)


@given(st.lists(st.text("abc ", max_size=60).map(tidy), min_size=1).map(tuple), st.integers(-99, 99), st.integers(1, 9))
def test_scrolling_stays_within_the_reasons(why: tuple[str, ...], by: int, rows: int) -> None:
    """No scroll leaves the screen emptier than the last full page."""
    view = scrolled(View(why=why), by, 40, rows)
    assert view.scroll >= 0
    assert scrolled(view, 0, 40, rows) == view
    assert scrolled(view, 10_000, 40, rows).scroll >= view.scroll


LONG = "Send the quarterly figures to the accountant before the office closes for the holidays"


@pytest.mark.parametrize(
    ("rows", "spaced", "reason", "cut"),
    [(24, True, True, False), (9, True, True, False), (6, False, True, False), (4, False, True, False),
     (3, False, False, False), (1, False, False, True)],
)  # fmt: skip
def test_what_gives_way_first(rows: int, spaced: bool, reason: bool, cut: bool) -> None:
    """As rows get fewer the air between the lines goes first, then the reason, and the end of the tip last."""
    page = seen(View(LONG, "Due yesterday."), 60, rows)
    inked = [at for at, row in enumerate(page) if "the" in row]
    assert (len(inked) == 2 and inked[1] - inked[0] == 2) == spaced
    assert any("Due yesterday." in row for row in page) == reason
    assert any("…" in row for row in page) == cut


def test_the_measure_is_sixty_columns() -> None:
    """On a wide screen a tip is broken where it is still read at a glance."""
    page = seen(View(show("word " * 36)), 200, 60)
    assert 55 <= max(width(row.strip()) for row in page) <= 60


def test_nothing_said_yet_is_nothing_shown() -> None:
    """Before the first answer the screen is empty: no glyph that would claim silence."""
    assert "".join(seen(View(), 80, 24)).strip() == ""
    assert "".join(seen(View(silent=True), 80, 24)).strip() == "·"
    assert "".join(seen(View(hidden=True), 80, 24)).strip() == HIDDEN


def test_reasons_keep_their_columns_where_there_is_room() -> None:
    """Numbers stay under each other, with air under the tip and under what is indented."""
    why = ("Call Ada", "  due      0.73 x 12.00", "  age      0.00 x  2.00", "The gate is open.")
    page = [row.rstrip() for row in seen(View(why=why), 27, 8)]
    assert page == [
        "", "  Call Ada", "", "    due      0.73 x 12.00", "    age      0.00 x  2.00", "", "  The gate is open.", "",
    ]  # fmt: skip


def test_keys_stay_with_their_meaning() -> None:
    """A list that needs several lines is broken between keys only."""
    page = seen(View(keys=("d done", "l later", "n not this", "q quit")), 14, 6)
    assert [row.strip() for row in page if row] == ["d done", "l later", "n not this", "q quit"]


@given(st.text(max_size=60).map(show), st.sampled_from(["ascii", "latin-1", "utf-8", "cp1252"]))
def test_a_poor_encoding_moves_nothing(text: str, encoding: str) -> None:
    """What an encoding cannot carry is replaced column by column."""
    plain = legible(text, encoding)
    plain.encode(encoding)
    assert width(plain) == width(text)


def test_poor_but_readable() -> None:
    """Letters lose their accents before they lose themselves, and marks of ours have a plain form."""
    assert legible("Café… · \u201cja\u201d 買", "ascii") == 'Cafe. . "ja" ??'
    assert legible("Café · 買…", "utf-8") == "Café · 買…"
    assert legible("\u203a find: a\u258f", "latin-1") == "> find: a|", "what marks a row of the admin screen"


@given(st.text(max_size=120))
def test_a_reason_is_safe_to_show(text: str) -> None:
    """A line that quotes a title carries no control character, whatever the title was."""
    assert all(char.isprintable() for char in tidy(text))
