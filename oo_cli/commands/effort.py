"""`oo effort`: how long the last tip takes, and what it asks for."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError

SAID = {"you": "you said so", "source": "its list says so", "guess": "a guess"}


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def effort(
        context: typer.Context,
        said: Annotated[list[str] | None, typer.Argument(help="A length of time; low, medium or high.")] = None,
        clear: Annotated[bool, typer.Option("--clear", help="Take your word back.")] = False,
    ) -> int:
        """Say how long the last tip takes and how much energy, or see what is known of it."""
        from oo_cli.usecases import effort as use

        at = desk(context)
        if clear and said:
            raise BadUsageError("Say it or take it back, not both.", "Try: oo effort --clear")
        if clear:
            use.clear(at.house)
        known = use.assign(at.house, said) if said else use.known(at.house)
        minutes = f"{known.minutes} min ({SAID[known.minutes_from]})" if known.minutes_from else "time unknown"
        energy = f"{known.energy} energy ({SAID[known.energy_from]})" if known.energy_from else "energy unknown"
        at.emit(known._asdict(), f"{known.text}\n{minutes}, {energy}")
        return 0
