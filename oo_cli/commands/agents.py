"""`oo agents`: who works for you, how they fared, and writing one of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.commands.desk import Desk

ACTIONS = "list, run, enable, disable, new or check."


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def agents(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help=ACTIONS)] = "list",
        name: Annotated[str, typer.Argument(help="Which one, by its id; check also takes a folder.")] = "",
        folder: Annotated[
            str, typer.Option("--dir", help="Where a new one is written; your own place by default.")
        ] = "",
    ) -> int:
        """List the agents with their last run; run, enable or disable one; write a new one; check their quality."""
        at = desk(context)
        if folder and action != "new":
            raise BadUsageError("--dir belongs to new.", "Try: oo agents new deep-work --dir ~/code")
        if action == "list" and not name:
            return show_list(at)
        if action == "check":
            return _check(at, name)
        if not name or action not in ("run", "enable", "disable", "new"):
            raise BadUsageError("Say what to do with which agent.", "Try: oo agents run momentum")
        if action == "run":
            return _run(at, name)
        if action == "new":
            return _new(at, name, folder)
        return _switch(at, name, action == "enable")


def show_list(at: Desk) -> int:
    """Every agent in one line."""
    from oo_cli.usecases.agents import line, listing

    found = listing(at.house)
    at.emit(found, "\n".join(map(line, found)))
    return 0


def _run(at: Desk, name: str) -> int:
    from oo_cli.usecases.agents_once import run, run_lines

    told = run(at.house, name)
    at.emit(told, "\n".join(run_lines(told)))
    return 0


def _switch(at: Desk, name: str, on: bool) -> int:
    from oo_cli.usecases import agents as use

    if on:
        use.enable(at.house, name)
        at.say("It is on, and runs with the next refresh.")
    else:
        erased = use.disable(at.house, name)
        at.say(f"It is off. Erased: {', '.join(erased) or 'nothing'}.")
    return show_list(at) if at.options.json else 0


def _new(at: Desk, name: str, folder: str) -> int:
    from oo_cli.usecases.agents_new import new

    path = new(at.house, name, folder)
    at.say(f"Written and yours to change. Try: oo agents check {path}")
    if not folder:
        at.say(f"It is off until you say: oo agents enable {name}")
    at.emit({"path": path}, path)
    return 0


def _check(at: Desk, name: str) -> int:
    from oo_cli.usecases.agents_check import check, lines

    checked = check(at.house, name)
    at.emit(checked, "\n".join(lines(checked)))
    return 0
