"""`oo profile`: what oO holds true about you, and your own word over it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from oo_cli.commands.desk import Desk, desk
from oo_cli.engine.told import ORIGINS
from oo_data.errors import BadUsageError

VALUE_CELLS, ABOUT_CELLS = 14, 78
ROW_CELLS = VALUE_CELLS + 26  # of value, origin and day, with the blanks before each


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def profile(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="show, set or unset.")] = "show",
        name: Annotated[str, typer.Argument(help="Which setting.")] = "",
        value: Annotated[str, typer.Argument(help="Its new value.")] = "",
        history: Annotated[str, typer.Option("--history", help="How this setting came to be.")] = "",
    ) -> int:
        """Show what oO holds true about you; set or unset a value of your own."""
        from oo_cli.usecases import settings as use

        at = desk(context)
        if action == "set" and name and value:
            use.assign(at.house, name, value)
        elif action == "unset" and name:
            use.unset(at.house, name)
        elif action != "show":
            raise BadUsageError("Say what to do with which setting.", "Try: oo profile set tips.per_day 6")
        elif history or name:
            return _one(at, history or name)
        found = use.listing(at.house, name)
        widest = max(len(entry["name"]) for entry in found)
        at.emit(found, "\n".join(line for entry in found for line in _lines(at, entry, widest)))
        return 0


def _one(at: Desk, name: str) -> int:
    """One setting, and how its value came to be."""
    from oo_cli.usecases import settings as use

    (entry,) = use.listing(at.house, name)
    changes = use.history(at.house, name)
    lines = _lines(at, entry, len(name))
    lines += [f"  {_day(at, change['at'])}  {_full(change)}" for change in changes]
    at.emit(entry | {"history": changes}, "\n".join(lines))
    return 0


def _lines(at: Desk, entry: dict[str, Any], widest: int) -> list[str]:
    """The setting in columns, its name above them where they do not fit, and what it does and how it is known."""
    from oo_data.text import cut, width

    value = cut(entry["told"], VALUE_CELLS)
    day = "" if entry["at"] is None else _day(at, entry["at"])
    columns = f"  {value}{' ' * (VALUE_CELLS - width(value))}  {ORIGINS[entry['source']]:<10}  {day}".rstrip()
    fits = not at.columns or at.columns >= widest + ROW_CELLS
    about = entry["about"] or entry["unit"]
    if entry["by"]:
        about += f"; worked out by {entry['by']} from {entry['evidence']} {entry['counted']}"
    about = cut(about, ABOUT_CELLS)
    return [
        *((f"{entry['name']:<{widest}}{columns}",) if fits else (entry["name"], columns)),
        f"  \x1b[2m{about}\x1b[0m" if at.dim else f"  {about}",
    ]


def _full(change: dict[str, Any]) -> str:
    origin = ORIGINS[change["source"]]
    return f"{change['told']}  {origin} by {change['by']} from {change['evidence']}" if change["by"] else (
        f"{change['told']}  {origin}"
    )  # fmt: skip


def _day(at: Desk, ms: int) -> str:
    from oo_cli.engine.when import local

    return local(ms, at.house.zone).strftime("%Y-%m-%d")
