"""`oo egress`: what left this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk

NOTHING = "Nothing has left this machine."


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def egress(
        context: typer.Context,
        limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
        totals: Annotated[bool, typer.Option("--totals", help="Sums by host and purpose instead.")] = False,
    ) -> int:
        """List what left this machine in 90 days: when, to whom, why. Bytes are counted before encryption."""
        at = desk(context)
        return _totals(at) if totals else _rows(at, limit)


def _rows(at: Desk, limit: int) -> int:
    from oo_cli.commands.charts import table
    from oo_cli.engine.when import local
    from oo_data.store import egress as ledger

    rows = ledger.recent(at.house.store, limit) if at.house.exists else []
    cells = [
        (
            f"{local(row.at, at.house.zone):%Y-%m-%d %H:%M}", row.host, row.purpose, row.consent,
            ", ".join(row.categories), str(row.bytes_out), str(row.bytes_in), row.status,
        )
        for row in rows
    ]  # fmt: skip
    head = ("when", "to", "purpose", "consent", "what", "out", "in", "ended")
    at.emit([row._asdict() for row in rows], table(at, head, cells) if rows else NOTHING)
    return 0


def _totals(at: Desk) -> int:
    from oo_cli.commands.charts import table
    from oo_cli.engine.when import local
    from oo_data.store import egress as ledger

    rows = ledger.totals(at.house.store.conn) if at.house.exists else []
    cells = [
        (
            row.host, row.purpose, str(row.requests), str(row.bytes_out), str(row.bytes_in),
            f"{local(row.last_at, at.house.zone):%Y-%m-%d %H:%M}",
        )
        for row in rows
    ]  # fmt: skip
    head = ("to", "purpose", "requests", "out", "in", "last")
    at.emit([row._asdict() for row in rows], table(at, head, cells) if rows else NOTHING)
    return 0
