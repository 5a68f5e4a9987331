"""`oo eval --judge`: is a model's wording better than oO's own?"""

from __future__ import annotations

from oo_cli.commands import charts
from oo_cli.commands.desk import Desk


def judge(at: Desk, show: bool) -> int:
    """Ask the judge what waits and tell what it said so far; with `show` only the requests, and nothing is sent."""
    from oo_cli.usecases import judge as use

    if show:
        found = use.bodies(at.house)
        at.emit(found, "\n".join(found))
        at.say(f"{len(found)} requests would be sent; nothing was.")
        return 0
    with charts.replaying(at.shows_progress, "Asking the judge") as told:
        report = use.run(at.house, not at.options.offline, told)
    at.emit(report, "\n".join(use.lines(report)))
    return 0
