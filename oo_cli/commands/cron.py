"""`oo cron`: let the machine's own clockwork keep the tips fresh."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_cli.usecases import cron as use
from oo_data.errors import BadUsageError
from oo_data.text import show


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def cron(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="install, remove or status.")] = "status",
        every: Annotated[int, typer.Option("--every", help="Minutes between two looks.")] = use.USUAL_MINUTES,
        using: Annotated[str, typer.Option("--using", help="systemd, launchd or crontab; else what is here.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ) -> int:
        """Have `oo refresh --if-stale` run by itself: a systemd timer, launchd agent or crontab line."""
        at = desk(context)
        if action == "install":
            return _install(at, every, using, dry_run, yes)
        if action == "remove":
            removed = use.remove(at.house, at.house.doors.clockworks(at.house))
            said = f"Removed from {', '.join(removed)}." if removed else "Nothing was installed."
            at.emit({"removed": removed}, said)
            return 0
        if action == "status":
            return _status(at)
        raise BadUsageError("There is no such thing to do.", "Try: oo cron install, remove or status")


def _install(at: Desk, every: int, using: str, dry_run: bool, yes: bool) -> int:
    from oo_cli.wiring import attended

    clockworks = at.house.doors.clockworks(at.house)
    wanted = use.job(at.house, every)
    chosen = use.choose(clockworks, using)
    plan = chosen.plan(wanted).rstrip("\n")
    warnings = use.warnings(at.house, attended(at.house))
    if not dry_run:
        _confirm(at, yes, plan)
        use.install(clockworks, chosen, wanted)
    for warning in warnings:
        at.say(warning)
    done = f"{chosen.name} now looks every {every} minutes whether a refresh is due. To end it: oo cron remove"
    facts = {"clockwork": chosen.name, "written": not dry_run, "plan": plan, "warnings": warnings}
    at.emit(facts, plan if dry_run else done)
    return 0


def _confirm(at: Desk, yes: bool, plan: str) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadUsageError(
            "This writes outside oO's home.", "To see what: oo cron install --dry-run; to go on: oo cron install --yes"
        )
    at.say(f"This is what will be written:\n\n{plan}\n\nType y to go on:")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadUsageError("Nothing was written.", "To go on without being asked: oo cron install --yes")


def _status(at: Desk) -> int:
    from oo_cli.engine.when import local

    found = use.status(at.house, at.house.doors.clockworks(at.house))
    said = []
    for standing in found.installed:
        said.append(f"Installed in {standing.clockwork}:")
        said += [f"  {show(line)}".rstrip() for line in standing.text.splitlines()]
        if not standing.current:
            said.append("It is not what this oO would write. To write it anew: oo cron install")
    if not found.installed:
        said.append("Nothing is installed. To have it: oo cron install")
    if found.refreshed_at is not None:
        said.append(f"The last refresh was {local(found.refreshed_at, at.house.zone):%a %d %b %H:%M}.")
    facts = {"installed": [standing._asdict() for standing in found.installed], "refreshed_at": found.refreshed_at}
    at.emit(facts, "\n".join(said))
    return 0
