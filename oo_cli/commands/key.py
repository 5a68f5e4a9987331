"""`oo key`: where the key that seals the data is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def key(
        context: typer.Context,
        file: Annotated[bool, typer.Option("--file", help="Keep the key in a file only you can read.")] = False,
        keyring: Annotated[bool, typer.Option("--keyring", help="Keep the key in the system's keyring.")] = False,
    ) -> int:
        """Say where the key is kept, or move it there by name."""
        from oo_cli import wiring

        at = desk(context)
        if file and keyring:
            raise BadUsageError("One place at a time.", "Give --file or --keyring.")
        if file or keyring:
            wiring.move_key(at.house, "file" if file else "keyring")
        says = wiring.custody_says(at.house) if at.house.exists else "There is no key yet."
        at.emit({"key": says}, says)
        return 0
