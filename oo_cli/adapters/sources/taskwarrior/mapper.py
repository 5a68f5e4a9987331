"""From Taskwarrior's words to oO's: pure, and content with any JSON value."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime, time, tzinfo
from typing import NamedTuple

from oo_data.contracts.signal import DoneSignal, TaskSignal
from oo_data.text import Untrusted

SOURCE = "taskwarrior"
OPEN = ("pending", "waiting")
MAX_TITLE = 1000
MAX_NAME = 200
MAX_TAGS = 100
NEXT = "next"  # the tag that Taskwarrior itself ranks above all else

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_WHOLE_DAY = (time(0), time(23, 59, 59))
_PRIORITIES = {"H": 4, "M": 3, "L": 2}
_EVERY = re.compile(r"(\d{0,4})([a-z]+)")
_ISO_EVERY = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?")
_ISO_DAYS = (365.25, 30.4, 7.0, 1.0)
_DAYS = {
    1.0: "d day days daily",
    1.4: "weekdays",
    7.0: "w wk wks week weeks weekly sennight",
    14.0: "biweekly fortnight",
    30.4: "mo mth mths month months monthly",
    60.9: "bimonthly",
    91.3: "q qtr qtrs qrtr qrtrs quarter quarters quarterly",
    182.6: "semiannual",
    365.25: "y yr yrs year years yearly annual",
    730.5: "biannual biyearly",
}
_PERIODS = {word: days for days, words in _DAYS.items() for word in words.split()}

Item = dict[str, object]


class Export(NamedTuple):
    """What an export holds: open tasks, completions, and how many lines could not be read."""

    tasks: tuple[TaskSignal, ...]
    done: tuple[DoneSignal, ...]
    unread: int


def export_of(lines: Iterable[str], zone: tzinfo) -> Export:
    """The tasks of an export, one JSON object a line. Deleted ones and the templates of repeating ones are left out."""
    waiting: dict[str, Item] = {}
    done: list[DoneSignal] = []
    unread = 0
    for line in lines:
        item = item_of(line)
        if item is None:
            unread += 1
        elif item.get("status") in OPEN and _text(item.get("description"), MAX_TITLE):
            waiting[str(item["uuid"])] = item
        elif item.get("status") == "completed":
            signal = _done(item, zone)
            unread += signal is None
            done += [signal] if signal else []
    needed = {uuid for item in waiting.values() for uuid in _depends(item)}
    tasks = tuple(_task(uuid, item, zone, waiting.keys(), needed) for uuid, item in waiting.items())
    return Export(tasks, tuple(done), unread)


def item_of(line: str) -> Item | None:
    """One exported task; {} for a line that holds none, None for one that cannot be read."""
    text = line.strip().rstrip(",")
    if text in ("", "[", "]"):
        return {}
    try:
        value = json.loads(text, strict=False)  # a description may hold control characters as they are
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and is_handle(value.get("uuid")) else None


def is_handle(value: object) -> bool:
    """Whether it is a whole uuid, and so nothing else that the program would take as an argument."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _task(uuid: str, item: Item, zone: tzinfo, waiting: Collection[str], needed: Collection[str]) -> TaskSignal:
    notes = item.get("annotations")
    starts = [when for when in (_when(item, "wait"), _when(item, "scheduled")) if when is not None]
    tags = _tags(item)
    return TaskSignal(
        source=SOURCE,
        handle=uuid,
        title=Untrusted(_text(item.get("description"), MAX_TITLE) or ""),
        due=_due(item, zone),
        start=_day(max(starts), zone) if starts else None,
        priority=_PRIORITIES.get(str(item.get("priority")), 1),
        project=_text(item.get("project"), MAX_NAME),
        labels=tags,
        added_at=_ms(_when(item, "entry")),
        recurring=_rule(item) is not None,
        started="start" in item,
        starred=NEXT in tags,
        blocked=any(uuid in waiting for uuid in _depends(item)),
        blocking=uuid in needed,
        notes=len(notes) if isinstance(notes, list) else 0,
        every_days=period(_rule(item)),
        routine=_parent(item),
    )


def _done(item: Item, zone: tzinfo) -> DoneSignal | None:
    at = _ms(_when(item, "end"))
    if at is None:
        return None
    return DoneSignal(
        source=SOURCE,
        handle=str(item["uuid"]),
        at=at,
        timed=True,
        due=_due(item, zone),
        project=_text(item.get("project"), MAX_NAME),
        priority=_PRIORITIES.get(str(item.get("priority")), 1),
        recurring=_rule(item) is not None,
        added_at=_ms(_when(item, "entry")),
        labels=_tags(item),
        every_days=period(_rule(item)),
        routine=_parent(item),
    )


def period(rule: str | None) -> float | None:
    """The days between two occurrences, about; None for less than a day, and for what is no period."""
    found = _EVERY.fullmatch(rule or "")
    if found:
        days = _PERIODS.get(found[2])
        return int(found[1] or 1) * days or None if days else None
    parts = _ISO_EVERY.fullmatch(rule or "")
    if parts is None:
        return None
    return sum(int(count or 0) * days for count, days in zip(parts.groups(), _ISO_DAYS, strict=True)) or None


def _rule(item: Item) -> str | None:
    """How an occurrence repeats; a rule without a template to come back from is none."""
    rule = item.get("recur")
    return rule if isinstance(rule, str) and _parent(item) else None


def _parent(item: Item) -> str | None:
    parent = item.get("parent")
    return parent if isinstance(parent, str) and is_handle(parent) else None


def _depends(item: Item) -> list[str]:
    """A list since version 2.6, one text before."""
    found = item.get("depends")
    if isinstance(found, str):
        return found.split(",")
    return [uuid for uuid in found if isinstance(uuid, str)] if isinstance(found, list) else []


def _tags(item: Item) -> tuple[str, ...]:
    found = item.get("tags")
    names = (_text(tag, MAX_NAME) for tag in found[:MAX_TAGS]) if isinstance(found, list) else ()
    return tuple(dict.fromkeys(name for name in names if name))


def _due(item: Item, zone: tzinfo) -> str | None:
    """The due date. Taskwarrior knows instants only: the first and the last second of a local day stand for the day."""
    when = _when(item, "due")
    if when is None:
        return None
    clock = _local(when, zone).time()
    return _day(when, zone) if clock in _WHOLE_DAY else f"{when:%Y-%m-%dT%H:%M:%S}Z"


def _when(item: Item, name: str) -> datetime | None:
    value = item.get(name)
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else None
    except ValueError:
        return None


def _local(when: datetime, zone: tzinfo) -> datetime:
    try:
        return when.astimezone(zone)
    except OverflowError:  # the first or last day of the calendar
        return when


def _day(when: datetime, zone: tzinfo) -> str:
    return _local(when, zone).date().isoformat()


def _ms(when: datetime | None) -> int | None:
    return None if when is None else int(when.timestamp()) * 1000


def _text(value: object, limit: int) -> str | None:
    """Text that can be encoded: JSON may hold half of a surrogate pair."""
    if not isinstance(value, str) or not value[:limit].strip():
        return None
    return value[:limit].encode("utf-8", "replace").decode()
