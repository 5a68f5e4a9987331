"""`oo status`: sources, shelf, budget, silence."""

from __future__ import annotations

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def status(context: typer.Context) -> int:
        """Say how oO fares right now."""
        return plain.status(desk(context))
