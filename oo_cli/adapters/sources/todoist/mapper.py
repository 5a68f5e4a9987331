"""From Todoist's words to oO's: pure, and content with any JSON value, as fields come and go unannounced."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeGuard
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
UNLIMITED_DAYS = 3650

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HANDLE = re.compile(r"[!-~]{1,64}")
# A capital first: "localtime" and "posix/…" are this machine's files, not IANA names.
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


class When(NamedTuple):
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
        return self._local(zone).date().isoformat()

    def clock(self, zone: ZoneInfo | None) -> str:
        """The time of day it is for someone in `zone`, to the second."""
        return self._local(zone).time().isoformat("seconds")

    def _local(self, zone: ZoneInfo | None) -> datetime:
        if zone is not None and self.moment.tzinfo is not None:
            with suppress(OverflowError):  # the first or last day of the calendar
                return self.moment.astimezone(zone)
        return self.moment

    def epoch_ms(self) -> int:
        """UTC milliseconds, reading a time without a zone as UTC."""
        return (self.moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


class Account(NamedTuple):
    """What is needed beside a task to understand it. `log_days` is how far back the plan's activity log goes."""

    me: str | None
    zone: ZoneInfo | None
    project_names: dict[str, str]
    closed_projects: frozenset[str]
    log_days: int | None

    def is_foreign(self, user: object) -> bool:
        """Whether a user id names someone else; where there is none, it is the person's own."""
        return isinstance(user, str) and user not in ("", self.me)

    def project(self, project_id: object) -> str | None:
        """The name of a project, where it is known."""
        return self.project_names.get(handle_of(project_id) or "")


def to_reading(payload: object) -> Reading:
    """The open tasks that are the person's own to tick.

    Left out in silence: deleted, done, uncompletable, in an archived project, or assigned to someone else.
    What cannot be understood is left out and counted in `problems`.
    """
    top = object_of(payload)
    account = account_of(top)
    tasks: dict[str, TaskSignal] = {}
    malformed = 0
    for value in list_of(top.get("items")):
        item = object_of(value)
        handle, content = handle_of(item.get("id")), _text(item.get("content"), MAX_TITLE)
        if _is_out(item, account):
            continue
        if handle is None or content is None:
            malformed += 1
        elif not content.startswith(UNCOMPLETABLE) and handle not in tasks:
            tasks[handle] = _task(handle, content, item, account)
    problems = (f"{malformed} of Todoist's tasks could not be read",) if malformed else ()
    return Reading(tasks=tuple(tasks.values()), tz=account.zone.key if account.zone else None, problems=problems)


def account_of(payload: object) -> Account:
    """Who the person is, where they live, and what their projects are called."""
    top = object_of(payload)
    user = object_of(top.get("user"))
    names: dict[str, str] = {}
    closed: set[str] = set()
    for value in list_of(top.get("projects")):
        project = object_of(value)
        handle, name = handle_of(project.get("id")), _text(project.get("name"), MAX_NAME)
        if handle is None:
            continue
        if flag_of(project.get("is_archived")) or flag_of(project.get("is_deleted")):
            closed.add(handle)
        if name is not None:
            names[handle] = name
    zone = _zone(object_of(user.get("tz_info")).get("timezone"))
    plan = object_of(object_of(top.get("user_plan_limits")).get("current"))
    days = plan.get("activity_log_limit")
    limit = days if is_int(days) and 0 <= days < UNLIMITED_DAYS else None  # -1 where there is none
    return Account(handle_of(user.get("id")), zone, names, frozenset(closed), limit)


def _is_out(item: dict[str, object], account: Account) -> bool:
    return (
        flag_of(item.get("is_deleted"))
        or flag_of(item.get("checked"))
        or handle_of(item.get("project_id")) in account.closed_projects
        or account.is_foreign(item.get("responsible_uid"))
    )


def _task(handle: str, content: str, item: dict[str, object], account: Account) -> TaskSignal:
    return TaskSignal(
        source=SOURCE,
        handle=handle,
        title=Untrusted(content),
        due=due_of(item, account.zone),
        priority=priority_of(item.get("priority")) or 1,
        project=account.project(item.get("project_id")),
        labels=labels_of(item),
        added_at=added_of(item),
        recurring=repeats(item),
        minutes=_minutes(object_of(item.get("duration"))),
    )


def labels_of(item: dict[str, object]) -> tuple[str, ...]:
    """The names of its labels, each once."""
    labels = (_text(label, MAX_NAME) for label in list_of(item.get("labels"))[:MAX_LABELS])
    return tuple(dict.fromkeys(label for label in labels if label is not None))


def added_of(item: dict[str, object]) -> int | None:
    """When it was added (UTC ms)."""
    added = when_of(item.get("added_at"))
    return None if added is None else added.epoch_ms()


def due_of(item: dict[str, object], zone: ZoneInfo | None) -> str | None:
    """The due date, or the deadline where that is the only one or falls on an earlier day."""
    due = when_of(object_of(item.get("due")).get("date"))
    deadline = when_of(object_of(item.get("deadline")).get("date"))
    if deadline is not None and (due is None or deadline.day(None) < due.day(zone)):
        return deadline.day(None)
    return None if due is None else due.iso()


def repeats(item: dict[str, object]) -> bool:
    """Whether a task repeats; only a clear yes counts."""
    return flag_of(object_of(item.get("due")).get("is_recurring"))


def priority_of(value: object) -> int | None:
    """4 is the most urgent, as Todoist counts."""
    return value if is_int(value) and 1 <= value <= 4 else None


def _minutes(duration: dict[str, object]) -> int | None:
    amount, unit = duration.get("amount"), duration.get("unit")
    if not is_int(amount) or unit not in ("minute", "day"):
        return None
    minutes = amount * (DAY_MINUTES if unit == "day" else 1)
    return minutes if 0 < minutes <= MAX_MINUTES else None


def when_of(value: object) -> When | None:
    """A time in any of Todoist's forms, or None."""
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
    return When(moment, time is None)


def _zone(value: object) -> ZoneInfo | None:
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        return None
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of zones
        return None


def object_of(value: object) -> dict[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def handle_of(value: object) -> str | None:
    """An id: opaque, printable, short."""
    return value if isinstance(value, str) and _HANDLE.fullmatch(value) else None


def _text(value: object, limit: int) -> str | None:
    """Text that can be encoded: JSON may hold half of a surrogate pair."""
    if not isinstance(value, str) or not value[:limit].strip():
        return None
    return value[:limit].encode("utf-8", "replace").decode()


def flag_of(value: object) -> bool:
    """Only a clear yes is one; the older interface wrote 0 and 1."""
    return value is True or value == 1


def is_int(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; JSON's true is none."""
    return isinstance(value, int) and not isinstance(value, bool)
