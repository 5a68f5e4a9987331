"""The admin screen's rows in colours, or without any."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from oo_cli.tui.inspect import view as page
from oo_cli.tui.inspect.view import Ink, Painted, View
from oo_cli.tui.page import legible

TEXT, DIM, BLACK = "#e4e4e4", "#808080", "#000000"  # as on the face
ACCENT, PICKED = "#d7af5f", "#1c1c1c"


class Canvas(Widget):
    """The whole screen, drawn row by row from a view."""

    def __init__(self, view: View, encoding: str, plain: bool) -> None:
        super().__init__()
        self._encoding = encoding
        ground = None if plain else BLACK
        self._styles: dict[Ink, Style] = {
            "text": Style(bgcolor=ground) if plain else Style(color=TEXT, bgcolor=ground),
            "dim": Style(dim=True) if plain else Style(color=DIM, bgcolor=ground),
            "accent": Style(bold=True) if plain else Style(color=ACCENT, bgcolor=ground),
        }
        self._picked = Style(bold=True) if plain else Style(bgcolor=PICKED, bold=True)
        self._view = view
        self._page: list[Painted] = []
        self._page_of: tuple[View, int, int] | None = None

    @property
    def view(self) -> View:
        """What is seen; it is drawn when it changes."""
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
        row = self._page[y] if y < len(self._page) else page.BLANK
        extra = self._picked if row.picked else Style()
        ground = self._styles["text"] + extra
        inked = [Segment(legible(text, self._encoding), self._styles[ink] + extra) for text, ink in row.spans if text]
        return Strip(inked).adjust_cell_length(self.size.width, ground)
