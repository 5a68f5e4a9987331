"""How each source is connected, once `oo connect` has been parsed."""

from __future__ import annotations

import os
import sys

from oo_cli.commands.desk import Desk
from oo_data.errors import BadUsageError


def todotxt(at: Desk, file: str | None) -> None:
    """Connect a todo.txt that is there, or one of oO's own."""
    from oo_cli.usecases.connect import connect_todotxt, source_file

    before = source_file(at.house)
    path = connect_todotxt(at.house, file)
    if before and before != path:
        at.say(f"It takes the place of {before}, which stays as it is and is no longer read.")
    at.say(f"Connected {path}; it is read, and changed only where you tick or add.")


def taskwarrior(at: Desk, data: str | None, write: bool) -> None:
    """Connect the Taskwarrior that is installed here."""
    from oo_cli import wiring
    from oo_cli.usecases.connect import connect_taskwarrior

    path = wiring.locate_taskwarrior(at.house, data)
    connect_taskwarrior(at.house, path, write)
    change = "it is told what you did, through its own program" if write else "nothing there is changed"
    at.say(f"Connected the Taskwarrior in {os.path.dirname(path)}; {change}.")


def todoist(at: Desk, no_browser: bool, write: bool, token_stdin: bool) -> None:
    """Log in to Todoist."""
    from oo_cli import wiring_vault
    from oo_cli.usecases.connect import connect_remote
    from oo_cli.wiring_todoist import TodoistAccount
    from oo_data.secret import Secret

    if at.options.offline:
        raise BadUsageError("Todoist cannot be connected offline.", "Run it again without --offline.")
    account = TodoistAccount(at.house)
    if token_stdin:
        token = Secret(sys.stdin.readline().strip())
        if not token.reveal():
            raise BadUsageError(
                "No token came on standard input.", "Pipe it in: oo connect todoist --token-stdin < file"
            )

        def log_in() -> None:
            account.take_token(token)
    else:

        def log_in() -> None:
            account.sign_in(write, _no_browser if no_browser else _open_browser)

    connect_remote(at.house, "todoist", wiring_vault.may_hold_remote(at.house), log_in, write)
    at.say("Connected Todoist. oO reads your tasks into memory and keeps numbers, not titles.")


def _no_browser(url: str) -> bool:
    return False


def _open_browser(url: str) -> bool:
    """Open a browser in a window of its own; one that would fill this terminal is not asked."""
    import webbrowser

    graphical = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return graphical and webbrowser.open(url)
