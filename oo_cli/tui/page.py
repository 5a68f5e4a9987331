"""The screen as a pure function: what is to be seen and how large the terminal is, to rows of text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from oo_cli.tui.balance import balance
from oo_data.text import cut, show, width

GLYPH = "·"
HIDDEN = "· · ·"
MORE = "…"
TIP_COLUMNS = 60
WHY_COLUMNS = 72
_PLAIN = str.maketrans("·…\u2013\u2014\u2018\u2019\u201c\u201d", "..--''\"\"")
_GAPS = re.compile(r"( {2,})")


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen: `why`, else a `note`, else the tip or silence; while `hidden`, a note at most."""

    text: str = ""
    reason: str = ""
    silent: bool = False
    hidden: bool = False
    note: str = ""
    why: tuple[str, ...] = ()
    scroll: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the screen: text from a column on, bright or dim."""

    text: str = ""
    dim: bool = False
    column: int = 0


BLANK = Row()


def compose(view: View, columns: int, rows: int) -> list[Row]:
    """Exactly `rows` rows for a screen of that size; any size will do."""
    if columns < 1 or rows < 1:
        return [BLANK] * max(rows, 0)
    explained = view.why and not view.hidden
    page = _explained(view, columns, rows) if explained else _middle(_said(view, columns, rows), columns, rows)
    return _with_keys(page, view.keys, columns) if view.keys else page


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
    return "".join(_carried(char, encoding) for char in text)


def _carried(char: str, encoding: str) -> str:
    for wanted in (char, char.translate(_PLAIN), unicodedata.normalize("NFD", char)[0]):
        try:
            wanted.encode(encoding)
        except UnicodeEncodeError:
            continue
        return wanted
    return "?" * width(char)


def _said(view: View, columns: int, rows: int) -> list[Row]:
    measure = min(TIP_COLUMNS, columns - 2 * _margin(columns))
    if view.note:
        return _fitting([Row(line, dim=True) for line in balance(view.note, measure)], measure, rows)
    if view.hidden:
        return [Row(HIDDEN if columns >= len(HIDDEN) else GLYPH, dim=True)]
    if view.text:
        return _tip(balance(view.text, measure), balance(view.reason, measure), measure, rows)
    return [Row(GLYPH)] if view.silent else []


def _tip(text: list[str], reason: list[str], measure: int, rows: int) -> list[Row]:
    """The tip and under it the reason, in the widest spacing that there is room for; the tip itself comes first."""
    bright = [Row(line) for line in text]
    why = [Row(line, dim=True) for line in reason]
    spaced = [row for line in bright for row in (line, BLANK)]
    below = [BLANK, *why] if why else []
    for arranged, room in (([*spaced, *below], rows - 2), ([*bright, *below], rows)):
        while arranged and not arranged[-1].text:
            arranged.pop()
        if len(arranged) <= room:
            return arranged
    return _fitting(bright, measure, rows)


def _fitting(lines: list[Row], measure: int, rows: int) -> list[Row]:
    """As many lines as there are rows for; an ellipsis where some are left out."""
    if len(lines) <= rows:
        return lines
    last = lines[rows - 1]
    whole = last.text if width(last.text) < measure else cut(last.text, measure - 1).removesuffix(MORE)
    return [*lines[: rows - 1], replace(last, text=whole.rstrip() + MORE)]


def _middle(lines: list[Row], columns: int, rows: int) -> list[Row]:
    centred = [replace(line, column=max(columns - width(line.text), 0) // 2) for line in lines]
    above = (rows - len(lines)) // 2
    return [*[BLANK] * above, *centred, *[BLANK] * (rows - len(lines) - above)]


def _explained(view: View, columns: int, rows: int) -> list[Row]:
    """The reasons as one block, its lines flush left; scrolled where they are more than the screen holds."""
    lines = _folded(view.why, columns)
    column = max(columns - max(width(line.text) for line in lines), 0) // 2
    placed = [replace(line, column=column) for line in lines]
    over = len(placed) - rows
    if over <= 0:
        above = -over // 2
        return [*[BLANK] * above, *placed, *[BLANK] * (-over - above)]
    start = min(view.scroll, over)
    shown = placed[start : start + rows]
    return [*shown[:-1], Row(MORE, dim=True, column=column)] if start < over and rows > 1 else shown


def _folded(why: tuple[str, ...], columns: int) -> list[Row]:
    measure = min(WHY_COLUMNS, columns - 2 * _margin(columns))
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
    rows = _fitting([Row(line.replace("\u00a0", " ").strip(), dim=True) for line in lines], columns, len(page))
    above = len(page) - len(rows) - 2
    if above < 1 or any(row.text for row in page[above:]):
        return _middle(rows, columns, len(page))
    return [*page[:above], BLANK, *_middle(rows, columns, len(rows)), BLANK]


def _margin(columns: int) -> int:
    return 2 if columns >= 24 else 1 if columns >= 10 else 0
