"""The first frame: what `oo tip` would do, drawn by escape codes while Textual is still being loaded behind it.

On this way nothing is loaded that `oo tip` does not load, but the layout and the terminal's own module.
"""

import os
import sys
import time
from collections.abc import Mapping

from oo_cli import render
from oo_cli.tui import layout
from oo_cli.tui.balance import WIDE, cells
from oo_cli.tui.ink import Ink, ink_for
from oo_data.env import Paths, now_ms
from oo_data.store import db, looks, shelf

TYPE_CHECKING = False  # as in typing, which would have to be imported
if TYPE_CHECKING:
    from typing import Any

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[0m\x1b[?1049l\x1b[?25h"
PLAIN = "\x1b[0m"


class Frame:
    """What the face begins with. `attributes` are the terminal's own while the frame is on it, else None."""

    __slots__ = ("attributes", "foot", "looks", "picked", "reason", "silent", "text")

    def __init__(self) -> None:
        self.attributes: list[Any] | None = None
        self.foot: tuple[str, ...] = ()
        self.looks: dict[str, str] = {}
        self.picked: shelf.Pick | None = None
        self.text = self.reason = ""
        self.silent = False

    @property
    def hidden(self) -> bool:
        """Whether the face starts without a word."""
        return self.looks.get("discreet") == "on"

    def ink(self, environ: Mapping[str, str], plain: bool = False) -> Ink:
        """The colours to draw in."""
        return ink_for(environ, "light" if self.looks.get("theme") == "light" else "dark", plain)

    def drawn(self, ink: Ink, columns: int, rows: int) -> str:
        """Every cell of the screen, as the face itself will draw it."""
        if self.hidden:
            page = layout.hidden(columns, rows)
        else:
            page = layout.said(self.text, self.reason, self.silent, columns, rows)
        page = layout.with_foot(page, self.foot, columns)
        bright, dim = ink.codes(dim=False), ink.codes(dim=True)
        lines = []
        for row in page:
            text = f"{PLAIN}{dim}{row.text}{PLAIN}{bright}" if row.dim else row.text
            lines.append(" " * row.column + text + " " * (columns - row.column - cells(row.text)))
        # Placed row by row: a line's end after a full row would skip one.
        drawn = "".join(f"\x1b[{at};1H{line}" for at, line in enumerate(lines, start=1))
        return f"{bright}{drawn}{PLAIN}"

    def give_back(self) -> None:
        """Leave the screen as it was found, if it is still ours."""
        if self.attributes is not None:
            import termios

            os.write(2, LEAVE.encode())
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
            self.attributes = None


def paint(environ: Mapping[str, str], plain: bool = False) -> "Frame | None":
    """Draw the first frame and keep the keys for the face; None where the other door has to see first."""
    if "COLUMNS" in environ or "LINES" in environ or environ.get("TERM", "dumb") == "dumb":
        return None
    if not all(os.isatty(number) for number in (0, 1, 2)) or (sys.stderr.encoding or "").lower() != "utf-8":
        return None
    columns, rows = os.get_terminal_size(1)
    frame = look(environ)
    if frame is not None and min(columns, rows) > 0:
        import termios

        drawn = ENTER + frame.drawn(frame.ink(environ, plain), columns, rows)
        found = termios.tcgetattr(0)
        own = termios.tcgetattr(0)
        # As Textual will have it: keys wait unseen, Ctrl+C and Ctrl+Z among them, and the face answers them.
        own[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        own[6][termios.VMIN] = 1
        termios.tcsetattr(0, termios.TCSANOW, own)
        frame.attributes = found
        os.write(2, drawn.encode("utf-8", "replace"))
    return frame


def hold_signals() -> "set[int]":
    """Let none that ends the program come before what restores the screen; which were held already."""
    import signal

    return set(signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))


def leave_when_told(held: "set[int]", frame: "Frame | None") -> None:
    """Until the face answers signals itself, one that ends the program restores the screen and ends it at once.

    Nothing is raised, for what is being loaded may swallow it. What came since others were `held` comes now.
    """
    import signal

    if frame is not None:
        painted = frame

        def leave(number: int, _: object) -> None:
            painted.give_back()
            os._exit(128 + number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, leave)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)


def look(environ: Mapping[str, str]) -> "Frame | None":
    """What the face would say now; None where that takes more than reading the shelf."""
    paths = Paths(environ)
    if os.path.lexists(paths.forgetting):
        return None
    frame = Frame()
    if not db.exists(paths.database):
        frame.text, frame.reason = render.FIRST_STEP, render.FIRST_STEP_REASON
        return frame
    try:
        if db.is_anothers(paths.database):
            return None  # the other door refuses
        now = now_ms(environ)
        store = db.open_store(paths.database)
    except Exception:  # noqa: BLE001 - the other door meets the same trouble and tells it
        return None
    try:
        _read(frame, store, paths, now)
    except Exception:  # noqa: BLE001 - as above
        return None
    finally:
        store.close()
    return frame


def _read(frame: Frame, store: db.Store, paths: Paths, now: int) -> None:
    frame.looks = looks.looks(store.conn)
    clock = time.strftime("%H:%M", time.localtime(now / 1000)) if frame.looks.get("clock") == "on" else ""
    frame.foot = looks.edge(store.conn, clock)
    picked = shelf.pick(store, now, ambient=True)
    if picked.kind == shelf.NO_SOURCE:
        frame.text, frame.reason = render.FIRST_STEP, render.FIRST_STEP_REASON
    elif picked.kind == shelf.SILENCE:
        frame.silent = True
    elif picked.kind == shelf.TIP and not frame.hidden:
        words = shelf.read_words(paths, picked.tip_id)
        if words is not None:
            frame.picked = picked
            frame.text, frame.reason = (_shown(word) for word in words[:2])


def _shown(text: str) -> str:
    if text.isprintable() and max(text, default="") < WIDE:
        return text
    from oo_data.text import show

    return show(text)
