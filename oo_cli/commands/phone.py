"""`oo phone`: pair a phone, make a token for scripts, list and revoke."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from oo_cli import render
from oo_cli.commands.desk import Desk, desk
from oo_data.errors import BadUsageError

ACTIONS = ("list", "pair", "token", "revoke")


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command()
    def phone(
        context: typer.Context,
        action: Annotated[str, typer.Argument(help="list, pair, token or revoke.")] = "list",
        name: Annotated[str, typer.Argument(help="The device; pair finds a name by itself.")] = "",
    ) -> int:
        """List the paired phones, pair one by a QR code, make a token for a script, or revoke one."""
        from oo_cli.usecases import phone as use

        at = desk(context)
        if action not in ACTIONS or (action == "list" and name) or (action in ("token", "revoke") and not name):
            raise BadUsageError("Say what to do with which device.", "Try: oo phone pair, or: oo phone revoke phone")
        if action == "list":
            return _list(at)
        if action == "pair":
            return _pair(at, name)
        if action == "token":
            use.allow(at.house)
            token = use.make_token(at.house, name)
            at.say("This is shown once. Send it as: Authorization: Bearer …")
            at.emit({"name": name, "token": token.reveal()}, token.reveal())
            return 0
        use.revoke(at.house, name)
        at.emit({"name": name, "revoked": True}, f"Revoked: {name}.")
        return 0


def _list(at: Desk) -> int:
    from oo_cli.engine.when import local
    from oo_cli.usecases import phone as use

    found = use.listing(at.house)
    zone = at.house.zone
    told = [
        f"{d.name}  paired {local(d.paired_at, zone):%d %b %H:%M}, here last {local(d.seen_at, zone):%d %b %H:%M}"
        for d in found
    ]
    facts = [{"name": d.name, "paired_at": d.paired_at, "seen_at": d.seen_at} for d in found]
    at.emit(facts, "\n".join(told) or "No phone is paired. To pair one: oo serve, then: oo phone pair")
    return 0


def _pair(at: Desk, name: str) -> int:
    from oo_cli.usecases import phone as use
    from oo_cli.usecases import serving

    running = serving.running(at.house)
    use.allow(at.house)
    codes = use.pair(at.house, name)
    digits, link = codes.digits.reveal(), f"{running.url}/p#{codes.link.reveal()}"
    if running.fingerprint:
        link += "." + running.fingerprint.replace(":", "").lower()
    if at.options.json:
        facts = {"url": link, "code": digits, "fingerprint": running.fingerprint or None}
        at.emit(facts | {"name": codes.name, "expires_at": codes.expires_at}, "")
        return 0
    if sys.stdout.isatty():
        from oo_cli.phone import qr

        render.out("\n".join(qr.lines(link, coloured=at.dim)))
    at.emit(None, link)
    at.say(f"Or open {running.url} and type {digits[:4]} {digits[4:]}. Either works once, within two minutes.")
    if running.fingerprint:
        at.say(
            f"The phone warns of an unknown certificate; it is the right one if its SHA-256 is {running.fingerprint}"
        )
    return 0
