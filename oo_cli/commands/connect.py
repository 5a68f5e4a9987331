"""`oo connect`, `oo disconnect`, `oo sources`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

NAMES = "todotxt, todoist"


def register(app: typer.Typer) -> None:
    """Add the commands to the table."""

    @app.command()
    def connect(
        context: typer.Context,
        source: Annotated[str, typer.Argument(help=f"One of: {NAMES}.")],
        file: Annotated[str | None, typer.Option("--file", help="An existing todo.txt.")] = None,
        no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address instead.")] = False,
        write: Annotated[bool, typer.Option("--write", help="Let oO tick and move tasks when you say so.")] = False,
        token_stdin: Annotated[
            bool, typer.Option("--token-stdin", help="Last resort: read a personal token from standard input.")
        ] = False,
    ) -> int:
        """Allow a source, log in, and read it for the first time."""
        at = desk(context)
        if source == "todotxt":
            _connect_todotxt(at, file)
        elif source == "todoist":
            _connect_todoist(at, no_browser, write, token_stdin)
        else:
            raise BadUsageError("There is no such source.", f"Known ones: {NAMES}.")
        from oo_cli.commands.answer import run_refresh

        return run_refresh(at)

    @app.command()
    def disconnect(context: typer.Context, source: Annotated[str, typer.Argument(help=f"One of: {NAMES}.")]) -> int:
        """Forget a source's login and all that came from it."""
        from oo_cli.usecases.connect import disconnect as leave

        at = desk(context)
        if source not in NAMES.split(", "):
            raise BadUsageError("There is no such source.", f"Known ones: {NAMES}.")
        left = leave(at.house, source)
        text = f"{source} is disconnected. Erased: {', '.join(left.erased) or 'nothing'}."
        at.emit({"disconnected": source, "erased": left.erased, "told": left.told}, text)
        if not left.told:
            at.say("Todoist was not told. Remove oO, or the token, there: Settings, Integrations.")
        elif source == "todoist":
            at.say("Todoist has ended the login. To check: Settings, Integrations, there.")
        return 0

    @app.command()
    def sources(context: typer.Context) -> int:
        """What is connected, and how it fares."""
        return plain.sources(desk(context))


def _connect_todotxt(at: Desk, file: str | None) -> None:
    from oo_cli.usecases.connect import connect_todotxt, source_file

    before = source_file(at.house)
    path = connect_todotxt(at.house, file)
    if before and before != path:
        at.say(f"It takes the place of {before}, which stays as it is and is no longer read.")
    at.say(f"Connected {path}; it is read, and changed only where you tick or add.")


def _connect_todoist(at: Desk, no_browser: bool, write: bool, token_stdin: bool) -> None:
    from oo_cli import wiring
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

    connect_remote(at.house, "todoist", wiring.may_hold_remote(at.house), log_in, write)
    at.say("Connected Todoist. oO reads your tasks into memory and keeps numbers, not titles.")


def _no_browser(url: str) -> bool:
    return False


def _open_browser(url: str) -> bool:
    """Open a browser in a window of its own; one that would fill this terminal is not asked."""
    import os
    import webbrowser

    graphical = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return graphical and webbrowser.open(url)
