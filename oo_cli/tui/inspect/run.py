"""The way into the admin screen and out of it: nothing of Textual's is loaded or listened to before."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from oo_cli.house import House
from oo_cli.usecases.inspect.sheet import Tab


def run_inspect(
    open_house: Callable[[], House],
    tabs: Sequence[Tab],
    *,
    tab: int = 0,
    find: str = "",
    plain: bool = False,
) -> int:
    """Fill the terminal until the person leaves; the exit code. `open_house` is called on another thread.

    Raises what went wrong unexpectedly, once the terminal is as it was.
    """
    # Textual obeys these when it is loaded: logs, screenshots and a debugger's socket, all of which would hold words.
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    from oo_cli.tui.driver import HUNG_UP
    from oo_cli.tui.ink import ink_for
    from oo_cli.tui.inspect.screen import Inspect
    from oo_cli.usecases.surface import Session

    work = Session(open_house)
    stream = sys.__stderr__
    ink, encoding = ink_for(os.environ, plain=plain), stream.encoding if stream else "utf-8"
    screen = Inspect(work, tabs, ink, tab=tab, find=find, encoding=encoding)
    try:
        screen.run(mouse=False)
    finally:
        work.close()
    if screen.return_code == HUNG_UP:
        # What was still to be drawn can no longer be; the interpreter would take that for a failure of its own.
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    if screen.failure is not None:
        raise screen.failure
    return screen.return_code or 0
