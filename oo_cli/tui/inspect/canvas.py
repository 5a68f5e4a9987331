"""The admin screen's rows in colours, or without any."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from oo_cli.tui.ink import Ink
from oo_cli.tui.inspect import view as page
from oo_cli.tui.inspect.view import Painted, Shade, View
from oo_cli.tui.page import legible
from oo_cli.tui.quiet import Drawn

# Of 256 colours, by their ground: a warm yellow and the grey beside the ground. Of fewer: plain yellow, and bold alone.
ACCENT, PICKED, YELLOW = {16: 179, 231: 130}, {16: 234, 231: 254}, 3


class Canvas(Drawn[View, Painted]):
    """The rows of a tab, in the terminal's ink."""

    def __init__(self, view: View, encoding: str, ink: Ink) -> None:
        super().__init__(view)
        self._encoding = encoding
        ground = -1 if ink.ground is None else ink.ground
        self._styles: dict[Shade, Style] = {
            "text": _style(ink.bright, ink.ground),
            "dim": _style(ink.dim, ink.ground) + Style(dim=ink.faint or None),
            "accent": _style(None if ink.ground is None else ACCENT.get(ground, YELLOW), ink.ground)
            + Style(bold=True if ink.ground is None else None),
        }
        self._picked = _style(None, PICKED.get(ground)) + Style(bold=True)

    def rows(self, view: View, columns: int, rows: int) -> list[Painted]:
        """The page of a view."""
        return page.compose(view, columns, rows)

    def strip(self, row: Painted | None) -> Strip:
        """One row in its shades."""
        row = row or page.BLANK
        extra = self._picked if row.picked else Style()
        ground = self._styles["text"] + extra
        inked = [Segment(legible(text, self._encoding), self._styles[ink] + extra) for text, ink in row.spans if text]
        return Strip(inked).adjust_cell_length(self.size.width, ground)


def _style(colour: int | None, ground: int | None) -> Style:
    """Palette numbers as a style; None leaves the terminal's own."""
    return Style(
        color=None if colour is None else f"color({colour})", bgcolor=None if ground is None else f"color({ground})"
    )
