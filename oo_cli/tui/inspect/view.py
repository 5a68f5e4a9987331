"""The admin screen as a pure function: what is to be seen and how large the terminal is, to rows of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from oo_cli.tui.balance import balance
from oo_cli.tui.blocks import levels
from oo_cli.tui.inspect.columns import GAP, laid, widths
from oo_cli.tui.inspect.line import Line
from oo_cli.tui.page import tidy
from oo_cli.usecases.inspect.sheet import Column, Row, Sheet
from oo_data.text import cut, show, width

Shade = Literal["text", "dim", "accent"]
MARGIN = 2
MARK = "\u203a "
TALL = 14  # from that many rows on there is air, and there are charts
MEASURE = 76  # of running text


@dataclass(frozen=True, slots=True)
class Painted:
    """One row of the screen: spans from the left edge on; picked where it is the row at hand."""

    spans: tuple[tuple[str, Shade], ...] = ()
    picked: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen: the keys, else a row in full, else the table. `sheet` is None while it is being read."""

    tabs: tuple[str, ...]
    columns: tuple[Column, ...]
    tab: int = 0
    sheet: Sheet | None = None
    at: int = 0
    top: int = 0
    find: str = ""
    detail: tuple[str, ...] = ()
    scroll: int = 0
    line: Line | None = None
    note: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    acts: tuple[tuple[str, str], ...] = ()
    blocks: bool = True


BLANK = Painted()


def compose(view: View, columns: int, rows: int) -> list[Painted]:
    """Exactly `rows` rows for a screen of that size; any size will do."""
    if columns < 1 or rows < 1:
        return [BLANK] * max(rows, 0)
    air = [BLANK] if rows >= TALL else []
    head, foot = [_tabs(view, columns), *air], [*air, _foot(view, columns)]
    room = max(rows - len(head) - len(foot), 0)
    page = [*head, *_body(view, columns, room), *foot]
    return [_clipped(row, columns) for row in (*page[: rows - 1], page[-1])]


def table_rows(view: View, rows: int) -> int:
    """How many rows of the table a screen of that height shows."""
    above = len(_above(view, rows))
    return max(rows - (4 if rows >= TALL else 2) - above - 1, 1)


def moved(view: View, to: int, rows: int) -> View:
    """The view with another row at hand, scrolled no further than that takes."""
    count = len(view.sheet.rows) if view.sheet else 0
    at = min(max(to, 0), max(count - 1, 0))
    room = table_rows(view, rows)
    top = min(max(view.top, at - room + 1), at)
    return replace(view, at=at, top=max(min(top, count - room), 0))


def scrolled(view: View, by: int, columns: int, rows: int) -> View:
    """The view after scrolling a row in full, or the keys, as far as there is more."""
    room = rows - (4 if rows >= TALL else 2)
    last = max(len(_folded(_lines(view), columns)) - room, 0)
    return replace(view, scroll=max(0, min(view.scroll + by, last)))


def _tabs(view: View, columns: int) -> Painted:
    """All tabs where they fit, else the one at hand and where it stands among them."""
    spans: list[tuple[str, Shade]] = [(" " * MARGIN, "dim")]
    for at, name in enumerate(view.tabs):
        spans += [(name, "accent" if at == view.tab else "dim"), (" " * (GAP + 1), "dim")]
    if sum(width(text) for text, _ in spans[:-1]) <= columns:
        return Painted(tuple(spans[:-1]))
    place = f"   {view.tab + 1} of {len(view.tabs)}"
    name = cut(view.tabs[view.tab], max(columns - MARGIN, 1))
    return Painted(
        ((" " * MARGIN, "dim"), (name, "accent"), (cut(place, max(columns - MARGIN - width(name), 0)), "dim"))
    )


def _body(view: View, columns: int, room: int) -> list[Painted]:
    if view.keys or view.detail:
        lines = _folded(_lines(view), columns)
        shown = lines[view.scroll : view.scroll + room]
        if len(lines) > view.scroll + room and shown:
            shown = [*shown[:-1], _painted("\u2026", "dim")]
        return _filled(shown, room)
    if view.sheet is None:
        return _filled([_painted("One moment", "dim")], room)
    if not view.sheet.rows:
        return _filled(_empty(view, view.sheet, columns), room)
    above = _above(view, room + (4 if room + 4 >= TALL else 2))
    return _filled([*above, *_table(view, view.sheet.rows, columns, max(room - len(above), 0))], room)


def _table(view: View, rows: Sequence[Row], columns: int, room: int) -> list[Painted]:
    """The head and as many rows as there is room for, the one at hand among them."""
    room = max(room - 1, 1)
    top = min(max(view.top, view.at - room + 1), view.at)
    seen = [row._replace(cells=tuple(map(show, row.cells))) for row in rows[top : top + room]]
    sizes = widths(view.columns, [row.cells for row in seen], max(columns - 2 * MARGIN, 1))
    painted = [_painted(laid([column.head for column in view.columns], view.columns, sizes), "dim")]
    for at, row in enumerate(seen, top):
        picked = at == view.at
        text = laid(row.cells, view.columns, sizes)
        mark = MARK if picked else " " * MARGIN
        painted.append(Painted(((mark, "accent"), (text, "dim" if row.faint and not picked else "text")), picked))
    return painted


