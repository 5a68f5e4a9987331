"""The front door: `oo tip` on a prepared shelf goes straight through; every other command to `oo_cli.main`.

Loads nothing beyond sqlite3 on its own way. It holds no rules: the pick and the lines are those of the other door.
"""

import os
import resource
import sys

from oo_cli import render
from oo_data.env import Paths, now_ms
from oo_data.store import db, shelf


def main() -> int:
    """Run the command line; the exit code."""
    harden()
    arguments = sys.argv[1:]
    if arguments in (["tip"], ["tip", "--quiet"]) or (not arguments and not sys.stdout.isatty()):
        code = tip(quiet=len(arguments) == 2)
        if code is not None:
            return code
        arguments = arguments or ["tip"]
    if arguments in ([], ["--no-color"]):
        return face(arguments)
    from oo_cli.main import run

    return run(arguments)


def face(arguments: list[str]) -> int:
    """Draw the face's first frame, then load the face behind it; the exit code."""
    from oo_cli.tui import first

    frame, held = None, first.hold_signals()
    try:
        frame = first.paint(os.environ, plain=bool(arguments))
        first.leave_when_told(held, frame)
        from oo_cli.main import run

        return run(arguments, frame=frame)
    except KeyboardInterrupt:
        return 130
    finally:
        if frame is not None:
            frame.give_back()


def harden() -> None:
    """Files for the owner only, and no memory image of what a tip says."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def tip(quiet: bool) -> int | None:
    """Print the tip on the shelf and record that it was seen; None where more than the shelf is needed."""
    paths = Paths(os.environ)
    if not db.exists(paths.database) or os.path.exists(paths.forgetting):
        return None
    try:
        if db.is_anothers(paths.database):
            return None  # the other door refuses
        store = db.open_store(paths.database)
    except Exception:  # noqa: BLE001 - the other door meets the same trouble and tells it
        return None
    try:
        return _tip(paths, store, quiet)
    except Exception as error:  # noqa: BLE001 - told below, or by the other door
        from oo_data.errors import OoError

        if isinstance(error, OoError):
            return render.report(error, as_json=False)
        return None
    finally:
        store.close()


def _tip(paths: Paths, store: db.Store, quiet: bool) -> int | None:
    now = now_ms(os.environ)
    picked = shelf.pick(store, now, ambient=False)
    if picked.kind == shelf.SILENCE:
        if not quiet:
            render.tell(render.silence_line(picked.reason, picked.until, now))
        return 0
    said = shelf.read_words(paths, picked.tip_id) if picked.kind == shelf.TIP else None
    if said is None:
        return None
    text, reason, _ = said
    render.tell(text if quiet else render.tip_lines(text, reason, render.wants_dim(sys.stdout, os.environ)))
    shelf.record_shown(store, now, "tip", picked)
    return 0
