"""`oo habit`: what you want to do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.usecases.habits import Known

NAME_CELLS = 32


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def habit(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, add, done, undo or remove.")] = "list",
        words: Annotated[list[str] | None, typer.Argument(help="Its name, or its number in the list.")] = None,
        every: Annotated[str, typer.Option("--every", help="How often: 1d, 2d, 1w.")] = "",
    ) -> int:
        """See your habits, add one, or say that one is done."""
        at, name = desk(context), " ".join(words or ())
        if (action == "list") != (not name) or (every and action != "add"):
            raise BadUsageError("Say what to do with which habit.", 'Try: oo habit add "Stretch" --every 1d')
        if action == "add":
            _add(at, name, every or "1d")
        elif action in ("done", "undo", "remove"):
            at.say(_change(at, action, name))
        elif action != "list":
            raise BadUsageError("There is no such action.", "One of: list, add, done, undo, remove.")
        return _show(at)


def _add(at: Desk, name: str, every: str) -> None:
    from oo_cli.usecases import habits as use

    said, first = use.add(at.house, name, every)
    at.say(f"Added: {said}")
    if first:
        at.say("Habits are a source of tips now, names sealed. To erase them: oo consent revoke source.habit")


def _change(at: Desk, action: str, name: str) -> str:
    from oo_cli.usecases import habits as use

    if action == "remove":
        said, times = use.remove(at.house, name)
        return f"Removed, with all that told of it ({times} {'time' if times == 1 else 'times'} done): {said}"
    if action == "undo":
        said, changed = use.untick(at.house, name)
        return f"Taken back: {said}" if changed else f"It was not done today: {said}"
    said, changed = use.tick(at.house, name)
    return f"Done: {said}" if changed else f"Done today already: {said}"


def _show(at: Desk) -> int:
    from oo_cli.usecases import habits as use

    found = use.listing(at.house)
    cells = _cells(found)
    lines = [_plainly(known) if at.options.accessible else _line(known, cells) for known in found]
    at.emit([known._asdict() for known in found], "\n".join(lines) or 'No habits yet. Try: oo habit add "Stretch"')
    return 0


def _cells(found: list[Known]) -> int:
    from oo_data.text import width

    return min(NAME_CELLS, max((width(known.name) for known in found), default=0))


def _line(known: Known, cells: int) -> str:
    from oo_data.text import cut, width

    name = cut(known.name, cells)
    dots = "".join("●" if done else "·" for done in known.days)
    row = f"{known.streak} in a row" if known.streak > 1 else ""
    return f"{known.number:>2}  {name}{' ' * (cells - width(name))}  {_every(known):<13}  {dots}  {row}".rstrip()


def _plainly(known: Known) -> str:
    done = "done today" if known.done_today else "not done today"
    return (
        f"{known.number}. {known.name}: {_every(known)}, {done}, {sum(known.days)} of the last {len(known.days)} days,"
        f" {known.streak} in a row."
    )


def _every(known: Known) -> str:
    days = known.every_days
    if days in (1, 7):
        return "every day" if days == 1 else "every week"
    return f"every {days // 7} weeks" if days % 7 == 0 else f"every {days} days"
