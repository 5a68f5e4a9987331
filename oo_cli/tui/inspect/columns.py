"""How wide the columns of a table are in a given room, and one row laid out in them."""

from __future__ import annotations

from collections.abc import Sequence

from oo_cli.usecases.inspect.sheet import Column
from oo_data.text import cut, width

GAP = 2
ALWAYS = 2  # columns without which a row says nothing


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The cells of each column, 0 for one that is left out; with their gaps they fit into `room`.

    The two that are kept most come first, narrow if need be; another one only where these are as wide as they want to
    be. What room is then left widens the others, the most kept first.
    """
    wants = [
        min(max([width(column.head), *(width(row[at]) for row in rows)]), column.most)
        for at, column in enumerate(columns)
    ]
    order = sorted(range(len(columns)), key=lambda at: -columns[at].keep)
    sizes = [0] * len(columns)
    for group in (order[:ALWAYS], order[ALWAYS:]):
        for at in group:
            left = room - _total(sizes) - (GAP if any(sizes) else 0)
            least = max(min(columns[at].least, wants[at]), 1)
            if left >= least or not any(sizes):
                sizes[at] = min(least, max(left, 1))
        for at in group:
            if sizes[at]:
                sizes[at] += max(min(wants[at] - sizes[at], room - _total(sizes)), 0)
    return sizes


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
