"""What the person says back: reactions to the last tip, and a new task. No parser is loaded for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.commands.desk import Desk
    from oo_cli.usecases.feedback import Reacted


def done(at: Desk) -> int:
    """The last tip is done."""
    from oo_cli.usecases.feedback import react

    result = react(at.house, "done")
    word = "Noted" if result.source == "agent" else "Done"
    return answer(at, result, f"{word}{written(result)}: {named(result)}")


def later(at: Desk, words: Sequence[str] = ()) -> int:
    """Bring the last tip back later."""
    from oo_cli.engine.when import default_later, parse_later, spoken
    from oo_cli.usecases.feedback import react

    now, zone = at.house.clock.now_ms(), at.house.zone
    until = parse_later(" ".join(words), now, zone) if words else default_later(now, zone)
    if until is None or until <= now:
        raise BadUsageError("That is not a time to come.", "Try: oo later 2h, tonight, tomorrow, monday, 18:30")
    result = react(at.house, "later", until=until, when=" ".join(words))
    moved = written(result) if result.delivery else ""
    return answer(at, result, f"Later, {spoken(until, now, zone)}{moved}: {named(result)}")


def no(at: Desk, words: Sequence[str] = ()) -> int:
    """Not this one."""
    from oo_cli.engine.when import spoken
    from oo_cli.usecases.feedback import NO_MS, react
    from oo_cli.usecases.hush import TOO_MANY, TOO_MANY_MS
    from oo_data.contracts.tip import REASONS

    reason = " ".join(words).lower()
    if reason not in NO_MS:
        raise BadUsageError("That is not a reason oO knows.", f"One of: {', '.join(REASONS)}; or none.")
    result = react(at.house, "no", reason)
    now, zone = at.house.clock.now_ms(), at.house.zone
    until = spoken(result.until, now, zone)
    said = f"Not before {until}: {named(result)}"
    if reason == TOO_MANY:
        said += f"\nQuiet until {spoken(now + TOO_MANY_MS, now, zone)}."
    return answer(at, result, said)


def add(at: Desk, words: Sequence[str]) -> int:
    """Add a task to the todo.txt."""
    from oo_cli.usecases.add import add_task

    line = add_task(at.house, " ".join(words))
    if at.options.json:
        at.emit({"added": line}, "")
    else:
        at.say(f"Added: {line}")
    return 0


def undo(at: Desk) -> int:
    """Take back the last reaction."""
    from oo_cli.usecases.feedback import undo as take_back

    result = take_back(at.house)
    moved = written(result) if result.delivery else ""
    return answer(at, result, f"Taken back{moved}: {named(result)}")


def named(result: Reacted) -> str:
    """What it was about."""
    from oo_cli.usecases.recommend import GONE

    return result.text or GONE


def written(result: Reacted) -> str:
    """What became of a reaction where the task lives."""
    if result.delivery == "waiting":
        return f" ({result.source} is told as soon as it can be reached)"
    if result.delivery == "refused":
        return f" (noted here; {result.source} refused it)"
    if result.delivery == "sent":
        return f" (there in {result.source} too)"
    return "" if result.in_source or result.source in ("", "agent") else " (noted here; the source was not changed)"


def answer(at: Desk, result: Reacted, line: str) -> int:
    """Acknowledge a reaction: quietly beside the data, or as data."""
    if at.options.json:
        at.emit(result._asdict(), "")
    else:
        at.say(line)
    return 0
