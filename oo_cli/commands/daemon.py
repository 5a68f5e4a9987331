"""`oo daemon`: the scheduler in the foreground, without a screen."""

from __future__ import annotations

import os
import signal

import typer

from oo_cli.commands.desk import Desk, desk
from oo_cli.house import House

ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def daemon(context: typer.Context) -> int:
        """Keep the tips fresh, without a screen, until it is ended. One process does that at a time."""
        return run_daemon(desk(context))


def run_daemon(at: Desk) -> int:
    """Do what is due until a signal ends it; 0. Says nothing in a pipe but what went wrong."""
    from oo_cli.commands.answer import tell_channels
    from oo_cli.daemon.scheduler import Scheduler
    from oo_cli.usecases.agenda import spoken_alert
    from oo_cli.wiring import open_house
    from oo_data.contracts.event import Event

    def another_house() -> House:
        return open_house(at.environ, at.say, doors=at.doors)

    def told(event: Event) -> None:
        line = spoken_alert(event)
        if line:
            at.say(line)

    scheduler = Scheduler(another_house, told, at.say, lambda house: tell_channels(house, at.options.offline, at.say))
    # Through a pipe: a handler may interrupt whoever holds the lock that it wants. Written by the interpreter itself,
    # because a signal that another thread caught leaves this one reading.
    heard, say = os.pipe()
    os.set_blocking(say, False)
    signal.set_wakeup_fd(say)
    for number in (*ENDS, signal.SIGCONT):
        signal.signal(number, lambda *_: None)
    if at.shows_progress:
        at.say("Keeping the tips fresh. End with Ctrl+C.")
    scheduler.start()
    while os.read(heard, 1)[0] == signal.SIGCONT:
        scheduler.wake()
    scheduler.stop()
    return 0
