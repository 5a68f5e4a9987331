"""`oo key`: where the key is that seals the data, moving it, and putting a new one in its place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.adapters.vault.custody import Place


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def key(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="status, or rotate: a new key in place of this one.")] = "status",
        file: Annotated[bool, typer.Option("--file", help="Keep the key in a file only you can read.")] = False,
        keyring: Annotated[bool, typer.Option("--keyring", help="Keep the key in the system's keyring.")] = False,
        passphrase: Annotated[
            bool, typer.Option("--passphrase", help="Seal it by a passphrase, or by another one.")
        ] = False,
        show: Annotated[bool, typer.Option("--show", help="Write a new OO_KEY where it is no terminal.")] = False,
    ) -> int:
        """Say where the key is kept and how old it is; move or change it."""
        from oo_cli import wiring_vault

        at = desk(context)
        asked: dict[Place, bool] = {"file": file, "keyring": keyring, "passphrase": passphrase}
        places = [place for place, wanted in asked.items() if wanted]
        if action not in ("status", "rotate") or len(places) + (action == "rotate") > 1:
            raise BadUsageError("One thing at a time.", "Try: oo key, oo key rotate, oo key --file")
        if action == "rotate":
            return _rotate(at, show)
        if places:
            wiring_vault.move_key(at.house, places[0])
        says, data = wiring_vault.key_report(at.house)
        at.emit(data, says)
        return 0


def _rotate(at: Desk, show: bool) -> int:
    from oo_cli import wiring_vault

    if not at.house.exists:
        raise BadUsageError("There is no key yet.", "Start with: oo add, or oo connect")
    if wiring_vault.rotate(at.house):
        at.emit({"rotated": True}, "A new key is in use. Older copies of the database do not open with it.")
        return 0
    if not (show or sys.stdout.isatty()):
        raise BadUsageError(
            "The key comes from OO_KEY: a new one has to be shown to you.", "Run it in a terminal, or with --show."
        )
    from oo_cli.adapters.vault.sealer import new_key

    made = new_key().reveal()
    at.say("A new key, kept nowhere. Set OO_KEY to it and OO_KEY_OLD to the one before, and run again: oo key rotate")
    at.say("Then take OO_KEY_OLD away. Until that, the one before stays in force.")
    at.emit({"rotated": False, "OO_KEY": made}, made)
    return 0
