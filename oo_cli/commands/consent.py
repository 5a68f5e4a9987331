"""`oo consent`: what oO may do."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def consent(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, grant or revoke.")] = "list",
        key: Annotated[str, typer.Argument(help="Which one.")] = "",
    ) -> int:
        """List, grant or withdraw what oO may read and do."""
        from oo_cli.usecases import consent as use

        at = desk(context)
        if action == "grant" and key:
            use.grant(at.house, key)
            at.say(f"Granted: {key}")
        elif action == "revoke" and key:
            erased = use.revoke(at.house, key)
            at.say(f"Withdrawn: {key}. Erased: {', '.join(erased) or 'nothing'}.")
        elif action != "list":
            raise BadUsageError("Say what to do with which consent.", "Try: oo consent revoke agent.momentum")
        listed = use.listing(at.house)
        at.emit(listed, "\n".join(f"{'yes' if held else 'no ':<4} {name}" for name, held in listed.items()))
        return 0
