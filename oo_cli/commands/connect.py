"""`oo connect`, `oo disconnect`, `oo sources`."""

from __future__ import annotations

from typing import Annotated

import typer

from oo_cli.commands import plain
from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

# The options that each takes: one that would be passed over in silence is refused.
TAKES = {
    "todotxt": {"file"},
    "taskwarrior": {"data", "write"},
    "todoist": {"no_browser", "write", "token_stdin"},
    "calendar": {"file", "url", "caldav", "user", "bearer", "email"},
}
NAMES = ", ".join(TAKES)


def register(app: typer.Typer) -> None:
    """Add the commands to the table."""

    @app.command()
    def connect(
        context: typer.Context,
        source: Annotated[str, typer.Argument(help=f"One of: {NAMES}.")],
        file: Annotated[str | None, typer.Option("--file", help="An existing todo.txt or .ics file.")] = None,
        data: Annotated[str | None, typer.Option("--data", help="The folder of Taskwarrior's tasks.")] = None,
        no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address instead.")] = False,
        write: Annotated[bool, typer.Option("--write", help="Let oO tick and move tasks when you say so.")] = False,
        token_stdin: Annotated[
            bool, typer.Option("--token-stdin", help="Last resort: read a personal token from standard input.")
        ] = False,
        url: Annotated[str | None, typer.Option("--url", help="A calendar's address; - asks for it unseen.")] = None,
        caldav: Annotated[str | None, typer.Option("--caldav", help="A CalDAV address; - asks for it.")] = None,
        user: Annotated[str | None, typer.Option("--user", help="Who to log in as; asks for the password.")] = None,
        bearer: Annotated[bool, typer.Option("--bearer", help="Log in by a token; asks for it.")] = False,
        email: Annotated[list[str] | None, typer.Option("--email", help="You, as calendars invite you.")] = None,
    ) -> int:
        """Allow a source, log in, and read it for the first time, with the history of what you did."""
        from oo_cli.commands import connecting

        at = desk(context)
        _takes(source, {name for name, value in context.params.items() if value} - {"source"})
        if source == "todotxt":
            connecting.todotxt(at, file)
        elif source == "taskwarrior":
            connecting.taskwarrior(at, data, write)
        elif source == "todoist":
            connecting.todoist(at, no_browser, write, token_stdin)
        else:
            from oo_cli.commands.connect_calendar import Typed
            from oo_cli.commands.connect_calendar import connect as connect_calendar

            connect_calendar(at, Typed(file, url, caldav, user, bearer, email or ()))
        from oo_cli.commands.answer import run_refresh

        return run_refresh(at)

    @app.command()
    def disconnect(
        context: typer.Context,
        source: Annotated[str, typer.Argument(help=f"One of: {NAMES}.")],
        only: Annotated[str, typer.Option("--only", help="One of several calendars: its file's name, or host.")] = "",
    ) -> int:
        """Forget a source's login and all that came from it."""
        return _leave_one(desk(context), source, only) if only else _leave(desk(context), source)

    @app.command()
    def sources(context: typer.Context) -> int:
        """What is connected, and how it fares."""
        return plain.sources(desk(context))


def _takes(source: str, given: set[str]) -> None:
    """Raise `BadUsageError` for a source that there is none of, or an option that is another one's."""
    if source not in TAKES:
        raise BadUsageError("There is no such source.", f"Known ones: {NAMES}.")
    for name in sorted(given - TAKES[source]):
        option = name.replace("_", "-")
        raise BadUsageError(f"{source} takes no --{option}.", "See: oo connect --help")


def _leave_one(at: Desk, source: str, name: str) -> int:
    from oo_cli.commands.answer import run_refresh
    from oo_cli.commands.connect_calendar import leave_one

    if source != "calendar":
        raise BadUsageError("Only calendars are several.", f"Run: oo disconnect {source}" if source in TAKES else "")
    if not leave_one(at, name):
        return _leave(at, source)
    at.say("It is forgotten; the others are read anew.")
    return run_refresh(at)


def _leave(at: Desk, source: str) -> int:
    from oo_cli.usecases.connect import disconnect, source_file

    _takes(source, set())
    remote = source_file(at.house, source) is None
    left = disconnect(at.house, source)
    text = f"{source} is disconnected. Erased: {', '.join(left.erased) or 'nothing'}."
    at.emit({"disconnected": source, "erased": left.erased, "told": left.told}, text)
    if not left.told:
        at.say("Todoist was not told. Remove oO, or the token, there: Settings, Integrations.")
    elif source == "calendar" and remote:
        at.say("An app password or secret address made for oO can be ended now where you made it.")
    elif source == "todoist":
        at.say("Todoist has ended the login. To check: Settings, Integrations, there.")
    return 0
