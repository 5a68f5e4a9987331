"""The commands as they run without options: no parser is loaded for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from oo_cli.commands.reactions import add, done, later, no, undo

if TYPE_CHECKING:
    from oo_cli.commands.desk import Desk


def tip(at: Desk) -> int:
    """Print one tip, or why there is none."""
    from oo_cli.commands.answer import show_tip

    return show_tip(at, why=False, fresh=False)


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
        at.emit(entry, line(entry))
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
    from oo_cli.usecases.agents import line, listing

    found = listing(at.house)
    at.emit(found, "\n".join(map(line, found)))
    return 0


def refresh(at: Desk, if_stale: bool = False) -> int:
    """Read the sources and put fresh tips on the shelf."""
    from oo_cli.commands.answer import run_refresh

    return run_refresh(at, if_stale)


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
    if verb == "refresh" and list(words) == ["--if-stale"]:
        return refresh(at, if_stale=True)  # cron asks for this all day
    if verb in WORDED and not any(word.startswith("-") for word in words) and (words or verb != "add"):
        return WORDED[verb](at, words)
    return None
