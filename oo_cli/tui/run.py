"""The way into the face and out of it: nothing of Textual's is loaded or listened to before."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from oo_cli.house import House
from oo_cli.tui.first import Frame

if TYPE_CHECKING:
    from oo_cli.tui.page import View
    from oo_data.contracts.tip import Tip


class Background(Protocol):
    """What goes on behind the face while it is open, such as the scheduler. Both are called beside the screen."""

    def start(self) -> None:
        """Begin; called once the face takes keys."""

    def stop(self) -> None:
        """End, and wait until it has; called once the terminal was given back, also where `start` was not."""


def run_face(
    open_house: Callable[[], House], frame: Frame | None = None, *, plain: bool = False,
    background: Background | None = None,
) -> int:  # fmt: skip
    """Fill the terminal until the person leaves; the exit code. `open_house` is called on another thread.

    `frame` is what is on the screen already. Raises what went wrong unexpectedly, once the terminal is as it was.
    """
    encoding = prepared()
    from oo_cli.tui.face import Face
    from oo_cli.usecases.surface import Session

    frame = frame or Frame()
    work = Session(open_house)
    view, tip = begun(frame)
    face = Face(
        work,
        frame.ink(os.environ, plain),
        encoding=encoding,
        view=view,
        tip=tip,
        frame=frame,
        background=background,
    )
    try:
        face.run(mouse=frame.looks.get("mouse") == "on")
    finally:
        if background is not None:
            background.stop()
        work.close()
    return left(face)


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


def begun(frame: Frame) -> tuple[View, Tip | None]:
    """What the first frame shows, as the face knows it: keys typed since then are about that tip."""
    from oo_cli.tui.page import View
    from oo_cli.usecases.recommend import seen

    view = View(frame.text, frame.reason, frame.silent, frame.hidden, foot=frame.foot)
    return view, seen(frame.picked, frame.text, frame.reason) if frame.picked else None
