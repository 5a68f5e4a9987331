"""`oo refresh`: the whole slow path once."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.answer import run_refresh
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def refresh(
        context: typer.Context,
        if_stale: Annotated[bool, typer.Option("--if-stale", help="Only if something has changed or run out.")] = False,
    ) -> int:
        """Read the sources and put fresh tips on the shelf."""
        return run_refresh(desk(context), if_stale)
