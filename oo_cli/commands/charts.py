"""Figures for a terminal: rich tables and block-character bars, or plain lines for a pipe and a screen reader."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from oo_cli.commands.desk import Desk

BLOCKS = " ▏▎▍▌▋▊▉█"
BAR = 20
WIDEST = 1000  # columns of a table, where nobody says how wide the terminal is


def drawn(at: Desk) -> bool:
    """Whether figures are drawn: on a terminal, unless `--accessible` asks for words."""
    return at.dim and not at.options.accessible


def bar(at: Desk, share: float, cells: int = BAR) -> str:
    """A bar of that share (0..1) of `cells` columns, to an eighth of one; nothing where figures are not drawn."""
    if not drawn(at):
        return ""
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    return (BLOCKS[8] * (eighths // 8) + BLOCKS[eighths % 8]).rstrip()


def number(found: Mapping[str, Any] | None, signed: bool = False) -> str:
    """An estimate with its interval; an open end is a question mark."""
    if found is None:
        return "not known"
    form = "+.3f" if signed else ".3f"
    low, high = (("?" if found[end] is None else format(found[end], form)) for end in ("low", "high"))
    return f"{found['value']:{form}} ({low} to {high})"


def table(at: Desk, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table on a terminal that is wide enough; else, and where `--accessible` asks for it, one sentence a row."""
    rows = list(rows)
    return (drawn(at) and _drawn(heads, rows, at.columns)) or "\n".join(
        _sentence(heads, row, at.columns) for row in rows
    )


def _drawn(heads: Sequence[str], rows: Iterable[Sequence[str]], columns: int) -> str:
    """The table; empty where it is wider than so many columns."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        grid.add_column(head, no_wrap=True)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console = Console(file=io.StringIO(), force_terminal=True, width=WIDEST)
    if columns and console.measure(grid).maximum > columns:
        return ""
    with console.capture() as held:
        console.print(grid)
    return "\n".join(line.rstrip() for line in held.get().splitlines() if line.strip())


@contextmanager
def replaying(shown: bool, what: str = "Replaying your past") -> Iterator[Callable[[int, int], None]]:
    """Something to tell how far a replay is; a bar on a terminal, nothing in a pipe."""
    if not shown:
        yield lambda count, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda count, total: progress.update(task, completed=count, total=total)


def _sentence(heads: Sequence[str], row: Sequence[str], columns: int) -> str:
    """The row in words, broken between its cells; a column without a head speaks for itself."""
    from oo_data.text import width

    cells = [f"{head} {cell}".strip() for head, cell in zip(heads[1:], row[1:], strict=True) if cell.strip(BLOCKS)]
    lines = [f"{row[0]}:"]
    for cell in (*(f"{cell}," for cell in cells[:-1]), *cells[-1:]):
        if columns and width(lines[-1]) + 1 + width(cell) > columns:
            lines.append(f"  {cell}")
        else:
            lines[-1] += f" {cell}"
    return "\n".join(lines)
