"""The whole screen as one widget, drawn row by row from a view."""

from __future__ import annotations

# The room that draws with Textual; it is entered for the face alone.
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from oo_cli.tui import page
from oo_cli.tui.ink import Ink
from oo_cli.tui.layout import BLANK, Row
from oo_cli.tui.page import View
from oo_cli.tui.quiet import Drawn


class Canvas(Drawn[View, Row]):
    """What is seen, in the terminal's ink."""

    def __init__(self, view: View, encoding: str, ink: Ink) -> None:
        super().__init__(view)
        self._encoding = encoding
        self._bright, self._dim = _style(ink, dim=False), _style(ink, dim=True)

    def rows(self, view: View, columns: int, rows: int) -> list[Row]:
        """The page of a view."""
        return page.compose(view, columns, rows)

    def strip(self, row: Row | None) -> Strip:
        """One row, bright or dim."""
        row = row or BLANK
        text = page.legible(row.text, self._encoding)
        inked = Segment(text, self._dim if row.dim else self._bright)
        return Strip([Segment(" " * row.column, self._bright), inked]).adjust_cell_length(self.size.width, self._bright)


def _style(ink: Ink, dim: bool) -> Style:
    number = ink.dim if dim else ink.bright
    ground = f"color({ink.ground})" if ink.ground is not None else None
    return Style(
        color=f"color({number})" if number is not None else None,
        bgcolor=ground,
        dim=True if dim and ink.faint else None,
    )
