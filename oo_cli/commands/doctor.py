"""`oo doctor`: the health of every part."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk

SIGNS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def doctor(
        context: typer.Context,
        fix: Annotated[bool, typer.Option("--fix", help="Close to others what is yours and stands open.")] = False,
        aside: Annotated[
            bool, typer.Option("--set-aside", help="Rename a damaged database; oO then begins anew.")
        ] = False,
    ) -> int:
        """Check every part and say how to repair what is broken."""
        from oo_cli.usecases.doctor import examine, set_aside
        from oo_cli.usecases.doctor_home import close
        from oo_cli.wiring_vault import custody_says

        at = desk(context)
        if aside:
            path = set_aside(at.house)
            at.emit({"set_aside": path}, f"Set aside: {path}")
            return 0
        for path in close(at.house.paths) if fix else ():
            at.say(f"Closed: {path}")
        found = examine(at.house, at.options.offline, custody_says)
        at.emit(
            [finding._asdict() for finding in found],
            "\n".join(f"{SIGNS[f.level]}  {f.part}: {f.says} {f.next}".rstrip() for f in found),
        )
        return next((finding.exit_code for finding in found if finding.level == "bad"), 0)
