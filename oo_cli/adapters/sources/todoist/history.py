"""What was done and when: which spans of time to read, and how two lists and the reopenings become one history.

Tasks that were done for good are in a list of their own; occurrences of repeating tasks are in the activity log alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.adapters.sources.todoist.mapper import (
    SOURCE,
    Account,
    When,
    added_of,
    due_of,
    flag_of,
    handle_of,
    labels_of,
    object_of,
    priority_of,
    repeats,
    when_of,
)
from oo_data.contracts.signal import DoneSignal

DAY_MS = 86_400_000
HORIZON_MS = 550 * DAY_MS
WINDOW_MS = 90 * DAY_MS  # Todoist allows three months
# Read once more, because an app that was offline reports late and clocks differ; also how long after it was done a
# reopened occurrence of a repeating task is taken back.
OVERLAP_MS = DAY_MS
SAME_MS = 2000  # both lists tell of one completion, a moment apart

_PROGRESS = re.compile(r"([0-9]{1,15}) ([0-9]{1,15})")


class Progress(NamedTuple):
    """The span (UTC ms) whose history is known."""

    oldest_ms: int
    newest_ms: int

    def text(self) -> str:
        """The form that is kept."""
        return f"{self.oldest_ms} {self.newest_ms}"

    @classmethod
    def of(cls, text: str | None) -> Progress | None:
        """What was kept, or None where nothing is known."""
        match = _PROGRESS.fullmatch(text or "")
        known = cls(int(match[1]), int(match[2])) if match else None
        return known if known and known.oldest_ms <= known.newest_ms else None


class Window(NamedTuple):
    """A span to read (UTC ms, its end excluded), and what is known once it has been."""

    since: int
    until: int
    after: Progress


class Happened(NamedTuple):
    """A task was done, or reopened; by the person or, in a shared project, by somebody else."""

    signal: DoneSignal
    done: bool
    mine: bool


def windows(progress: Progress | None, now_ms: int, horizon_ms: int = HORIZON_MS) -> list[Window]:
    """What is left to read: first what is new, then what is older than known, newest first.

    Known time stays one span without holes, so being killed between any two windows loses nothing.
    """
    floor = now_ms - horizon_ms
    plan: list[Window] = []
    oldest = now_ms
    if progress is not None and floor < progress.newest_ms <= now_ms + OVERLAP_MS:  # else the clock was wrong
        since = max(min(progress.newest_ms, now_ms) - OVERLAP_MS, floor)
        oldest = progress.oldest_ms
        while since < now_ms:
            until = min(since + WINDOW_MS, now_ms)
            plan.append(Window(since, until, Progress(oldest, until)))
            since = until
    while oldest > floor:
        until, oldest = oldest, max(oldest - WINDOW_MS, floor)
        plan.append(Window(oldest, until, Progress(oldest, now_ms)))
    return plan


def limits(progress: Progress | None, now_ms: int, log_days: int | None) -> tuple[str, ...]:
    """What the plan's short activity log keeps from being known, in fixed words."""
    if log_days is None:
        return ()
    keeps = f"Todoist's plan keeps {log_days} days of activity"
    if progress is None:
        return (f"{keeps}: repeating tasks done before that are not known",)
    if progress.newest_ms < now_ms - log_days * DAY_MS:
        return (f"{keeps} and the last look is older: repeating tasks done in between are not known",)
    return ()


def events_of(rows: Iterable[object], account: Account) -> Iterator[Happened | None]:
    """Rows of the activity log; None for one that cannot be read. All of `extra_data` may be missing."""
    for row in map(object_of, rows):
        if row.get("object_type") != "item" or row.get("event_type") not in ("completed", "uncompleted"):
            continue
        handle, when = handle_of(row.get("object_id")), when_of(row.get("event_date"))
        if handle is None or when is None:
            yield None
            continue
        extra = object_of(row.get("extra_data"))
        recurring = flag_of(extra.get("is_recurring"))
        signal = DoneSignal(
            source=SOURCE,
            handle=handle,
            at=when.epoch_ms(),
            timed=True,
            due=_due_when_done(extra, recurring, account.zone),
            project=account.project(row.get("parent_project_id")),
            priority=priority_of(extra.get("priority")) or 1,
            recurring=recurring,
        )
        yield Happened(signal, row.get("event_type") == "completed", not account.is_foreign(row.get("initiator_id")))


