"""`oo egress`: what left this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import desk


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def egress(
        context: typer.Context,
        limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
    ) -> int:
        """List what left this machine: when, to whom, why."""
        from oo_cli.engine.when import local
        from oo_data.store import egress as ledger

        at = desk(context)
        rows = ledger.recent(at.house.store, limit) if at.house.exists else []
        lines = [
            f"{local(row.at, at.house.zone):%Y-%m-%d %H:%M}  {row.host}  {row.purpose}  {row.bytes_out} out,"
            f" {row.bytes_in} in  {row.status}  ({row.consent}: {', '.join(row.categories)})"
            for row in rows
        ]
        at.emit([row._asdict() for row in rows], "\n".join(lines) or "Nothing has left this machine.")
        return 0
