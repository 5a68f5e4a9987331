"""`oo forget`: everything, with a receipt."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_cli.commands.forgetting import plan_lines, receipt_lines, verified_lines
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def forget(
        context: typer.Context,
        source: Annotated[str, typer.Option("--source", help="Only what came from this source.")] = "",
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
        """Delete all that oO holds about you, and prove it."""
        from oo_cli import wiring_vault
        from oo_cli.usecases import forget as use

        at = desk(context)
        if verify:
            return _verify(at, words_stdin, look_in or [])
        if source:
            return _forget_source(at, source, dry_run, yes)
        plan = use.plan(at.house)
        if dry_run:
            at.emit(asdict(plan), "\n".join(plan_lines(plan)))
            return 0
        _confirm(at, yes, plan_lines(plan))
        receipt = use.forget(at.house, wiring_vault.destroy_key, at.options.offline)
        at.emit(asdict(receipt), "\n".join(receipt_lines(receipt)))
        return 0 if receipt.scan is None or not receipt.scan.hits else 1


def _forget_source(at: Desk, source: str, dry_run: bool, yes: bool) -> int:
    from oo_cli.usecases.connect import connected, disconnect

    if dry_run:
        connected(at.house, source)
        at.say(f"Would erase all that came from {source}, with its login where it has one.")
        return 0
    _confirm(at, yes, [])
    erased = disconnect(at.house, source).erased
    at.emit({"erased": erased}, f"Erased: {', '.join(erased) or 'nothing'}.")
    return 0


def _verify(at: Desk, words_stdin: bool, folders: list[str]) -> int:
    from oo_cli import wiring_vault
    from oo_cli.usecases.verify import verify

    said = sys.stdin.read().splitlines() if words_stdin else []
    found = verify(at.house, wiring_vault.key_places, said, folders)
    at.emit(
        {**found._asdict(), "scan": found.scan._asdict(), "clean": found.is_clean}, "\n".join(verified_lines(found))
    )
    return 0 if found.is_clean else 1


def _confirm(at: Desk, yes: bool, plan: list[str]) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadUsageError("This cannot be taken back.", "To go on without being asked: oo forget --yes")
    for line in plan:
        at.say(line)
    at.say("This cannot be taken back. Type forget to go on:")
    if sys.stdin.readline().strip() != "forget":
        raise BadUsageError("Nothing was forgotten.", "To go on without being asked: oo forget --yes")
