"""`oo tip`: one tip, or silence with its reason."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.answer import show_tip
from oo_cli.commands.desk import desk
from oo_data.contracts.tip import Energy
from oo_data.errors import BadUsageError


def span(text: str) -> int | None:
    """Minutes as the person wrote them; None where they said nothing."""
    from oo_cli.engine.when import parse_span

    minutes = parse_span(text) if text else None
    if text and minutes is None:
        raise BadUsageError("That is not a length of time.", "Try: oo tip --for 15m, or 1h30m")
    return minutes


def level(text: str) -> Energy | None:
    """A level of energy; None where the person said nothing."""
    known: dict[str, Energy] = {"low": "low", "medium": "medium", "high": "high"}
    if text and text not in known:
        raise BadUsageError("That is not a level of energy.", "One of: low, medium, high.")
    return known.get(text)


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def tip(
        context: typer.Context,
        why: Annotated[bool, typer.Option("--why", help="Say what led to it.")] = False,
        fresh: Annotated[bool, typer.Option("--fresh", help="Refresh first.")] = False,
        minutes: Annotated[str, typer.Option("--for", help="How much time there is: 15m, 1h30m.")] = "",
        energy: Annotated[str, typer.Option("--energy", help="low, medium or high.")] = "",
        demo: Annotated[bool, typer.Option("--demo", help="A made-up person in a throw-away home.")] = False,
    ) -> int:
        """Print one tip, or why there is none."""
        if demo:
            from oo_cli.commands.demo import show_demo

            return show_demo(desk(context))
        return show_tip(desk(context), why, fresh, span(minutes), level(energy))
