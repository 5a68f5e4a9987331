"""What CalDAV (RFC 4791) asks and answers, as XML; pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from oo_data.errors import SourceUnavailableError

_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
ASK_WHAT = (
    f"{_HEAD}<D:propfind {_SPACES}><D:prop><D:resourcetype/><D:current-user-principal/><C:calendar-home-set/>"
    "<C:calendar-user-address-set/></D:prop></D:propfind>"
).encode()
ASK_MARKS = (
    f"{_HEAD}<D:propfind {_SPACES}><D:prop><D:resourcetype/><S:getctag/><D:sync-token/>"
    "<C:supported-calendar-component-set/><C:schedule-calendar-transp/></D:prop></D:propfind>"
).encode()
_EVENTS = (
    f"{_HEAD}<C:calendar-query {_SPACES}><D:prop><C:calendar-data/></D:prop><C:filter>"
    '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{since}" end="{until}"/>'
    "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
)
_D, _C, _S = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
# A provider that keeps every account on a host of its own, and says which.
SIBLINGS = {"caldav.icloud.com": ".icloud.com"}


class Found(NamedTuple):
    """What one address turns out to be, with the addresses that lead on; empty where it names none."""

    is_calendar: bool
    home: str
    principal: str
    me: tuple[str, ...]


class Collection(NamedTuple):
    """A calendar of events. `mark` changes with its content; empty where the server tells no such thing."""

    url: str
    mark: str


def ask_events(since: str, until: str) -> bytes:
    """The query for every event that touches a time, both ends as in 20261201T000000Z."""
    return _EVENTS.format(since=since, until=until).encode()


def what_is(body: bytes, url: str) -> Found:
    """The answer to `ASK_WHAT` about one address."""
    is_calendar, home, principal, me = False, "", "", list[str]()
    for props in (props for response in _responses(body) for props in _props(response)):
        is_calendar |= props.find(f"{_D}resourcetype/{_C}calendar") is not None
        home = home or _href(props, f"{_C}calendar-home-set/{_D}href", url)
        principal = principal or _href(props, f"{_D}current-user-principal/{_D}href", url)
        for address in props.iterfind(f"{_C}calendar-user-address-set/{_D}href"):
            named = (address.text or "").strip().lower()
            me += [named.removeprefix("mailto:")] if named.startswith("mailto:") else []
    return Found(is_calendar, home, principal, tuple(dict.fromkeys(me)))


def collections(body: bytes, url: str) -> list[Collection]:
    """The calendars in an answer to `ASK_MARKS` that hold events and count for being busy."""
    found = []
    for response in _responses(body):
        at = _href(response, f"{_D}href", url)
        for props in _props(response):
            if at and _counts(props):
                marks = (props.findtext(f"{_S}getctag") or props.findtext(f"{_D}sync-token") or "").strip()
                found.append(Collection(at, marks))
    return found


def texts(body: bytes) -> list[str]:
    """The iCalendar texts in the answer to a query."""
    found = (props.findtext(f"{_C}calendar-data") for each in _responses(body) for props in _props(each))
    return [text for text in found if text]


def _counts(props: ET.Element) -> bool:
    if props.find(f"{_D}resourcetype/{_C}calendar") is None:
        return False
    if props.find(f"{_C}schedule-calendar-transp/{_C}transparent") is not None:
        return False  # the person keeps it out of their free-busy time
    kinds = [kind.get("name", "") for kind in props.iterfind(f"{_C}supported-calendar-component-set/{_C}comp")]
    return not kinds or "VEVENT" in kinds


def _href(element: ET.Element, path: str, url: str) -> str:
    """The address that an element names, on the same host; raises where it leads away with the login."""
    named = (element.findtext(path) or "").strip()
    if not named:
        return ""
    try:
        at = urljoin(url, named)
        here, there = urlsplit(url), urlsplit(at)
        family = SIBLINGS.get(here.hostname or "")
        near = family is not None and there.port in (None, 443) and (there.hostname or "").endswith(family)
        if there.scheme == here.scheme and (there.netloc == here.netloc or near):
            return at
    except ValueError:
        pass
    raise SourceUnavailableError(
        "The calendar server points elsewhere, and oO does not follow.", "Give its own address."
    )


def _responses(body: bytes) -> list[ET.Element]:
    """The responses of a multistatus. Raises `SourceUnavailableError` for anything else."""
    try:
        # Without a document type there are no entities, so nothing in it can unfold.
        parser = ET.XMLParser(target=_NoDoctype())  # noqa: S314
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError):
        root = ET.Element("")
    if root.tag != f"{_D}multistatus":
        raise SourceUnavailableError("The calendar server's answer cannot be read.", "Check the address.")
    return root.findall(f"{_D}response")


def _props(response: ET.Element) -> list[ET.Element]:
    """What the server has of the properties asked for; those it does not know stand under another status."""
    found = []
    for each in response.findall(f"{_D}propstat"):
        props = each.find(f"{_D}prop")
        if props is not None and " 200" in f" {each.findtext(f'{_D}status') or ''}":
            found.append(props)
    return found


class _NoDoctype(ET.TreeBuilder):
    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError
