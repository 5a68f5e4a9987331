"""`oo profile`: what oO holds true about you, and your own word over it."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def profile(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="show, set or unset.")] = "show",
        name: Annotated[str, typer.Argument(help="Which setting.")] = "",
        value: Annotated[str, typer.Argument(help="Its new value.")] = "",
    ) -> int:
        """Show what oO holds true about you; set or unset a value of your own."""
        from oo_cli.usecases import settings as use

        at = desk(context)
        if action == "set" and name and value:
            use.assign(at.house, name, value)
        elif action == "unset" and name:
            use.unset(at.house, name)
        elif action != "show":
            raise BadUsageError("Say what to do with which setting.", "Try: oo profile set tips.per_day 6")
        found = [entry for entry in use.listing(at.house) if not name or entry["name"] == name]
        lines = [
            f"{entry['name']:<40} {entry['value']!s:<14} {entry['source']}"
            + (f" (from {entry['evidence']})" if entry["evidence"] else "")
            for entry in found
        ]
        at.emit(found, "\n".join(lines) or "There is no such setting; see: oo profile show")
        return 0
