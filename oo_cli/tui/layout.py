"""Where the tip stands on a screen of any size: the layout that the first frame and the face share.

On the way to the first frame: no module is loaded that plain text does not need.
"""

from oo_cli.tui.balance import balance, cells

GLYPH = "·"
HIDDEN = "· · ·"
MORE = "…"
TIP_COLUMNS = 60


class Row:
    """One row of the screen: text from a column on, bright or dim."""

    __slots__ = ("column", "dim", "text")

    def __init__(self, text: str = "", dim: bool = False, column: int = 0) -> None:
        self.text = text
        self.dim = dim
        self.column = column


BLANK = Row()


def said(text: str, reason: str, silent: bool, columns: int, rows: int) -> list[Row]:
    """The tip with its reason, or one glyph for silence, in the middle; nothing before either is known."""
    measure = measure_of(columns)
    if text:
        lines = _tip(balance(text, measure), balance(reason, measure), measure, rows)
    else:
        lines = [Row(GLYPH)] if silent else []
    return middle(lines, columns, rows)


def hidden(columns: int, rows: int) -> list[Row]:
    """The screen while the text is hidden."""
    return middle([Row(HIDDEN if columns >= len(HIDDEN) else GLYPH, dim=True)], columns, rows)


def with_foot(page: list[Row], foot: "tuple[str, ...]", columns: int) -> list[Row]:
    """The page with dim lines at its lower edge, as many of the last ones as there is air for."""
    empty = next((at for at, row in enumerate(reversed(page)) if row.text), len(page))
    # One row of air above them and one below, so that they are read as what they are.
    fitting = [line for line in foot if cells(line) <= columns][-max(empty - 2, 0) :] if empty > 2 else []
    if not fitting:
        return page
    placed = [Row(line, True, (columns - cells(line)) // 2) for line in fitting]
    return [*page[: -len(placed) - 1], *placed, BLANK]


def measure_of(columns: int) -> int:
    """The width of a line of the tip."""
    return min(TIP_COLUMNS, columns - 2 * margin(columns))


def margin(columns: int) -> int:
    """Columns kept free at either side."""
    return 2 if columns >= 24 else 1 if columns >= 10 else 0


def middle(lines: list[Row], columns: int, rows: int) -> list[Row]:
    """The lines, each centred, as a block in the middle of the screen."""
    centred = [Row(line.text, line.dim, max(columns - cells(line.text), 0) // 2) for line in lines]
    above = (rows - len(lines)) // 2
    return [*[BLANK] * above, *centred, *[BLANK] * (rows - len(lines) - above)]


def fitting(lines: list[Row], measure: int, rows: int) -> list[Row]:
    """As many lines as there are rows for; an ellipsis where some are left out."""
    if len(lines) <= rows:
        return lines
    last, whole = lines[rows - 1], lines[rows - 1].text
    if cells(whole) >= measure:
        from oo_data.text import cut

        whole = cut(whole, measure - 1).removesuffix(MORE)
    return [*lines[: rows - 1], Row(whole.rstrip() + MORE, last.dim)]


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
    return fitting(bright, measure, rows)
