"""The screen as a pure function: what is to be seen and how large the terminal is, to rows of text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from oo_cli.tui import layout
from oo_cli.tui.balance import balance, cells
from oo_cli.tui.layout import BLANK, MORE, Row, fitting, margin, measure_of, middle
from oo_data.text import cut, show, width

WHY_COLUMNS = 72
_PLAIN = str.maketrans("·…\u203a\u258f\u2013\u2014\u2018\u2019\u201c\u201d", "..>|--''\"\"")
_GAPS = re.compile(r"( {2,})")


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen: `why`, else a `note`, else the tip or silence; while `hidden`, a note at most.

    `keys` are listed below it, `foot` at the lower edge. `choices` are times to pick from, each with when it is.
    """

    text: str = ""
    reason: str = ""
    silent: bool = False
    hidden: bool = False
    note: str = ""
    why: tuple[str, ...] = ()
    scroll: int = 0
    keys: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


def compose(view: View, columns: int, rows: int) -> list[Row]:
    """Exactly `rows` rows for a screen of that size; any size will do."""
    if columns < 1 or rows < 1:
        return [BLANK] * max(rows, 0)
    if view.why and not view.hidden:
        page = _explained(view, columns, rows)
    elif view.note:
        measure = measure_of(columns)
        page = middle(
            fitting([Row(line, dim=True) for line in balance(view.note, measure)], measure, rows), columns, rows
        )
    elif view.hidden:
        page = layout.hidden(columns, rows)
    elif view.choices:
        page = _offered(view, columns, rows)
    else:
        page = layout.said(view.text, view.reason, view.silent, columns, rows)
    if view.keys:
        return _with_keys(page, view.keys, columns)
    return page if view.why else layout.with_foot(page, view.foot, columns)


def scrolled(view: View, by: int, columns: int, rows: int) -> View:
    """The view after scrolling its reasons by some rows, as far as there are any."""
    last = max(len(_folded(view.why, columns)) - rows, 0)
    return replace(view, scroll=max(0, min(view.scroll + by, last)))


def tidy(line: str) -> str:
    """The line made safe to show, its columns kept."""
    pieces = _GAPS.split(line)  # every other one is a gap
    return "".join(piece if at % 2 else show(piece) for at, piece in enumerate(pieces))


def legible(text: str, encoding: str) -> str:
    """The text in what an encoding can carry, column by column, so that nothing moves."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_carried(char, encoding) for char in text)
    return text


def _carried(char: str, encoding: str) -> str:
    for wanted in (char, char.translate(_PLAIN), unicodedata.normalize("NFD", char)[0]):
        try:
            wanted.encode(encoding)
        except UnicodeEncodeError:
            continue
        return wanted
    return "?" * width(char)


def _offered(view: View, columns: int, rows: int) -> list[Row]:
    """The tip, and under it a number for every time, its columns aligned; the times alone where both do not fit."""
    measure = measure_of(columns)
    names = [f"{at}  {name}" for at, (name, _) in enumerate(view.choices, start=1)]
    room = max(map(cells, names)) + 3
    whole = [name.ljust(room) + when for name, (_, when) in zip(names, view.choices, strict=True)]
    lines = whole if max(map(cells, whole)) <= columns else [cut(name, max(columns, 1)) for name in names]
    block = max(columns - max(map(cells, lines)), 0) // 2
    times = [Row(line, True, block) for line in lines]
    tip = [Row(line, False, (columns - cells(line)) // 2) for line in balance(view.text, measure)]
    shown = [*tip, BLANK, BLANK, *times] if len(tip) + 2 + len(times) <= rows - 2 else times[:rows]
    above = (rows - len(shown)) // 2
    return [*[BLANK] * above, *shown, *[BLANK] * (rows - len(shown) - above)]


def _explained(view: View, columns: int, rows: int) -> list[Row]:
    """The reasons as one block, its lines flush left; scrolled where they are more than the screen holds."""
    lines = _folded(view.why, columns)
    column = max(columns - max(width(line.text) for line in lines), 0) // 2
    placed = [Row(line.text, line.dim, column) for line in lines]
    over = len(placed) - rows
    if over <= 0:
        above = -over // 2
        return [*[BLANK] * above, *placed, *[BLANK] * (-over - above)]
    start = min(view.scroll, over)
    shown = placed[start : start + rows]
    return [*shown[:-1], Row(MORE, dim=True, column=column)] if start < over and rows > 1 else shown


def _folded(why: tuple[str, ...], columns: int) -> list[Row]:
    measure = min(WHY_COLUMNS, columns - 2 * margin(columns))
    rows: list[Row] = []
    inside = False
    for at, line in enumerate(why):
        indent = min(len(line) - len(line.lstrip(" ")), measure // 2)
        # Air under the tip and under what is indented.
        if at == 1 or (inside and indent == 0 and at):
            rows.append(BLANK)
        inside = indent > 0
        parts = [line] if width(line) <= measure else balance(line, measure - indent)
        rows += [Row(" " * indent + part.lstrip(" "), dim=at > 0) for part in parts]
    return rows


def _with_keys(page: list[Row], keys: tuple[str, ...], columns: int) -> list[Row]:
    """The keys at the foot of the page, or in its place where both cannot be seen."""
    # A key stays with its meaning, and three blanks apart from the next: blanks that are not broken at.
    units = " ".join(f"\u00a0{key}\u00a0".replace(" ", "\u00a0") for key in keys)
    lines = balance(units, columns)
    rows = fitting([Row(line.replace("\u00a0", " ").strip(), dim=True) for line in lines], columns, len(page))
    above = len(page) - len(rows) - 2
    if above < 1 or any(row.text for row in page[above:]):
        return middle(rows, columns, len(page))
    return [*page[:above], BLANK, *middle(rows, columns, len(rows)), BLANK]
