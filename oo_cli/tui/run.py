"""The way into the face and out of it: nothing of Textual's is loaded or listened to before."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from oo_cli.house import House


def run_face(open_house: Callable[[], House], *, plain: bool = False, discreet: bool = False) -> int:
    """Fill the terminal until the person leaves; the exit code. `open_house` is called on another thread.

    Raises what went wrong unexpectedly, once the terminal is as it was.
    """
    # Textual obeys these when it is loaded: logs, screenshots and a debugger's socket, all of which would hold the tip.
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    from oo_cli.tui.driver import HUNG_UP
    from oo_cli.tui.face import Face
    from oo_cli.tui.session import Session

    work = Session(open_house)
    screen = sys.__stderr__
    encoding = screen.encoding if screen else "utf-8"
    face = Face(work, encoding=encoding, plain=plain, discreet=discreet)
    try:
        face.run(mouse=False)
    finally:
        work.close()
    if face.return_code == HUNG_UP:
        # What was still to be drawn can no longer be; the interpreter would take that for a failure of its own.
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    if face.failure is not None:
        raise face.failure
    return face.return_code or 0
