"""Fetching the text of a calendar, or learning by one small request that it has not changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from oo_cli.adapters.http import Guard, origin
from oo_cli.adapters.replies import Reply
from oo_cli.adapters.sources.calendar import dav
from oo_cli.adapters.sources.calendar.place import Place
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store.shelf import mark_of

PURPOSE, CONSENT = "calendar.read", "source.calendar"
MAX_BYTES = 16 * 1024 * 1024
XML = "application/xml; charset=utf-8"
MARGIN = timedelta(days=2)  # asked for beyond both ends: servers differ in how they take floating times and whole days
_LATER = "oO tries again at the next refresh."


class Told(NamedTuple):
    """The text of a calendar, None where it is as it was, and the mark to hand in next time."""

    text: str | None
    mark: str


def allowed(url: str) -> dict[str, frozenset[str]]:
    """What the gate must allow for one address."""
    return {PURPOSE: frozenset((origin(url),))}


class Reader:
    """Reads calendars. `guard` opens the gate for the host of one address and no other.

    Everything raises `ConnectionNeededError`, `SourceUnavailableError` or `ConsentMissingError`.
    """

    def __init__(self, guard: Callable[[str], Guard]) -> None:
        self._guard = guard

    def read(self, place: Place, mark: str, since_ms: int, until_ms: int) -> Told:
        """What a calendar holds of a time (UTC ms); `mark` is that of the reading before, or empty."""
        if place.kind == "file":
            return _file(place.at, mark)
        if place.kind == "url":
            return self._address(place, mark)
        return self._collections(place, mark, since_ms, until_ms)

    def found(self, place: Place) -> Place:
        """A CalDAV place as it is read from now on: a calendar, or the home of calendars that a server leads to."""
        at, me = place.at, [*place.me]
        for _ in range(3):  # an address, the principal it names, the principal's home
            what = dav.what_is(self._dav(place, "PROPFIND", at, dav.ASK_WHAT, "0"), at)
            me += what.me
            if what.is_calendar or what.home:
                addresses = tuple(dict.fromkeys([*me, *(self._own(place, what.principal) if not what.home else ())]))
                return place._replace(at=what.home or at, deep=not what.is_calendar, me=addresses)
            if not what.principal or what.principal == at:
                break
            at = what.principal
        raise SourceUnavailableError(
            "No calendar was found at this address.", "Give the address of the calendar itself."
        )

    def _own(self, place: Place, principal: str) -> tuple[str, ...]:
        """The person's own addresses, for telling which invitations they declined; none where the server is shy."""
        if not principal:
            return ()
        try:
            return dav.what_is(self._dav(place, "PROPFIND", principal, dav.ASK_WHAT, "0"), principal).me
        except SourceUnavailableError:
            return ()

    def _address(self, place: Place, mark: str) -> Told:
        headers = place.headers() | {"Accept": "text/calendar"}
        etag, _, changed = mark.partition("\n")
        if etag:
            headers["If-None-Match"] = etag
        elif changed:
            headers["If-Modified-Since"] = changed
        reply = self._send(place, "GET", place.at, headers, None)
        if reply.status == 304 and mark:
            return Told(None, mark)
        _check(reply, 200)
        seen = f"{reply.headers.get('etag', '')}\n{reply.headers.get('last-modified', '')}"
        return Told(reply.body.decode("utf-8", "replace"), "" if seen == "\n" else seen)

    def _collections(self, place: Place, mark: str, since_ms: int, until_ms: int) -> Told:
        depth = "1" if place.deep else "0"
        known = dav.collections(self._dav(place, "PROPFIND", place.at, dav.ASK_MARKS, depth), place.at)
        told = "\n".join(sorted(f"{each.url} {each.mark}" for each in known))
        seen = sha256(told.encode()).hexdigest() if known and all(each.mark for each in known) else ""
        if seen and seen == mark:
            return Told(None, mark)
        ends = (_utc(since_ms) - MARGIN, _utc(until_ms) + MARGIN)
        query = dav.ask_events(*(f"{end:%Y%m%dT%H%M%SZ}" for end in ends))
        texts: list[str] = []
        for each in known:
            texts += dav.texts(self._dav(place, "REPORT", each.url, query, "1"))
        # No event at all is a calendar too.
        return Told("\n".join(texts) or "BEGIN:VCALENDAR\nEND:VCALENDAR\n", seen)

    def _dav(self, place: Place, method: str, url: str, body: bytes, depth: str) -> bytes:
        headers = place.headers() | {"Content-Type": XML, "Depth": depth}
        reply = self._send(place, method, url, headers, body)
        _check(reply, 207)
        return reply.body

    def _send(
        self, place: Place, method: str, url: str, headers: Mapping[str, str | Secret], body: bytes | None
    ) -> Reply:
        with self._guard(url) as guard:
            return guard.call(
                purpose=PURPOSE,
                method=method,
                url=url,
                consent=CONSENT,
                categories=("login",) if place.login or place.kind == "url" else (),  # a secret address is one
                headers=headers,
                content=body,
                max_bytes=MAX_BYTES,
            )


def _file(path: str, mark: str) -> Told:
    seen = mark_of(path)
    if seen == mark:
        return Told(None, mark)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError:
        raise SourceUnavailableError("The calendar's file cannot be read.", "Check that it is there.") from None
    if len(body) > MAX_BYTES:
        raise SourceUnavailableError("The calendar is larger than oO will read.", "Export the coming year alone.")
    return Told(body.decode("utf-8", "replace"), seen)


def _check(reply: Reply, wanted: int) -> None:
    """Raise in the person's words for a status other than the one wanted."""
    if reply.status == wanted:
        return
    error: OoError = SourceUnavailableError(f"The calendar server answered with {reply.status}.", _LATER)
    if reply.status in (401, 403):
        error = ConnectionNeededError(
            "The calendar server did not let oO in.", "Check user and password, connect again."
        )
    elif reply.status in (404, 410):
        error = SourceUnavailableError("There is no calendar at this address any more.", "Connect its new address.")
    elif reply.status in (405, 501) or (wanted == 207 and reply.status == 200):
        error = SourceUnavailableError("This server does not speak CalDAV.", "Is it the address of a file? Use --url.")
    raise error


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
