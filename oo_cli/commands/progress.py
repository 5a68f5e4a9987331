"""How far long work has come, on a terminal; nothing in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oo_cli.usecases.pull import Progress


@contextmanager
def progress_bar(shown: bool, label: str = "History of {}") -> Iterator[Progress | None]:
    """Something to tell of each part that is done, and what it is part of; the bar appears where more is to come."""
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(stderr=True), transient=True)
    tasks = {}

    def told(source: str, kept: int, of: int) -> None:
        if source not in tasks and kept < of:
            bar.start()
            tasks[source] = bar.add_task(label.format(source), total=of)
        if source in tasks:
            bar.update(tasks[source], completed=kept, total=of)

    try:
        yield told
    finally:
        bar.stop()
