"""The whole screen as one widget, drawn row by row from a view."""

from __future__ import annotations

# The room that draws with Textual; it is entered for the face alone.
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from oo_cli.tui import page
from oo_cli.tui.ink import Ink
from oo_cli.tui.layout import BLANK, Row
from oo_cli.tui.page import View


class Canvas(Widget):
    """What is seen, in the terminal's ink; it is drawn when it changes and never else."""

    def __init__(self, view: View, encoding: str, ink: Ink) -> None:
        super().__init__()
        self._encoding = encoding
        self._bright, self._dim = _style(ink, dim=False), _style(ink, dim=True)
        self._view = view
        self._page: list[Row] = []
        self._page_of: tuple[View, int, int] | None = None

    @property
    def view(self) -> View:
        """What is seen."""
        return self._view

    @view.setter
    def view(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the page."""
        wanted = (self._view, *self.size)
        if wanted != self._page_of:
            self._page, self._page_of = page.compose(*wanted), wanted
        row = self._page[y] if y < len(self._page) else BLANK
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
