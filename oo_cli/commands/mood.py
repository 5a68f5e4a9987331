"""`oo mood`: how you feel, in a number."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

BLOCKS = "▁▃▄▆█"


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def mood(
        context: typer.Context,
        score: Annotated[int | None, typer.Argument(help="From 1 (low) to 5.")] = None,
        note: Annotated[list[str] | None, typer.Argument(help="What about it; sealed.")] = None,
        forget: Annotated[bool, typer.Option("--forget", help="Erase all of it.")] = False,
    ) -> int:
        """Say how you feel, or see the last two weeks."""
        from oo_cli.usecases import moods as use

        at = desk(context)
        if forget:
            return _forget(at, score is not None)
        if score is None:
            return _show(at)
        if not 1 <= score <= 5:
            raise BadUsageError("A mood is a number from 1 (low) to 5.", "Try: oo mood 4")
        if use.note(at.house, score, " ".join(note or ())):
            at.say("Moods stay on this machine, notes sealed, for 18 months. To erase them: oo mood --forget")
        if at.options.json:
            at.emit({"noted": score}, "")
        else:
            at.say(f"Noted: {score} of 5.")
        return 0


def _forget(at: Desk, with_score: bool) -> int:
    from oo_cli.usecases import moods as use

    if with_score:
        raise BadUsageError("Forget or note, not both.", "Try: oo mood --forget")
    from oo_cli.engine.told import counted

    erased = use.forget(at.house) if at.house.exists else {}
    told = ", ".join(counted(count, what) for what, count in erased.items() if count)
    at.emit({"erased": erased, "left": 0}, f"Erased: {told or 'nothing'}. No mood is left.")
    return 0


def _show(at: Desk) -> int:
    from oo_cli.engine.when import local
    from oo_cli.usecases import moods as use

    noted = use.recent(at.house)
    if at.options.json:
        at.emit([mood._asdict() for mood in noted], "")
        return 0
    if not noted:
        at.emit([], "Nothing noted in the last 14 days. Try: oo mood 4")
        return 0
    days = use.by_day(at.house, noted)
    if at.options.accessible:
        lines = [f"{day:%a} {day.day} {day:%b}: {mean:.3g} of 5" for day, mean in days if mean is not None]
    else:
        line = "".join("·" if mean is None else BLOCKS[int(mean - 0.5)] for _, mean in days)
        lines = [f"{days[0][0].day} {days[0][0]:%b}  {line}  {days[-1][0].day} {days[-1][0]:%b}"]
    for mood in noted:
        if mood.note:
            moment = local(mood.at, at.house.zone)
            lines.append(f"{moment:%a} {moment.day} {moment:%b}  {mood.score}  {mood.note}")
    at.emit([], "\n".join(lines))
    return 0
