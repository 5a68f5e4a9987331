"""`oo why`: what led to the last tip, or to silence."""

from __future__ import annotations

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def why(context: typer.Context) -> int:
        """Say what led to the last tip, or why it is silent."""
        return plain.why(desk(context))
