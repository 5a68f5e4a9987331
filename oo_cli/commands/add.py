"""`oo add`: a task into the local todo.txt."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import reactions
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def add(
        context: typer.Context,
        words: Annotated[list[str], typer.Argument(help="The task; due:friday, +project and @context are understood.")],
    ) -> int:
        """Add a task to your todo.txt."""
        return reactions.add(desk(context), words)
