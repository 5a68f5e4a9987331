"""`oo doctor`: the health of every part."""

from __future__ import annotations

import typer

from oo_cli.commands.desk import desk

SIGNS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def doctor(context: typer.Context) -> int:
        """Check every part and say how to repair what is broken."""
        from oo_cli.usecases.doctor import examine
        from oo_cli.wiring_vault import custody_says

        at = desk(context)
        found = examine(at.house, at.options.offline, custody_says)
        at.emit(
            [finding._asdict() for finding in found],
            "\n".join(f"{SIGNS[finding.level]}  {finding.part}: {finding.says}" for finding in found),
        )
        return next((finding.exit_code for finding in found if finding.level == "bad"), 0)
