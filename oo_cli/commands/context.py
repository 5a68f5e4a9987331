"""`oo context`: what you are about just now."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def context(
        context: typer.Context,
        name: Annotated[
            list[str] | None, typer.Argument(help="The one to switch to, or off to end those switched on.")
        ] = None,
        also: Annotated[bool, typer.Option("--also", help="Leave the others on.")] = False,
        schedule: Annotated[
            str | None, typer.Option("--schedule", help="When it is on by itself: mon-fri 9:00-17:00, or off.")
        ] = None,
        here: Annotated[bool, typer.Option("--here", help="On by itself on the network of this moment.")] = False,
        battery: Annotated[bool, typer.Option("--battery", help="On by itself while the battery drains.")] = False,
        nowhere: Annotated[bool, typer.Option("--nowhere", help="No longer on by such signs.")] = False,
        remove: Annotated[bool, typer.Option("--remove", help="Erase it.")] = False,
    ) -> int:
        """Show your contexts, or switch to one: tasks labelled or filed by its name come first."""
        from oo_cli.usecases import contexts as use

        at, named = desk(context), " ".join(name or ())
        asked = sum((also, schedule is not None, here, battery, nowhere, remove))
        if asked > 1 or (asked and not named):
            raise BadUsageError("Say one thing about one context.", "Try: oo context work, or oo context work --remove")
        if remove:
            use.remove(at.house, named)
            at.say("Erased.")
        elif here or battery:
            use.bind(at.house, named, "network" if here else "battery")
            at.say("It is on now, and will be whenever this is so again at a refresh.")
        elif nowhere:
            at.say("No sign stands for it any more." if use.unbind(at.house, named) else "None did.")
        elif schedule is not None:
            new, normal = use.schedule(at.house, named, schedule)
            told = f"On {spaced(normal)}." if normal else "It has no schedule now."
            at.say(f"A new context. {told}" if new else told)
        elif named.strip().casefold() == use.OFF and not also:
            ended = use.switch_off(at.house)
            at.say(f"Ended: {ended}.")
        elif named and use.switch(at.house, named, also):
            at.say("A new context. Tasks that carry its name as a label or project come first while it is on.")
        return _show(at)


def spaced(schedule: str) -> str:
    """A schedule as it is read: a blank after each comma."""
    return schedule.replace(",", ", ")


def _show(at: Desk) -> int:
    from oo_cli.usecases import contexts as use
    from oo_data.text import width

    found = use.listing(at.house)
    longest = max((width(known.name) for known in found), default=0)
    lines = []
    for known in found:
        mark = ("on " if known.on else "off") if at.options.accessible else ("●" if known.on else "·")
        signs = f"{known.signs} {'sign' if known.signs == 1 else 'signs'}" if known.signs else ""
        when = "; ".join(filter(None, (spaced(known.schedule), signs)))
        pad = " " * (longest - width(known.name))
        lines.append(f"{mark} {known.name}{pad}  {known.how:<11}  {when}".rstrip())
    at.emit([known._asdict() for known in found], "\n".join(lines) or "No contexts yet. Try: oo context work")
    return 0