def _above(view: View, rows: int) -> list[Painted]:
    """Notes and charts over the table; where there is little room, none."""
    sheet = view.sheet
    if sheet is None or rows < TALL + len(sheet.charts) + len(sheet.notes):
        return []
    said = [_painted(show(note), "text") for note in sheet.notes]
    label = max((len(chart.label) for chart in sheet.charts), default=0)
    digits = max((len(str(chart.total)) for chart in sheet.charts), default=0)
    most = max((value for chart in sheet.charts for value in chart.values), default=0)
    for chart in sheet.charts:
        drawn = f"{levels(chart.values, most)}  " if view.blocks else ""
        said.append(
            Painted(
                (
                    (f"{' ' * MARGIN}{chart.label:<{label}}  ", "dim"),
                    (drawn, "accent"),
                    (f"{chart.total:>{digits}}", "text"),
                    (f"  {chart.share:>4.0%}", "dim"),
                )
            )
        )
    return [*said, BLANK] if said else []


def _empty(view: View, sheet: Sheet, columns: int) -> list[Painted]:
    """The sentence and the next step, where there is nothing to show."""
    sentence, step = sheet.empty
    if view.find:
        sentence, step = f"Nothing here holds: {show(view.find)}", "Escape shows all again."
    measure = _measure(columns)
    notes = [_painted(show(note), "text") for note in sheet.notes]
    return [
        *notes,
        *([BLANK] if notes else []),
        *(_painted(line, "text") for line in balance(sentence, measure)),
        *(_painted(line, "dim") for line in balance(step, measure)),
    ]


def _foot(view: View, columns: int) -> Painted:
    """What is being typed, else a word on what happened, else what the tab holds and the way to the keys."""
    room = max(columns - 2 * MARGIN, 1)
    if view.line is not None:
        return _typing(view.line, room)
    if view.note:
        return _painted(cut(show(view.note), room), "accent")
    left = f"holds: {show(view.find)}" if view.find else show(view.sheet.says) if view.sheet else ""
    hints = [f"{key} {label}" for key, label in view.acts] + ["/ find", "? keys"]
    while hints and width(left) + GAP + width("   ".join(hints)) > room:
        hints.pop(0)
    right = "   ".join(hints)
    left = cut(left, max(room - width(right) - GAP, 1)) if right else cut(left, room)
    blank = " " * (room - width(left) - width(right))
    return _painted(f"{left}{blank}{right}", "dim")


def _typing(line: Line, room: int) -> Painted:
    """The prompt and the end of what is typed that fits, with the cursor as a bar."""
    prompt = cut(f"{line.prompt}: ", max(room // 2, 1))
    before, after = line.text[: line.at], line.text[line.at :]
    space = max(room - width(prompt) - 1, 1)
    while before and width(before) > space:
        before = before[1:]
    after = cut(after, space - width(before)) if space > width(before) else ""
    return Painted(((" " * MARGIN, "dim"), (prompt, "dim"), (before, "text"), ("\u258f", "accent"), (after, "text")))


def _lines(view: View) -> tuple[str, ...]:
    if view.keys:
        widest = max(width(key) for key, _ in view.keys)
        return tuple(f"{key:<{widest}}   {label}" for key, label in view.keys)
    title, *rest = view.detail
    return tuple(tidy(line) for line in (title, "", *rest))


def _folded(lines: Sequence[str], columns: int) -> list[Painted]:
    """Text in a readable measure, its first line and what is indented bright; a folded line keeps its indent."""
    measure = _measure(columns)
    folded: list[Painted] = []
    for at, line in enumerate(lines):
        indent = min(len(line) - len(line.lstrip(" ")), measure // 2)
        parts = [line] if width(line) <= measure else balance(line, measure - indent)
        for part in parts:
            shade: Shade = "text" if at == 0 or indent else "dim"
            folded.append(_painted(" " * indent + part.lstrip(" "), shade) if part else BLANK)
    return folded


def _measure(columns: int) -> int:
    return max(min(MEASURE, columns - 2 * MARGIN), 1)


def _painted(text: str, shade: Shade) -> Painted:
    return Painted(((" " * MARGIN, shade), (text, shade)))


def _clipped(row: Painted, columns: int) -> Painted:
    """The row as far as the screen is wide."""
    if sum(width(text) for text, _ in row.spans) <= columns:
        return row
    spans: list[tuple[str, Shade]] = []
    left = columns
    for text, shade in row.spans:
        part = cut(text, left) if left else ""
        spans.append((part, shade))
        left -= width(part)
    return replace(row, spans=tuple(spans))


def _filled(rows: list[Painted], room: int) -> list[Painted]:
    return [*rows[:room], *[BLANK] * (room - len(rows))]
