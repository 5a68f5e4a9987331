"""`oo done`, `oo later`, `oo no`, `oo undo`: reactions to the last tip shown."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import reactions
from oo_cli.commands.desk import desk
from oo_data.contracts.tip import REASONS


def register(app: typer.Typer) -> None:
    """Add the commands to the table."""

    @app.command()
    def done(context: typer.Context) -> int:
        """The last tip is done; a task is ticked where it lives, if oO may write there."""
        return reactions.done(desk(context))

    @app.command()
    def later(
        context: typer.Context,
        when: Annotated[
            list[str] | None, typer.Argument(help="30m, 2h, 18:30, tonight, tomorrow, monday, a date.")
        ] = None,
    ) -> int:
        """Bring the last tip back later."""
        return reactions.later(desk(context), when or ())

    @app.command()
    def no(
        context: typer.Context,
        reason: Annotated[list[str] | None, typer.Argument(help=f"One of: {', '.join(REASONS)}.")] = None,
    ) -> int:
        """Not this one."""
        return reactions.no(desk(context), reason or ())

    @app.command()
    def undo(context: typer.Context) -> int:
        """Take back the last reaction."""
        return reactions.undo(desk(context))
