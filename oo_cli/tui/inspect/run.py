"""The way into the admin screen and out of it: nothing of Textual's is loaded or listened to before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oo_cli.house import House
from oo_cli.tui.ink import Ink
from oo_cli.tui.screen import left, prepared
from oo_cli.usecases.inspect.sheet import Tab


def run_inspect(
    open_house: Callable[[], House],
    tabs: Sequence[Tab],
    ink: Ink,
    *,
    tab: int = 0,
    find: str = "",
) -> int:
    """Fill the terminal until the person leaves; the exit code. `open_house` is called on another thread.

    Raises what went wrong unexpectedly, once the terminal is as it was.
    """
    encoding = prepared()
    from oo_cli.tui.inspect.screen import Inspect
    from oo_cli.usecases.surface import Session

    work = Session(open_house)
    screen = Inspect(work, tabs, ink, tab=tab, find=find, encoding=encoding)
    try:
        screen.run(mouse=False)
    finally:
        work.close()
    return left(screen)
