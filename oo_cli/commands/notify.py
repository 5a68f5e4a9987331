"""`oo notify`: be told when a tip is ready, where you want it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def notify(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, on, off or test.")] = "list",
        channel: Annotated[str, typer.Argument(help="desktop, or a name of yours.")] = "",
        words: Annotated[
            bool, typer.Option("--words", help="Send the tip itself, not only that there is one.")
        ] = False,
        url_stdin: Annotated[bool, typer.Option("--url-stdin", help="Read its apprise address from input.")] = False,
    ) -> int:
        """Say that a tip is ready: on the desktop, or by ntfy, e-mail, Matrix and others."""
        from oo_cli.usecases import notify as use

        at = desk(context)
        if action == "list" and not channel:
            return _list(at)
        if action not in ("on", "off", "test") or not channel:
            raise BadUsageError("Say what to do with which channel.", "Try: oo notify on desktop")
        if action == "on":
            return _switch_on(at, channel, words, url_stdin)
        if action == "off":
            was_on = use.switch_off(at.house, channel) if at.house.exists else False
            at.emit({"channel": channel, "on": False}, "It is off." if was_on else "It was off already.")
            return 0
        if at.options.offline and channel != use.DESKTOP:
            raise BadUsageError("A test is a message that leaves this machine.", "Run it again without --offline.")
        failed = use.test(at.house, channel).failed
        for _, error in failed:
            raise error
        at.emit({"channel": channel, "sent": True}, "Sent.")
        return 0


def _list(at: Desk) -> int:
    from oo_cli.engine.when import local
    from oo_cli.usecases import notify as use

    found = use.channels(at.house)
    lines = []
    for channel in found:
        where = ", ".join(channel.hosts or ()) or "this desktop"
        when = f"{channel.last} {local(channel.last_at, at.house.zone):%a %d %b %H:%M}"
        lines.append(f"{channel.name}  {where}  {'the tip itself' if channel.words else 'no words'}  {when}")
    facts = [channel._asdict() | {"url": None} for channel in found]
    at.emit(facts, "\n".join(lines) or "Nobody is told. To be told here: oo notify on desktop")
    return 0


def _switch_on(at: Desk, name: str, words: bool, url_stdin: bool) -> int:
    from oo_cli.usecases import notify as use

    if at.options.offline and name != use.DESKTOP:
        raise BadUsageError("A channel is switched on by a first message.", "Run it again without --offline.")
    url = "" if name == use.DESKTOP else _address(at, url_stdin)
    channel = use.switch_on(at.house, name, words, url)
    to = f" It went to {', '.join(channel.hosts)}, and later ones go nowhere else." if channel.hosts else ""
    at.emit({"channel": name, "on": True, "hosts": channel.hosts}, f"It is on; a first message was sent.{to}")
    return 0


def _address(at: Desk, url_stdin: bool) -> str:
    if not url_stdin and sys.stdin.isatty():
        from getpass import getpass

        at.say(
            "An address as apprise writes it, such as ntfys://ntfy.sh/your-topic. It holds secrets: it is not shown."
        )
        return getpass("Address: ").strip()
    return sys.stdin.readline().strip() if url_stdin else ""
