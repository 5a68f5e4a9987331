"""`oo policy`: who decides what is shown, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from oo_cli.commands import charts
from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def policy(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, report, promote or rollback.")] = "list",
        name: Annotated[str, typer.Argument(help="Which policy.")] = "",
    ) -> int:
        """List the policies, compare them on your own past, promote one, or take that back."""
        from oo_cli.usecases import policies as use

        at = desk(context)
        if action in ("report", "promote", "rollback") and not at.house.exists:
            raise BadUsageError("There is no past to go by yet.", "Start with: oo add, or oo connect")
        if action == "report" and not name:
            _report(at)
            return 0
        if action == "promote" and name:
            _promote(at, name)
        elif action == "rollback" and not name:
            back = use.rollback(at.house)
            at.say(f"{back} is live again, from the next refresh on.")
        elif action != "list" or name:
            raise BadUsageError("Say what to do with which policy.", "Try: oo policy report")
        found = use.listing(at.house)
        rows = [
            (entry["id"], entry["stage"], f"{entry['about']}{_heard(entry)}")
            for entry in sorted(found, key=lambda entry: entry["stage"] != "live")
        ]
        at.emit(found, charts.table(at, ("policy", "", ""), rows))
        return 0


def _heard(entry: Mapping[str, Any]) -> str:
    return f" ({entry['learnt_from']} so far)" if "learnt_from" in entry else ""


def _promote(at: Desk, name: str) -> None:
    from oo_cli.usecases import policies as use

    with charts.replaying(at.shows_progress) as told:
        before = use.promote(at.house, name, told)
    at.say(f"{name} is live from the next refresh on, in place of {before}. To take that back: oo policy rollback")


def _report(at: Desk) -> None:
    from oo_cli.usecases import policies as use

    with charts.replaying(at.shows_progress) as told:
        found = use.report(at.house, told)
    rows = [
        (
            entry["id"],
            entry["stage"],
            charts.number(entry["offline"]["hit@1_difference"], signed=True),
            charts.number(entry["offline"]["MRR_difference"], signed=True),
            _agreement(entry["online"]),
        )
        for entry in found
    ]
    said = [charts.table(at, ("policy", "stage", "hit@1 to live", "MRR to live", "same choice"), rows)]
    for entry in found:
        if entry["missing"]:
            said += [f"Before {entry['id']} can be promoted:", *(f"  {line}" for line in entry["missing"])]
        elif entry["stage"] != "live":
            said.append(f"{entry['id']} can be promoted: oo policy promote {entry['id']}")
    at.emit(found, "\n".join(said))


def _agreement(online: Mapping[str, Any]) -> str:
    if not online["decisions"]:
        return "none seen"
    days = f"{online['days']} day{'s' * (online['days'] != 1)}"
    return f"{online['same']:.0%} of {online['decisions']} in {days}"
