"""`oo forget`: everything, with a receipt."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.usecases.forget import Receipt


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def forget(
        context: typer.Context,
        source: Annotated[str, typer.Option("--source", help="Only what came from this source.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ) -> int:
        """Delete all that oO holds about you, and prove it."""
        from oo_cli import wiring_vault
        from oo_cli.usecases import forget as use

        at = desk(context)
        if source:
            return _forget_source(at, source, dry_run, yes)
        plan = use.plan(at.house)
        if dry_run:
            at.emit(asdict(plan), "\n".join(_plan_lines(plan)))
            return 0
        _confirm(at, yes, _plan_lines(plan))
        receipt = use.forget(at.house, wiring_vault.destroy_key)
        at.emit(asdict(receipt), "\n".join(_receipt_lines(receipt)))
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


def _plan_lines(plan: Receipt) -> list[str]:
    said = [f"{count:>7} {table}" for table, count in plan.rows.items() if count]
    said.append(f"Would destroy the key and delete {plan.files} files ({plan.bytes:,} bytes).")
    if plan.own_list:
        said.append(f"Your task list goes too: {plan.own_list}. To keep it, copy it first.")
    return said + [f"Not oO's to delete: {line}" for line in plan.external]


def _receipt_lines(receipt: Receipt) -> list[str]:
    said = [f"Forgotten: {sum(receipt.rows.values())} rows, {receipt.files} files, {receipt.bytes:,} bytes."]
    said += [f"Key: {line}" for line in receipt.keys]
    if receipt.scan is not None:
        scan = receipt.scan
        said.append(f"Looked for {scan.words} of your words in {scan.files} files left: {len(scan.hits)} found.")
        said += [f"Could not be read: {path}" for path in scan.unread]
    said += [f"Left, because oO did not make it: {path}" for path in receipt.kept]
    said += [f"Not oO's to delete: {line}" for line in receipt.external]
    return [*said, "This machine only: copies elsewhere are sealed with a key that no longer exists."]
