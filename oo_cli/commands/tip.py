"""`oo tip`: one tip, or silence with its reason."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.answer import show_tip
from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def tip(
        context: typer.Context,
        why: Annotated[bool, typer.Option("--why", help="Say what led to it.")] = False,
        fresh: Annotated[bool, typer.Option("--fresh", help="Refresh first.")] = False,
        demo: Annotated[bool, typer.Option("--demo", help="A made-up person in a throw-away home.")] = False,
    ) -> int:
        """Print one tip, or why there is none."""
        if demo:
            from oo_cli.commands.demo import show_demo

            return show_demo(desk(context))
        return show_tip(desk(context), why, fresh)
