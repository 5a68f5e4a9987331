"""`oo forget`: everything or a part, with a receipt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_cli.commands.forgetting import part_lines, plan_lines, receipt_lines, verified_lines
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.usecases.forget_part import Part


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def forget(
        context: typer.Context,
        source: Annotated[str, typer.Option("--source", help="Only what came from this source.")] = "",
        agent: Annotated[str, typer.Option("--agent", help="Only what this agent made.")] = "",
        since: Annotated[str, typer.Option("--since", help="Only what happened from this day on.")] = "",
        until: Annotated[str, typer.Option("--until", help="With --since: through this day.")] = "",
        task: Annotated[str, typer.Option("--task", help="Only one task: last, or its reference.")] = "",
        exports: Annotated[
            bool, typer.Option("--exports", help="With everything: what you exported goes too.")
        ] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        verify: Annotated[bool, typer.Option("--verify", help="Delete nothing; look for readable words.")] = False,
        words_stdin: Annotated[
            bool, typer.Option("--words-stdin", help="With --verify: look for these words too, one a line.")
        ] = False,
        look_in: Annotated[
            list[str] | None, typer.Option("--look-in", help="With --verify: look in this folder too.")
        ] = None,
    ) -> int:
        """Delete all that oO holds about you, or a part of it, and prove it."""
        at = desk(context)
        if sum(map(bool, (source, agent, since, task, verify))) > 1 or (until and not since):
            raise BadUsageError("One part at a time.", "One of --source, --agent, --since (with --until), --task.")
        if exports and (source or agent or since or task or verify):
            raise BadUsageError("Exports go with everything only.", "A part is in them beside all the rest.")
        if verify:
            return _verify(at, words_stdin, look_in or [])
        if source or agent or since or task:
            return _part(at, _chosen(at, source, agent, (since, until), task), dry_run, yes)
        return _everything(at, dry_run, yes, exports)


def _everything(at: Desk, dry_run: bool, yes: bool, exports: bool) -> int:
    from oo_cli import wiring_vault
    from oo_cli.usecases import forget as use

    plan = use.plan(at.house)
    if dry_run:
        at.emit(asdict(plan), "\n".join(plan_lines(plan, exports)))
        return 0
    _confirm(at, yes, plan_lines(plan, exports))
    receipt = use.forget(at.house, wiring_vault.destroy_key, at.options.offline, exports)
    at.emit(asdict(receipt), "\n".join(receipt_lines(receipt)))
    return 0 if receipt.scan is None or not receipt.scan.hits else 1


def _chosen(at: Desk, source: str, agent: str, days: tuple[str, str], task: str) -> Part:
    from oo_cli.usecases import forget_part as use

    use.check_home(at.house, source)
    if task:
        return use.task_part(at.house, task)
    return use.span_part(at.house, *days) if days[0] else use.Part(source=source, agent=agent)


def _part(at: Desk, part: Part, dry_run: bool, yes: bool) -> int:
    from oo_cli.usecases import forget_part as use

    plan = use.plan(at.house, part)
    if not dry_run:
        _confirm(at, yes, part_lines(plan, done=False))
        plan = use.forget(at.house, part, at.options.offline)
    at.emit(plan._asdict(), "\n".join(part_lines(plan, done=not dry_run)))
    return 0


def _verify(at: Desk, words_stdin: bool, folders: list[str]) -> int:
    from oo_cli import wiring_vault
    from oo_cli.usecases.verify import verify

    said = sys.stdin.read().splitlines() if words_stdin else []
    found = verify(at.house, wiring_vault.key_places, said, folders)
    told = {**found._asdict(), "scan": found.scan._asdict(), "clean": found.is_clean}
    at.emit(told, "\n".join(verified_lines(found)))
    return 0 if found.is_clean else 1


def _confirm(at: Desk, yes: bool, plan: Sequence[str]) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadUsageError("This cannot be taken back.", "To go on without being asked: oo forget --yes")
    for line in plan:
        at.say(line)
    at.say("This cannot be taken back. Type forget to go on:")
    if sys.stdin.readline().strip() != "forget":
        raise BadUsageError("Nothing was forgotten.", "To go on without being asked: oo forget --yes")
