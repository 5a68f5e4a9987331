"""How a recommendation and a refresh are told, whichever way they were asked for."""

from __future__ import annotations

from collections.abc import Callable

from oo_cli import render
from oo_cli.commands.desk import Desk
from oo_cli.commands.progress import progress_bar
from oo_cli.house import House
from oo_data.contracts.tip import Energy, Recommendation, RecommendRequest, Silence, Tip

SILENT = 10


def show_tip(
    at: Desk, why: bool = False, fresh: bool = False, minutes: int | None = None, energy: Energy | None = None
) -> int:
    """Print what `recommend` answers; `minutes` and `energy` narrow it to what there is time and strength for."""
    from oo_cli.usecases.recommend import recommend

    house = at.house
    if fresh and house.exists:
        from oo_cli.usecases.refresh import refresh

        refresh(house, local_only=at.options.offline)
    now = house.clock.now_ms()
    said = recommend(house, RecommendRequest(now, "tip", True, minutes, energy))
    data = as_data(said)
    text = as_text(at, said, now)
    if why:
        from oo_cli.usecases.why import explain, lines

        explained = explain(house)
        data["why"] = explained
        text += "\n" + "\n".join(lines(explained))
    if at.options.json or text:
        at.emit(data, text)
    return SILENT if at.options.exit_code and isinstance(said, Silence) else 0


def as_text(at: Desk, said: Recommendation, now: int) -> str:
    """The lines for a person; with --quiet the tip alone, and nothing for silence."""
    if isinstance(said, Silence):
        return "" if at.options.quiet else render.silence_line(said.reason, said.until or 0, now)
    return said.text if at.options.quiet else render.tip_lines(said.text, said.reason, at.dim)


def as_data(said: Recommendation) -> dict[str, object]:
    """The contract's fields for --json."""
    return {"tip" if isinstance(said, Tip) else "silence": said._asdict()}


def _is_due(at: Desk) -> bool:
    """Whether there is anything to do, found out before what does it is loaded."""
    from oo_cli.usecases.agenda import look

    return bool(look(at.house).overdue)


def run_refresh(at: Desk, if_stale: bool = False) -> int:
    """Refresh and say how it went; the exit code is that of the first source that failed."""
    house = at.house
    if not house.exists:
        at.say("Nothing to refresh yet. Start with: oo add, or oo connect")
        return 0
    if if_stale and not _is_due(at):
        tell_channels(house, at.options.offline, at.say)
        return 0
    from oo_cli.usecases import trace
    from oo_cli.usecases.catch_up import catch_up
    from oo_cli.usecases.refresh import refresh

    offline = at.options.offline
    with progress_bar(at.shows_progress) as progress:
        report = catch_up(house, offline, progress) if if_stale else refresh(house, offline, progress, ask=True)
    if report is None:
        tell_channels(house, at.options.offline, at.say)
        return 0
    if report.busy:
        at.say("A refresh is already running.")
        return 0
    for problem in report.problems:
        at.say(problem)
    for agent in report.agents_failed:
        at.say(f"The agent {agent} failed and was left out.")
    for source, error in report.failures:
        at.say(f"{source}: {error.line()}")
    if at.options.json:
        at.emit(
            {"tasks": report.tasks, "tips": report.tips, "failed": [source for source, _ in report.failures]},
            "",
        )
    else:
        at.say(f"{report.tasks} open, {report.tips} ready.")
    tell_channels(house, at.options.offline, at.say)
    if not offline:
        if not if_stale:
            _mirror(at, house)
        trace.send(house)
    return report.failures[0][1].exit_code if report.failures else 0


def _mirror(at: Desk, house: House) -> None:
    """Send on what has happened, where that is allowed, and say what kept it."""
    if not house.environ.get("NATS_URL"):
        return
    from oo_cli.usecases.mirror import mirror

    report = mirror(house)
    if report is not None and report.error is not None:
        at.say(f"mirror: {report.error.line()}")


def tell_channels(house: House, offline: bool, say: Callable[[str], None]) -> None:
    """Tell the channels that are on, if this is a moment for it, and say which failed."""
    from oo_data.store import profile

    if any(key.startswith("notify.") for key in profile.granted(house.store.conn)):
        from oo_cli.usecases.notify import tell

        for name, error in tell(house, offline).failed:
            say(f"{name}: {error.line()}")
