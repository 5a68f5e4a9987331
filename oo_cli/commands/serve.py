"""`oo serve`: the phone page, off until this runs."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from oo_cli.commands.background import scheduler
from oo_cli.commands.desk import Desk, desk
from oo_cli.house import House
from oo_data.errors import BadUsageError, SourceUnavailableError

if TYPE_CHECKING:
    from oo_cli.phone.serve import Plan, Ready

PACKAGES = ("segno", "starlette", "uvicorn")
END_SECONDS = 0.5  # a withdrawn consent ends it within one; what was under way is as if it had never begun
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def serve(
        context: typer.Context,
        port: Annotated[int, typer.Option("--port", help="Where to listen.", min=0, max=65535)] = 8377,
        lan: Annotated[bool, typer.Option("--lan", help="Let your home network in, by TLS.")] = False,
        address: Annotated[str, typer.Option("--address", help="The same at one address, as of WireGuard.")] = "",
        name: Annotated[list[str] | None, typer.Option("--name", help="A host name it goes by.")] = None,
        plain_http: Annotated[bool, typer.Option("--plain-http", help="No TLS: the network can read along.")] = False,
        hours: Annotated[float, typer.Option("--for", help="End after so many hours; 12 in a network.", min=0)] = 0,
    ) -> int:
        """Serve the phone page: to this machine alone, or to your network until it ends by itself."""
        _installed()
        at = desk(context)
        plan = _plan(at, lan, address, tuple(name or ()), plain_http, hours)
        return _serve(at, plan._replace(port=port))


def _installed() -> None:
    if any(find_spec(package) is None for package in PACKAGES):
        raise SourceUnavailableError("The phone page needs an extra.", "Run: pip install 'oo-assistant[phone]'")


def _plan(at: Desk, lan: bool, address: str, names: tuple[str, ...], plain: bool, hours: float) -> Plan:
    from oo_cli.phone import network
    from oo_cli.phone.serve import HOUR_MS, LAN_HOURS, Plan

    if not all(map(_HOST.fullmatch, names)):
        raise BadUsageError("That is no host name.", "Such as: --name laptop.local")
    host = network.private(address) if address else network.home_address() if lan else network.LOOPBACK
    hours = hours or (LAN_HOURS if host != network.LOOPBACK else 0)
    ends_at = at.house.clock.now_ms() + round(hours * HOUR_MS) if hours else 0
    return Plan(host, 0, names, plain, ends_at)


def _serve(at: Desk, plan: Plan) -> int:
    import asyncio

    from oo_cli.phone.serve import get_ready, serve
    from oo_cli.usecases import phone, serving
    from oo_cli.wiring import open_house

    def another_house() -> House:
        house = open_house(at.environ, at.say, doors=at.doors)
        house.may_begin = False
        return house

    first = phone.allow(at.house)
    held = serving.claim(at.house)
    clock = scheduler(at, another_house, at.say)
    try:
        ready = get_ready(at.house, plan)
        serving.tell(held, ready.serving)
        at.house.close()  # from here on the server's own thread has the house
        clock.start()
        why = asyncio.run(serve(another_house, ready, begun=lambda: _say(at, ready, first)))
    finally:
        clock.stop(END_SECONDS)
        serving.leave(held)
    at.say(why or "Stopped.")
    return 0


def _say(at: Desk, ready: Ready, first: bool) -> None:
    from oo_cli.engine.when import local

    serving = ready.serving
    at.emit(serving._asdict(), serving.url)
    if first:
        at.say("Phones that you pair may see the tip and react. To take that back: oo consent revoke phone")
    if serving.fingerprint:
        at.say(f"Its certificate is its own; SHA-256 {serving.fingerprint}")
    elif not ready.plan.is_local:
        at.say("Without TLS: whoever is in this network can read along.")
    if serving.ends_at:
        at.say(f"It ends at {local(serving.ends_at, at.house.zone):%a %H:%M}, or when the network changes.")
    at.say("To pair a phone: oo phone pair. To stop: Ctrl+C.")
