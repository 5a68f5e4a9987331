"""Where a calendar is, and how to get in; one line of sealed JSON for all of them."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from oo_cli.adapters.http import bearer
from oo_cli.adapters.listener import LOOPBACK
from oo_data.errors import BadUsageError
from oo_data.secret import Secret
from oo_data.text import show

Kind = Literal["file", "url", "caldav"]
MOST = 10


class Place(NamedTuple):
    """A file, an address of one, or a CalDAV collection. A `login` without a `user` is a bearer token.

    `deep`: the collection holds calendars, not events. `me` are the person's own addresses, lower case.
    """

    kind: Kind
    at: str
    user: str = ""
    login: Secret | None = None
    deep: bool = False
    me: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from the others; nothing can be read from it."""
        return sha256(f"{self.kind} {self.at}".encode()).hexdigest()[:16]

    @property
    def known_as(self) -> tuple[str, ...]:
        """The addresses that are known to be the person's, as invitations name them."""
        return (*self.me, self.user.lower()) if "@" in self.user else self.me

    def headers(self) -> dict[str, str | Secret]:
        """The header that lets oO in; none where no login is needed."""
        if self.login is None:
            return {}
        if not self.user:
            return {"Authorization": bearer(self.login)}
        pair = b64encode(f"{self.user}:{self.login.reveal()}".encode()).decode("ascii")
        return {"Authorization": Secret(f"Basic {pair}")}


def watched(places: Sequence[Place]) -> str | None:
    """The file that stands for calendars which are all on this machine: a change of it is seen at once."""
    return places[0].at if places and all(each.kind == "file" for each in places) else None


def file_path(typed: str) -> str:
    """A typed path as it is read from now on. Raises `BadUsageError` where there is no such file."""
    path = os.path.abspath(os.path.expanduser(typed))
    if not os.path.isfile(path):
        raise BadUsageError("There is no such file.", "Give the path of an existing .ics file.")
    return path


def remote_url(typed: str) -> str:
    """A typed address as it is asked for. Raises `BadUsageError` for any that is neither https nor on this machine."""
    address = typed.strip()
    if address.lower().startswith(("webcal://", "webcals://")):
        address = f"https://{address.partition('://')[2]}"
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        safe = named = False
    if not safe or not named or not address.isascii() or not address.isprintable() or " " in address:
        raise BadUsageError("That is no address that is safe to ask.", "Use https, or http on 127.0.0.1.")
    if parts.username is not None:
        raise BadUsageError(
            "A login does not belong into an address.", "Name it with --user; oO asks for the password."
        )
    return address.partition("#")[0]


def names(places: Iterable[Place]) -> list[str]:
    """What a person tells them apart by: the file's name or the host, with a number from its second on."""
    found: list[str] = []
    seen = Counter[str]()
    for each in places:
        name = show(os.path.basename(each.at) if each.kind == "file" else urlsplit(each.at).hostname or "")
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}/{seen[name]}")
    return found


def to_text(places: Iterable[Place]) -> str:
    """JSON, to be sealed at once."""
    return json.dumps([{**each._asdict(), "login": each.login and each.login.reveal()} for each in places])


def from_text(text: str) -> tuple[Place, ...]:
    """The places read back."""
    found = []
    for row in json.loads(text):
        login = Secret(row["login"]) if row["login"] else None
        found.append(Place(**{**row, "login": login, "me": tuple(row["me"])}))
    return tuple(found)
