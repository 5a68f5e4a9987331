"""What a person would see: a terminal's screen, made from the bytes that a program draws."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.tui.terminal import Terminal


INK, GROUND = "e4e4e4", "000000"  # where the terminal's own are left alone


class Run(NamedTuple):
    """Neighbouring cells of one colour: where they begin, what they say, how many they are."""

    column: int
    text: str
    cells: int
    ink: str
    ground: str


class Painted:
    """A screen of some size, as far as it was drawn."""

    def __init__(self, columns: int, rows: int) -> None:
        import pyte

        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.columns = columns
        self.still = 0

    @property
    def text(self) -> str:
        """Every row of it."""
        return "\n".join(self._screen.display)

    def feed(self, piece: bytes) -> None:
        """Draw; `still` counts the times that nothing came."""
        self.still = 0 if piece else self.still + 1
        self._stream.feed(plain(piece))

    def until(self, terminal: Terminal, wanted: Callable[[str], bool]) -> str:
        """Draw what comes, to the end of the piece that brings what is wanted."""
        for _ in range(400):
            self.feed(terminal.piece(0.05))
            if wanted(self.text) and self.still:
                return self.text
        raise AssertionError(f"not seen:\n{self.text}")

    def runs(self) -> list[list[Run]]:
        """Every row as runs of one colour."""
        found = []
        for y in range(self._screen.lines):
            row = [(x, self._screen.buffer[y][x]) for x in range(self.columns)]
            runs = []
            for (ink, ground), group in groupby(row, key=lambda at: (at[1].fg, at[1].bg)):
                cells = list(group)
                text = "".join(cell.data for _, cell in cells)
                inked = INK if ink == "default" else ink
                runs.append(Run(cells[0][0], text, len(cells), inked, GROUND if ground == "default" else ground))
            found.append(runs)
        return found

    def colours(self) -> set[tuple[str, str]]:
        """Every pair of ink and ground on it."""
        cells = [self._screen.buffer[y][x] for y in range(self._screen.lines) for x in range(self._screen.columns)]
        return {(cell.fg, cell.bg) for cell in cells}


def plain(piece: bytes) -> bytes:
    """Without what pyte takes for text: the keyboard's protocol and questions about modes."""
    for code in (b"\x1b[>25u", b"\x1b[<u", b"\x1b[?2026$p", b"\x1b[?2048$p"):
        piece = piece.replace(code, b"")
    return piece
