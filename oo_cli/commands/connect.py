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
        token_stdin: Annotated[
            bool, typer.Option("--token-stdin", help="Read a Todoist token from standard input.")
        ] = False,
    ) -> int:
        """Allow a source, log in, and read it for the first time."""
        at = desk(context)
        if source == "todotxt":
            _connect_todotxt(at, file)
        elif source == "todoist":
            _connect_todoist(at, token_stdin)
        else:
            raise BadUsageError("There is no such source.", f"Known ones: {NAMES}.")
        from oo_cli.commands.answer import run_refresh

        return run_refresh(at)

    @app.command()
    def disconnect(context: typer.Context, source: Annotated[str, typer.Argument(help=f"One of: {NAMES}.")]) -> int:
        """Forget a source's login and all that came from it."""
        from oo_cli.usecases.connect import disconnect as leave

        at = desk(context)
        erased = leave(at.house, source)
        at.emit(
            {"disconnected": source, "erased": erased},
            f"{source} is disconnected. Erased: {', '.join(erased) or 'nothing'}.",
        )
        if source == "todoist":
            at.say("The token still exists at Todoist: remove it under Settings, Integrations, Developer.")
        return 0

    @app.command()
    def sources(context: typer.Context) -> int:
        """What is connected, and how it fares."""
        return plain.sources(desk(context))


def _connect_todotxt(at: Desk, file: str | None) -> None:
    from oo_cli.usecases.connect import connect_todotxt

    path = connect_todotxt(at.house, file)
    at.say(f"Connected {path}; it is read, and changed only where you tick or add.")


def _connect_todoist(at: Desk, token_stdin: bool) -> None:
    from oo_cli import wiring
    from oo_cli.usecases.connect import connect_todoist
    from oo_data.secret import Secret

    if not token_stdin:
        raise BadUsageError("A token is needed.", "Pipe it in: oo connect todoist --token-stdin < file")
    token = Secret(sys.stdin.readline().strip())
    may = wiring.may_hold_remote(at.house)
    connect_todoist(at.house, token, may, lambda secret: wiring.todoist(at.house, lambda: secret))
    at.say("Connected Todoist. oO reads your tasks into memory and keeps numbers, not titles.")
