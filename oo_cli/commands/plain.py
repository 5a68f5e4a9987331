"""The commands as they run without options: no parser is loaded for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from oo_cli import render
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.commands.desk import Desk
    from oo_cli.usecases.feedback import Reacted


def tip(at: Desk) -> int:
    """Print one tip, or why there is none."""
    from oo_cli.commands.answer import show_tip

    return show_tip(at, why=False, fresh=False)


def done(at: Desk) -> int:
    """The last tip is done."""
    from oo_cli.usecases.feedback import react

    result = react(at.house, "done")
    return answer(at, result, f"Done{written(result)}: {result.text}")


def later(at: Desk, words: Sequence[str] = ()) -> int:
    """Bring the last tip back later."""
    from oo_cli.engine.when import default_later, local, parse_later
    from oo_cli.usecases.feedback import react

    now, zone = at.house.clock.now_ms(), at.house.zone
    until = parse_later(" ".join(words), now, zone) if words else default_later(now, zone)
    if until is None or until <= now:
        raise BadUsageError("That is not a time to come.", "Try: oo later 2h, tonight, tomorrow, monday, 18:30")
    result = react(at.house, "later", until=until, when=" ".join(words))
    moved = written(result) if result.delivery else ""
    return answer(at, result, f"Later, {local(until, zone):%a %H:%M}{moved}: {result.text}")


def no(at: Desk, words: Sequence[str] = ()) -> int:
    """Not this one."""
    from oo_cli.usecases.feedback import NO_MS, react
    from oo_data.contracts.tip import REASONS

    reason = " ".join(words).lower()
    if reason not in NO_MS:
        raise BadUsageError("That is not a reason oO knows.", f"One of: {', '.join(REASONS)}; or none.")
    result = react(at.house, "no", reason)
    return answer(at, result, f"Not now: {result.text}")


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
    return answer(at, result, f"Taken back{moved}: {result.text}")


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


def why(at: Desk) -> int:
    """Say what led to the last tip, or why it is silent."""
    from oo_cli.usecases.why import explain, lines

    explained = explain(at.house)
    at.emit(explained, "\n".join(lines(explained)))
    return 0


def log(at: Desk, reactions: bool = False, limit: int = 50) -> int:
    """Show the last tips and reactions, one object each."""
    from oo_cli.usecases.log import history, line

    for entry in history(at.house, reactions, limit):
        render.out(json.dumps(entry, ensure_ascii=False) if at.options.json else line(entry))
    return 0


def status(at: Desk) -> int:
    """Say how oO fares right now."""
    from oo_cli.usecases import status as use

    data = use.status(at.house)
    at.emit(data, "\n".join(use.status_lines(at.house, data)))
    return 0


def sources(at: Desk) -> int:
    """What is connected, and how it fares."""
    from oo_cli.usecases.status import source_lines

    data, lines = source_lines(at.house)
    at.emit(data, "\n".join(lines) or "Nothing is connected. Start with: oo add, or oo connect")
    return 0


def agents(at: Desk) -> int:
    """List the agents with their last run."""
    from oo_cli.usecases.agents import listing

    found = listing(at.house)
    lines = [
        f"{'on ' if a['on'] else 'off'} {a['id']:<16} {a['last_run'] or 'not run yet':<18} {a['title']}" for a in found
    ]
    at.emit(found, "\n".join(lines))
    return 0


def refresh(at: Desk) -> int:
    """Read the sources and put fresh tips on the shelf."""
    from oo_cli.commands.answer import run_refresh

    return run_refresh(at)


# Verbs that take words of the person's own, or none.
WORDED: dict[str, Callable[[Desk, Sequence[str]], int]] = {"later": later, "no": no, "add": add}
PLAIN: dict[str, Callable[[Desk], int]] = {
    "tip": tip,
    "done": done,
    "undo": undo,
    "why": why,
    "log": log,
    "status": status,
    "sources": sources,
    "agents": agents,
    "refresh": refresh,
}


def run_plain(at: Desk, verb: str, words: Sequence[str]) -> int | None:
    """Run a verb that needs no parser; None where it has options, or needs words and has none."""
    if verb in PLAIN and not words:
        return PLAIN[verb](at)
    if verb in WORDED and not any(word.startswith("-") for word in words) and (words or verb != "add"):
        return WORDED[verb](at, words)
    return None
