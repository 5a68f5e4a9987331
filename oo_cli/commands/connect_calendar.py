"""`oo connect calendar`: a file, an address or a CalDAV server, with its password asked for out of sight."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from oo_cli.commands.desk import Desk
from oo_data.errors import BadUsageError

if TYPE_CHECKING:
    from oo_cli.adapters.sources.calendar.place import Kind, Place

ASK = "-"  # in place of an address: ask for it, since a secret one is a key


class Typed(NamedTuple):
    """What was typed of a calendar."""

    file: str | None
    url: str | None
    caldav: str | None
    user: str | None
    bearer: bool
    email: Sequence[str]


def connect(at: Desk, typed: Typed) -> None:
    """Connect one calendar beside those that are connected."""
    from oo_cli import wiring_vault
    from oo_cli.adapters.sources.calendar import place
    from oo_cli.usecases.connect import connect_remote
    from oo_cli.wiring_calendar import Calendars

    new = _place(typed)
    local = new.kind == "file"
    if at.options.offline and not local:
        raise BadUsageError("An address cannot be connected offline.", "Run it again without --offline.")
    calendars = Calendars(at.house)
    watched = place.watched(calendars.with_new(new))
    chosen = local or wiring_vault.may_hold_remote(at.house)
    connect_remote(at.house, "calendar", chosen, lambda: calendars.take(new), watch_path=watched)
    known = len(calendars.places())
    count = "" if known == 1 else f", {known} in all"
    at.say(f"Connected the calendar{count}. oO keeps when you are busy, not what with.")


def leave_one(at: Desk, name: str) -> bool:
    """Forget one of several calendars; False where it is the only one, and nothing is done."""
    from oo_cli.usecases.connect import connected
    from oo_cli.wiring_calendar import Calendars

    connected(at.house, "calendar")
    calendars = Calendars(at.house)
    left = calendars.without(name)
    if left:
        calendars.keep(left)
    return bool(left)


def _place(typed: Typed) -> Place:
    from oo_cli.adapters.sources.calendar.place import Place, file_path, remote_url
    from oo_data.secret import Secret

    me = tuple(address.strip().lower() for address in typed.email)
    if sum(each is not None for each in (typed.file, typed.url, typed.caldav)) != 1:
        raise BadUsageError("Which calendar?", "Give one of --file, --url or --caldav; see docs/calendar.md.")
    if typed.user is not None and typed.bearer:
        raise BadUsageError("A user has a password, not a bearer token.", "Give --user or --bearer.")
    if typed.file is not None and (typed.user is not None or typed.bearer):
        raise BadUsageError("A file needs no login.", "Leave --user and --bearer out.")
    if typed.file is not None:
        return Place("file", file_path(typed.file), me=me)
    kind: Kind = "caldav" if typed.url is None else "url"
    address = typed.caldav if typed.url is None else typed.url
    url = remote_url(_asked("Address") if address == ASK else address or "")
    if typed.user is None and not typed.bearer:
        return Place(kind, url, me=me)
    login = Secret(_asked("Token" if typed.bearer else "Password (an app password, where there are such)"))
    return Place(kind, url, typed.user or "", login, me=me)


def _asked(what: str) -> str:
    """What the person types unseen, or the next line of standard input where nobody sits there."""
    if sys.stdin.isatty():
        from getpass import getpass

        said = getpass(f"{what}: ", stream=sys.stderr)
    else:
        said = sys.stdin.readline()
    if not said.strip():
        raise BadUsageError(f"{what.partition(' ')[0]} is missing.", "Type it when asked, or pipe it in, a line each.")
    return said.strip()