def items_of(rows: Iterable[object], account: Account) -> Iterator[Happened | None]:
    """Rows of the list of completed tasks; None for one that cannot be read."""
    for item in map(object_of, rows):
        handle, when = handle_of(item.get("id")), when_of(item.get("completed_at"))
        if handle is None or when is None:
            yield None
            continue
        signal = DoneSignal(
            source=SOURCE,
            handle=handle,
            at=when.epoch_ms(),
            timed=True,
            due=due_of(item, account.zone),
            project=account.project(item.get("project_id")),
            priority=priority_of(item.get("priority")) or 1,
            recurring=repeats(item),
            added_at=added_of(item),
            labels=labels_of(item),
        )
        yield Happened(signal, True, not account.is_foreign(item.get("completed_by_uid")))


def reopenings(events: Iterable[Happened]) -> dict[str, int]:
    """When each task that does not repeat was last reopened."""
    last: dict[str, int] = {}
    for signal, done, _ in events:
        if not done and not signal.recurring:
            last[signal.handle] = max(signal.at, last.get(signal.handle, signal.at))
    return last


class Outcome(NamedTuple):
    """What a window adds to the history, and what it takes back; both as `Reading` has them."""

    done: tuple[DoneSignal, ...]
    retracted: tuple[DoneSignal, ...]


def settle(
    window: Window, events: Iterable[Happened], items: Iterable[Happened], reopened: Mapping[str, int]
) -> Outcome:
    """One history out of both lists, without what was `reopened`, there or in a later window."""
    told: dict[str, list[Happened]] = defaultdict(list)
    undone: dict[str, list[int]] = defaultdict(list)  # places in `told` that a reopening would take back, last first
    retracted: list[DoneSignal] = []
    void = dict(reopened)
    for event in sorted(_once(events), key=lambda event: (event.signal.at, not event.done)):
        handle = event.signal.handle
        if event.done:
            undone[handle].append(len(told[handle]))
            told[handle].append(event)
            continue
        last = undone[handle].pop() if undone[handle] else None
        if last is not None:
            told[handle][last] = told[handle][last]._replace(done=False)
        if last is not None and told[handle][last].signal.recurring:
            retracted.append(told[handle][last].signal)
        elif not event.signal.recurring:
            retracted.append(event.signal)
            void[handle] = max(event.signal.at, void.get(handle, 0))
    for item in items:
        _merge(item, told[item.signal.handle])
    kept = (
        signal
        for happened in told.values()
        for signal, done, mine in happened
        if done and mine and window.since <= signal.at < window.until
        if signal.recurring or signal.at > void.get(signal.handle, 0)
    )
    return Outcome(tuple(sorted(kept, key=lambda signal: signal.at)), tuple(retracted))


def _once(rows: Iterable[Happened]) -> Iterable[Happened]:
    """Rows repeat while lists change under their reader. An event's own id is no key: it has more than 64 bits."""
    return {(row.signal.handle, row.signal.at, row.done): row for row in rows}.values()


def _merge(item: Happened, told: list[Happened]) -> None:
    """Add a task of the completed list, unless the log tells of it too; then the list fills what the log lacks."""
    signal = item.signal
    for index, event in enumerate(told):
        if abs(event.signal.at - signal.at) <= SAME_MS:
            filled = event.signal._replace(
                due=event.signal.due or signal.due,
                project=event.signal.project or signal.project,
                priority=event.signal.priority if event.signal.priority > 1 else signal.priority,
            )
            told[index] = event._replace(signal=filled)
            return
    told.append(item)


def _due_when_done(extra: dict[str, object], recurring: bool, zone: ZoneInfo | None) -> str | None:
    """The due date that was met; `due_date` of a repeating task is the next one already."""
    local, instant = when_of(extra.get("completed_due_date_local")), when_of(extra.get("completed_due_date"))
    if local is None and instant is None and not recurring:
        instant = when_of(extra.get("due_date"))
    wall = local or instant
    if wall is None:
        return None
    if extra.get("has_time") is not True and _is_whole_day(wall, extra.get("has_time") is False, zone):
        # Without a zone an instant has no day to name.
        return wall.day(zone) if wall.moment.tzinfo is None or zone else None
    return (instant or wall).iso()


def _is_whole_day(wall: When, said: bool, zone: ZoneInfo | None) -> bool:
    """A date without a time: said to be one, written as one, or written as the last second of the local day."""
    return said or wall.whole_day or wall.clock(zone) == "23:59:59"
