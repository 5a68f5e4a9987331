"""`oo agents`: who works for you, and how they fared."""

from __future__ import annotations

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def agents(context: typer.Context) -> int:
        """List the agents with their last run."""
        return plain.agents(desk(context))
