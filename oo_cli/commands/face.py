"""`oo`: the watch face on a terminal."""

from __future__ import annotations

import sys

from oo_cli.commands.background import scheduler
from oo_cli.commands.desk import Desk
from oo_cli.house import House


def show_face(at: Desk) -> int:
    """The face where there is a screen to fill; the printed tip where there is none."""
    if at.options.json or at.options.quiet or at.options.accessible or not has_screen(at):
        from oo_cli.commands import plain

        return plain.tip(at)
    from oo_cli.tui import first
    from oo_cli.tui.run import run_face
    from oo_cli.wiring import open_house
    from oo_cli.wiring_vault import asked_before

    ask = asked_before(at.house)  # on the face there is no place for it
    said: list[str] = []

    def another_house() -> House:
        return open_house(at.environ, said.append, doors=at.doors, ask=ask)

    colourless = at.options.no_color or bool(at.environ.get("NO_COLOR"))
    try:
        frame = at.frame or first.look(at.environ)
        return run_face(another_house, frame, plain=colourless, background=scheduler(at, another_house, said.append))
    finally:
        # A word beside the data would tear the screen; it is said once the screen is left.
        for line in said:
            at.say(line)


def has_screen(at: Desk) -> bool:
    """Whether there is a terminal to read keys from and to draw on (which is done on standard error)."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return at.environ.get("TERM", "dumb") != "dumb" and all(stream.isatty() for stream in streams)
