"""`oo consent`: what oO may do."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

ACTIONS = ("list", "preview", "grant", "revoke")


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def consent(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, preview, grant or revoke.")] = "list",
        key: Annotated[str, typer.Argument(help="Which one.")] = "",
    ) -> int:
        """List what oO may read and do, show what one consent would let flow, give it or take it back."""
        from oo_cli.usecases import consent as use

        at = desk(context)
        if action not in ACTIONS or (action == "list") != (not key):
            raise BadUsageError("Say what to do with which consent.", "Try: oo consent preview agent.momentum")
        if action == "preview":
            return _preview(at, key)
        if action == "grant":
            for line in use.lines(use.flow_of(at.house, key)):
                at.say(line)
            use.grant(at.house, key)
            at.say(f"Granted: {key}. To take it back: oo consent revoke {key}")
        elif action == "revoke":
            erased = use.revoke(at.house, key)
            at.say(f"Withdrawn: {key}. Erased: {', '.join(erased) or 'nothing'}.")
        listed = use.listing(at.house)
        told = listed if action == "list" else {key: listed.get(key, False)}
        at.emit(listed, "\n".join(f"{'yes' if held else 'no ':<4} {name}" for name, held in told.items()))
        return 0


def _preview(at: Desk, key: str) -> int:
    from oo_cli.usecases import preview

    found = preview.preview(at.house, key)
    at.emit(found, preview.text(at.house, found))
    return 0
