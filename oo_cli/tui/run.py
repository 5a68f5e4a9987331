"""The way into the face and out of it: nothing of Textual's is loaded or listened to before."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from oo_cli.house import House
from oo_cli.tui.first import Frame
from oo_cli.tui.screen import left, prepared

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


def begun(frame: Frame) -> tuple[View, Tip | None]:
    """What the first frame shows, as the face knows it: keys typed since then are about that tip."""
    from oo_cli.tui.page import View
    from oo_cli.usecases.recommend import seen

    view = View(frame.text, frame.reason, frame.silent, frame.hidden, foot=frame.foot)
    return view, seen(frame.picked, frame.text, frame.reason) if frame.picked else None
