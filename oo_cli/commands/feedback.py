"""`oo done`, `oo later`, `oo no`, `oo undo`: reactions to the last tip shown."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import desk
from oo_data.errors import BadUsageError

REASONS = "not now, not relevant, wrong, too many"


def register(app: typer.Typer) -> None:
    """Add the commands to the table."""

    @app.command()
    def done(context: typer.Context) -> int:
        """The last tip is done; a task is ticked where it lives, if oO may write there."""
        return plain.done(desk(context))

    @app.command()
    def later(
        context: typer.Context,
        when: Annotated[
            list[str] | None, typer.Argument(help="30m, 2h, 18:30, tonight, tomorrow, monday, a date.")
        ] = None,
    ) -> int:
        """Bring the last tip back later."""
        from oo_cli.engine.when import default_later, local, parse_later
        from oo_cli.usecases.feedback import react

        house = desk(context).house
        now = house.clock.now_ms()
        until = parse_later(" ".join(when), now, house.zone) if when else default_later(now, house.zone)
        if until is None or until <= now:
            raise BadUsageError("That is not a time to come.", "Try: oo later 2h, tonight, tomorrow, monday, 18:30")
        result = react(house, "later", until=until)
        return plain.answer(desk(context), result, f"Later, {local(until, house.zone):%a %H:%M}: {result.text}")

    @app.command()
    def no(
        context: typer.Context,
        reason: Annotated[list[str] | None, typer.Argument(help=f"One of: {REASONS}.")] = None,
    ) -> int:
        """Not this one."""
        from oo_cli.usecases.feedback import NO_MS, react

        said = " ".join(reason or ()).lower()
        if said not in NO_MS:
            raise BadUsageError("That is not a reason oO knows.", f"One of: {REASONS}; or none.")
        result = react(desk(context).house, "no", said)
        return plain.answer(desk(context), result, f"Not now: {result.text}")

    @app.command()
    def undo(context: typer.Context) -> int:
        """Take back the last reaction."""
        return plain.undo(desk(context))
