"""From Todoist's words to oO's: pure, and content with any JSON value, as fields come and go unannounced."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from zoneinfo import ZoneInfo

from oo_data.contracts.signal import Reading, TaskSignal
from oo_data.text import Untrusted

SOURCE = "todoist"
MAX_TITLE = 1000  # Todoist's own limit is 500
MAX_NAME = 200
MAX_LABELS = 100
DAY_MINUTES = 480  # a task of "one day" takes a working day
MAX_MINUTES = 30 * DAY_MINUTES
UNCOMPLETABLE = "* "

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HANDLE = re.compile(r"[!-~]{1,64}")
# A capital first: "localtime" and "posix/…" are this machine's files, not IANA names.
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class _When:
    """A time in one of Todoist's forms: a whole day, a floating local time (naive), an instant (in UTC)."""

    moment: datetime
    whole_day: bool

    def iso(self) -> str:
        """The form that `TaskSignal.due` has."""
        if self.whole_day:
            return self.day(None)
        local = self.moment.replace(tzinfo=None, microsecond=0).isoformat()
        return local if self.moment.tzinfo is None else f"{local}Z"

    def day(self, zone: ZoneInfo | None) -> str:
        """The day it falls on for someone in `zone`."""
        local = self.moment
        if zone is not None and local.tzinfo is not None:
            with suppress(OverflowError):  # the first or last day of the calendar
                local = local.astimezone(zone)
        return local.date().isoformat()

    def epoch_ms(self) -> int:
        """UTC milliseconds, reading a time without a zone as UTC."""
        return (self.moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Account:
    """What is needed beside an item to understand it."""

    me: str | None
    zone: ZoneInfo | None
    project_names: dict[str, str]
    closed_projects: frozenset[str]


def to_reading(payload: object) -> Reading:
    """The open tasks that are the person's own to tick.

    Left out in silence: deleted, done, uncompletable, in an archived project, or assigned to someone else.
    What cannot be understood is left out and counted in `problems`.
    """
    top = _object(payload)
    account = _account(top)
    tasks: dict[str, TaskSignal] = {}
    malformed = 0
    for value in _list(top.get("items")):
        item = _object(value)
        handle, content = _handle(item.get("id")), _text(item.get("content"), MAX_TITLE)
        if _is_out(item, account):
            continue
        if handle is None or content is None:
            malformed += 1
        elif not content.startswith(UNCOMPLETABLE) and handle not in tasks:
            tasks[handle] = _task(handle, content, item, account)
    problems = (f"{malformed} of Todoist's tasks could not be read",) if malformed else ()
    return Reading(tasks=tuple(tasks.values()), tz=account.zone.key if account.zone else None, problems=problems)


def _account(top: dict[str, object]) -> _Account:
    user = _object(top.get("user"))
    names: dict[str, str] = {}
    closed: set[str] = set()
    for value in _list(top.get("projects")):
        project = _object(value)
        handle, name = _handle(project.get("id")), _text(project.get("name"), MAX_NAME)
        if handle is None:
            continue
        if _flag(project.get("is_archived")) or _flag(project.get("is_deleted")):
            closed.add(handle)
        if name is not None:
            names[handle] = name
    zone = _zone(_object(user.get("tz_info")).get("timezone"))
    return _Account(_handle(user.get("id")), zone, names, frozenset(closed))


def _is_out(item: dict[str, object], account: _Account) -> bool:
    owner = item.get("responsible_uid")
    return (
        _flag(item.get("is_deleted"))
        or _flag(item.get("checked"))
        or _handle(item.get("project_id")) in account.closed_projects
        or (isinstance(owner, str) and owner not in ("", account.me))
    )


def _task(handle: str, content: str, item: dict[str, object], account: _Account) -> TaskSignal:
    priority = item.get("priority")
    labels = (_text(label, MAX_NAME) for label in _list(item.get("labels"))[:MAX_LABELS])
    added = _when(item.get("added_at"))
    return TaskSignal(
        source=SOURCE,
        handle=handle,
        title=Untrusted(content),
        due=_due(item, account.zone),
        priority=priority if _is_int(priority) and 1 <= priority <= 4 else 1,
        project=account.project_names.get(_handle(item.get("project_id")) or ""),
        labels=tuple(dict.fromkeys(label for label in labels if label is not None)),
        added_at=None if added is None else added.epoch_ms(),
        recurring=_flag(_object(item.get("due")).get("is_recurring")),
        minutes=_minutes(_object(item.get("duration"))),
    )


def _due(item: dict[str, object], zone: ZoneInfo | None) -> str | None:
    """The due date, or the deadline where that is the only one or falls on an earlier day."""
    due = _when(_object(item.get("due")).get("date"))
    deadline = _when(_object(item.get("deadline")).get("date"))
    if deadline is not None and (due is None or deadline.day(None) < due.day(zone)):
        return deadline.day(None)
    return None if due is None else due.iso()


def _minutes(duration: dict[str, object]) -> int | None:
    amount, unit = duration.get("amount"), duration.get("unit")
    if not _is_int(amount) or unit not in ("minute", "day"):
        return None
    minutes = amount * (DAY_MINUTES if unit == "day" else 1)
    return minutes if 0 < minutes <= MAX_MINUTES else None


def _when(value: object) -> _When | None:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time or '00:00'}{zone or ''}")
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        moment = moment.replace(microsecond=int(f"{fraction or 0:0<6}"[:6]))
    except (ValueError, OverflowError):
        return None
    return _When(moment, time is None)


def _zone(value: object) -> ZoneInfo | None:
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        return None
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of zones
        return None


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _handle(value: object) -> str | None:
    return value if isinstance(value, str) and _HANDLE.fullmatch(value) else None


def _text(value: object, limit: int) -> str | None:
    """Text that can be encoded: JSON may hold half of a surrogate pair."""
    if not isinstance(value, str) or not value[:limit].strip():
        return None
    return value[:limit].encode("utf-8", "replace").decode()


def _flag(value: object) -> bool:
    return value is True or value == 1  # the older interface wrote 0 and 1


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
