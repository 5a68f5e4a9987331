"""`oo area`: areas of life, and your own word on them."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def area(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, set or unset.")] = "list",
        name: Annotated[list[str] | None, typer.Argument(help="The area to set.")] = None,
        project: Annotated[bool, typer.Option("--project", help="Speak of the last tip's whole project.")] = False,
        duplicates: Annotated[bool, typer.Option("--duplicates", help="List open tasks that look alike.")] = False,
    ) -> int:
        """List your areas of life, or say which one the last tip belongs to."""
        from oo_cli.usecases import area_view as use

        at = desk(context)
        if action == "list" and not name and not project:
            return _duplicates(at) if duplicates else _list(at)
        if duplicates or action not in ("set", "unset") or (action == "set") != bool(name):
            raise BadUsageError("Say what to do with which area.", "Try: oo area set health, or: oo area unset")
        said = use.name(at.house, " ".join(name or ()), project) if name else use.unname(at.house, project)
        if at.options.json:
            at.emit({"scope": said.scope, "area": said.area or None}, "")
        elif said.area:
            at.say(f"Noted: this {said.scope} is {said.area}. It counts from the next refresh on.")
        else:
            at.say(f"Taken back: this {said.scope} is left to inference.")
        return 0


def _list(at: Desk) -> int:
    from oo_cli.usecases import area_view as use

    found = use.listing(at.house)
    if not found["semantic"]:
        at.say(use.INSTALL)
    at.emit(found, "\n".join(use.lines(found)) or "No area yet; see: oo refresh")
    return 0


def _duplicates(at: Desk) -> int:
    from oo_cli.usecases import area_view as use

    found = use.duplicates(at.house, at.options.offline)
    lines = [f"Looks like a duplicate? {pair['one']}  |  {pair['two']}" for pair in found]
    at.emit(found, "\n".join(lines) or "No two open tasks look alike.")
    return 0
