"""How far long work has come, on a terminal; nothing in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oo_cli.usecases.pull import Progress


@contextmanager
def progress_bar(shown: bool) -> Iterator[Progress | None]:
    """Something to tell of each span of history that is kept; the bar appears where more than one is to come."""
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
            tasks[source] = bar.add_task(f"History of {source}", total=of)
        if source in tasks:
            bar.update(tasks[source], completed=kept, total=of)

    try:
        yield told
    finally:
        bar.stop()
