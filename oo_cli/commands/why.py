"""`oo why`: what led to the last tip, or to silence."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import Desk, desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def why(
        context: typer.Context,
        prompt: Annotated[bool, typer.Option("--prompt", help="Show exactly what a model was sent last.")] = False,
    ) -> int:
        """Say what led to the last tip, or why it is silent."""
        at = desk(context)
        return _prompt(at) if prompt else plain.why(at)


def _prompt(at: Desk) -> int:
    from oo_cli.engine.when import local
    from oo_cli.usecases.why import last_prompt

    found = last_prompt(at.house)
    if found is None:
        at.emit(None, "Nothing is kept of what a model was sent.")
        return 0
    when = f"{local(found['at'], at.house.zone):%Y-%m-%d %H:%M}"
    at.say(f"Sent {when} to {found['host']} by {found['consent']}; it ended as {found['verdict']}.")
    at.emit(found, found["body"])
    return 0
