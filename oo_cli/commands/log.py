"""`oo log`: tips and reactions, one object each."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def log(
        context: typer.Context,
        reactions: Annotated[bool, typer.Option("--reactions", help="Reactions only.")] = False,
        limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
    ) -> int:
        """Show the last tips and what you said to them."""
        return plain.log(desk(context), reactions, limit)
