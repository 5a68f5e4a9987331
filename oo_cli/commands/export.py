"""`oo export` and `oo import`: all of it in one file, and back."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk
from oo_cli.commands.progress import progress_bar


def register(app: typer.Typer) -> None:
    """Add the commands to the table."""

    @app.command()
    def export(
        context: typer.Context,
        path: Annotated[str, typer.Argument(help="The file to write; else one named by the day, here.")] = "",
    ) -> int:
        """Write all that oO holds about you into one file, readable without oO."""
        from oo_cli.usecases import export as use

        at = desk(context)
        with progress_bar(at.shows_progress, "Reading {}") as progress:
            written = use.export(at.house, path or use.usual_name(at.house), progress)
        count = sum(written.rows.values())
        at.emit(written._asdict(), f"{count:,} rows are in {written.path}, in the clear and readable by you only.")
        if written.unread:
            at.say(f"{written.unread} texts open with no key any more; they are left out.")
        at.say("Logins are not in it. oO remembers where it lies, so that oo forget can name it.")
        return 0

    @app.command("import")
    def restore(context: typer.Context, path: Annotated[str, typer.Argument(help="What oo export wrote.")]) -> int:
        """Take an export into an empty oO."""
        from oo_cli.usecases import restore as use

        at = desk(context)
        with progress_bar(at.shows_progress, "Taking in {}") as progress:
            taken = use.restore(at.house, path, progress)
        at.emit(taken._asdict(), f"{sum(taken.rows.values()):,} rows were taken in.")
        for source in taken.login:
            how = " with --file, --url or --caldav" if source == "calendar" else ""
            at.say(f"{source} wants to be connected again; run: oo connect {source}{how}")
        return 0
