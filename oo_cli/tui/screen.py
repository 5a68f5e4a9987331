"""What every screen does before Textual is loaded, and once it was left."""

from __future__ import annotations

import os
import sys
from typing import Protocol


def prepared() -> str:
    """Make ready for Textual, before it is loaded; the encoding of the screen."""
    # It obeys these: logs, screenshots and a debugger's socket, all of which would hold what is shown.
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    return sys.__stderr__.encoding if sys.__stderr__ else "utf-8"


class Filled(Protocol):
    """An app that filled the screen and was left."""

    failure: BaseException | None

    @property
    def return_code(self) -> int | None:
        """How it ended."""


def left(app: Filled) -> int:
    """The exit code of an app that was left; raises what went wrong in it."""
    from oo_cli.tui.driver import HUNG_UP

    if app.return_code == HUNG_UP:
        # What was still to be drawn can no longer be; the interpreter would take that for a failure of its own.
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
