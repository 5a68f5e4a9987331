"""`oo inspect`: the room behind the face; a full screen, or one of its tabs in print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands import charts
from oo_cli.commands.desk import Desk, desk
from oo_cli.commands.face import has_screen
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.house import House
    from oo_cli.usecases.inspect.sheet import Sheet, Tab

DEMO = "Demo: a made-up person in a throw-away home. Nothing of yours is read or kept."


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def inspect(
        context: typer.Context,
        tab: Annotated[
            str, typer.Option("--tab", help="events, agents, profile, tips, policies, egress or health.")
        ] = "events",
        find: Annotated[str, typer.Option("--find", help="Only rows that hold this.")] = "",
        limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="In print: how many at most.")] = 50,
        demo: Annotated[bool, typer.Option("--demo", help="A made-up person in a throw-away home.")] = False,
    ) -> int:
        """Look at everything behind the tips: a screen on a terminal, else one tab in print."""
        from oo_cli.usecases.inspect.tabs import NAMES, tabs
        from oo_cli.wiring_vault import custody_says

        at = desk(context)
        if tab not in NAMES:
            raise BadUsageError("There is no such tab.", f"One of: {', '.join(NAMES)}.")
        if demo:
            at.say(DEMO)
        known = tabs(custody_says)
        options = at.options
        if options.json or options.quiet or options.accessible or not has_screen(at):
            return _print(at, known[NAMES.index(tab)], find, limit, demo)
        return _screen(at, known, NAMES.index(tab), find, demo)


@contextmanager
def _made_up(at: Desk) -> Iterator[House]:
    """The house of the made-up person, with two weeks behind them."""
    from oo_cli.demo.past import live_through
    from oo_cli.demo.person import throw_away

    with throw_away(at.environ) as house:
        live_through(house)
        yield house


def _print(at: Desk, tab: Tab, find: str, limit: int, demo: bool) -> int:
    """One tab as rows: the screen's twin."""
    from oo_cli.usecases.inspect.sheet import NONE, Ask
    from oo_data.text import show

    with _made_up(at) if demo else nullcontext(at.house) as house:
        sheet = tab.read(house, Ask(limit, find))
    data = {
        "tab": tab.id,
        "says": sheet.says,
        "rows": [row.data for row in sheet.rows],
        "charts": [chart._asdict() for chart in sheet.charts],
        "notes": sheet.notes,
        "more": sheet.more,
    }
    lines = [*sheet.notes, *(f"{chart.label}: {chart.total} ({chart.share:.0%})" for chart in sheet.charts)]
    heads = [column.head for column in tab.columns]
    lines.append(
        charts.table(at, heads, [["" if cell == NONE else show(cell) for cell in row.cells] for row in sheet.rows])
    )
    at.emit(data, "\n".join(lines if sheet.rows else [*lines[:-1], *_nothing(sheet, find)]))
    return 0


def _nothing(sheet: Sheet, find: str) -> list[str]:
    return ["Nothing holds that."] if find else list(sheet.empty)


def _screen(at: Desk, known: tuple[Tab, ...], tab: int, find: str, demo: bool) -> int:
    """The screen; its house is opened on a thread of its own."""
    from oo_cli.tui.ink import ink_for
    from oo_cli.tui.inspect.run import run_inspect
    from oo_cli.wiring import open_house
    from oo_cli.wiring_vault import asked_before
    from oo_data.store import looks

    ask = asked_before(at.house)  # on the screen there is no place for it
    said: list[str] = []
    theme = looks.looks(at.house.store.conn).get("theme", "") if at.house.exists else ""
    ink = ink_for(at.environ, "light" if theme == "light" else "dark", at.options.no_color)
    with ExitStack() as stack:

        def another_house() -> House:
            if demo:
                return stack.enter_context(_made_up(at))
            return open_house(at.environ, said.append, doors=at.doors, ask=ask)

        try:
            return run_inspect(another_house, known, ink, tab=tab, find=find)
        finally:
            # A word beside the data would tear the screen; it is said once the screen is left.
            for line in said:
                at.say(line)
