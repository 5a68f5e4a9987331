"""How wide the columns of a table are in a given room, and one row laid out in them."""

from __future__ import annotations

from collections.abc import Sequence

from oo_cli.usecases.inspect.sheet import Column
from oo_data.text import cut, width

GAP = 2


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The cells of each column, 0 for one that is left out; with their gaps they fit into `room`.

    As long as the narrowest forms do not fit, the column that is kept least goes; what room is left then widens those
    that need it, the most kept first.
    """
    wants = [
        min(max([width(column.head), *(width(row[at]) for row in rows)]), column.most)
        for at, column in enumerate(columns)
    ]
    found = [min(column.least, want) for column, want in zip(columns, wants, strict=True)]
    given_up = sorted(range(len(columns)), key=lambda at: columns[at].keep)
    for at in given_up[:-1]:
        if _total(found) <= room:
            break
        found[at] = 0
    found = [min(cells, max(room, 1)) for cells in found]
    spare = room - _total(found)
    for at in sorted((at for at, cells in enumerate(found) if cells), key=lambda at: -columns[at].keep):
        more = max(min(wants[at] - found[at], spare), 0)
        found[at], spare = found[at] + more, spare - more
    return found


def laid(cells: Sequence[str], columns: Sequence[Column], sizes: Sequence[int]) -> str:
    """One row of text, its cells cut and padded to their columns."""
    parts = []
    for cell, column, size in zip(cells, columns, sizes, strict=True):
        if size:
            text = cut(cell, size)
            blank = " " * (size - width(text))
            parts.append(blank + text if column.right else text + blank)
    return (" " * GAP).join(parts)


def _total(sizes: Sequence[int]) -> int:
    kept = [size for size in sizes if size]
    return sum(kept) + GAP * max(len(kept) - 1, 0)
