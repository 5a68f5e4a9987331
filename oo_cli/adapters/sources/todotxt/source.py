"""Tasks from a plain todo.txt: the default source, on this machine alone.

On the path of `oo done`: what only reading and adding need is imported there.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from oo_cli.adapters.sources.todotxt.file import TodoFile, ending
from oo_cli.adapters.sources.todotxt.line import head, identity, is_done, tick, untick
from oo_data.errors import SourceUnavailableError

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from oo_cli.adapters.sources.todotxt.task import Task
    from oo_data.contracts.signal import DoneSignal, Reading, TaskSignal

SEPARATOR = "\x1f"  # a blank, so no identity holds one
MAX_PROBLEMS = 20


class TodoTxtSource:
    """The tasks of one todo.txt. Writes touch the lines they concern and no other byte.

    `tz` is the IANA name that days are reckoned in; `own` says that the file is oO's to make when needed. `kept` is the
    `progress` of the last reading that was kept: a done.txt that still looks like that need not be told again.
    """

    id = "todotxt"

    def __init__(self, path: str, tz: str, own: bool, kept: str | None = None) -> None:
        self._file = TodoFile(path, own)
        self._tz = tz
        self._kept = kept

    def read(self, now_ms: int) -> Reading:
        """All open tasks, and the completions of this file and the done.txt beside it."""
        from oo_data.contracts.signal import Reading

        lines, mark = self._file.read()
        read = _parsed(lines)
        archived, progress, problems = self._archived(read, now_ms)
        for number, line in enumerate(read, start=1):
            problems += [f"line {number}: {problem}" for problem in line.problems]
        if len(problems) > MAX_PROBLEMS:
            problems[MAX_PROBLEMS:] = [f"and {len(problems) - MAX_PROBLEMS} more"]
        return Reading(
            tasks=tuple(self._open(read)),
            done=tuple(self._done([*archived, *read], now_ms)),
            mark=mark,
            problems=tuple(problems),
            progress=progress,
        )

    def complete(self, handle: str, now_ms: int) -> bool:
        """Tick the task in the file; the next occurrence of a recurring one goes on the line below."""
        today = self._today(now_ms)

        def change(lines: list[str]) -> list[str] | None:
            at = _find_open(lines, handle)
            if at is None:
                return None
            end = ending(lines[at])
            body = lines[at].removesuffix(end)
            ticked = [tick(body, today) + end]
            following = _following(body, today)
            if following is not None:
                newline = end or ending(lines[0]) or "\n"
                ticked = [tick(body, today) + newline, following + end]
            return [*lines[:at], *ticked, *lines[at + 1 :]]

        return self._file.rewrite(change)

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Take back the latest tick; an untouched next occurrence goes again."""

        def change(lines: list[str]) -> list[str] | None:
            at = _find_done(lines, handle)
            if at is None:
                return None
            end = ending(lines[at])
            body = lines[at].removesuffix(end)
            lines[at] = untick(body) + end
            _drop_following(lines, at, body)
            return lines

        return self._file.rewrite(change)

    def add(self, text: str, now_ms: int) -> None:
        """Append a task, created today. Raises `BadUsageError` for a date or a rule that cannot be read."""
        from oo_cli.adapters.sources.todotxt.entry import compose

        self._file.append(compose(text, self._today(now_ms)))

    def _today(self, now_ms: int) -> date:
        from datetime import datetime

        return datetime.fromtimestamp(now_ms / 1000, _zone(self._tz)).date()

    def _archived(self, read: list[Task], now_ms: int) -> tuple[list[Task], str | None, list[str]]:
        """The lines of the done.txt that programs archive to, how it looked, and what kept it from being read.

        Of one that is known already only the days that the open file tells of too: their handles are numbered together.
        """
        real = os.path.realpath(self._file.path)
        archive = os.path.join(os.path.dirname(real), "done.txt")
        if archive == real:
            return [], None, []
        try:
            lines, mark = TodoFile(archive, own=True).read()
        except SourceUnavailableError:
            return [], None, ["done.txt: cannot be read"]
        progress = f"{mark} {self._tz}"
        if progress == self._kept:
            days = {str(task.completed) for task in read if task.done and task.completed}
            return _parsed([line for line in lines if _may_be_of(line, days)]), progress, []
        archived = _parsed(lines)
        today = self._today(now_ms)
        coming = any(task.completed is not None and task.completed > today for task in archived)
        return archived, None if coming else progress, []

    def _open(self, read: list[Task]) -> list[TaskSignal]:
        from oo_cli.adapters.sources.todotxt.recur import period
        from oo_data.contracts.signal import TaskSignal
        from oo_data.text import Untrusted

        handles = _Handles()
        zone = _zone(self._tz)
        return [
            TaskSignal(
                source=self.id,
                handle=handle,
                title=Untrusted(task.title),
                due=task.due,
                start=task.start,
                priority=task.priority,
                project=task.project,
                labels=task.contexts,
                added_at=None if task.created is None else _noon(task.created, zone),
                recurring=task.rule is not None,
                minutes=task.minutes,
                every_days=period(task.rule),
                routine=task.title if task.rule else None,
            )
            for task, handle in ((task, handles.next(task.identity)) for task in read if not task.done)
            if task.title and not task.hidden
        ]

    def _done(self, read: list[Task], now_ms: int) -> list[DoneSignal]:
        """Completions up to today, each handle numbered within its day: archiving lines renames none."""
        from oo_cli.adapters.sources.todotxt.recur import period
        from oo_data.contracts.signal import DoneSignal

        handles = _Handles()
        today, zone = self._today(now_ms), _zone(self._tz)
        return [
            DoneSignal(
                source=self.id,
                handle=handles.next(task.identity, task.completed),
                at=_noon(task.completed, zone),
                timed=False,
                due=task.due,
                project=task.project,
                priority=task.priority,
                recurring=task.rule is not None,
                added_at=None if task.created is None else _noon(task.created, zone),
                labels=task.contexts,
                every_days=period(task.rule),
                routine=task.title if task.rule else None,
            )
            for task in read
            if task.done and task.title and task.completed and task.completed <= today
        ]


class _Handles:
    """Unique handles for lines of the same words, numbered from the second on in the order of the file."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[tuple[str, date | None], int] = {}

    def next(self, same: str, day: date | None = None) -> str:
        number = self._seen[same, day] = self._seen.get((same, day), 0) + 1
        return same if number == 1 else f"{same}{SEPARATOR}{number}"


def _parsed(lines: list[str]) -> list[Task]:
    from oo_cli.adapters.sources.todotxt.task import parse

    return [parse(line.removesuffix(ending(line))) for line in lines]


def _may_be_of(line: str, days: set[str]) -> bool:
    """Whether a done line may be of one of these days; one that does not begin with its day is looked at closely."""
    text = line.lstrip()
    return text[2:12] in days or not text[2:3].isdigit()


def _find_open(lines: list[str], handle: str) -> int | None:
    """Where the open line with this handle stands."""
    same, _, number = handle.partition(SEPARATOR)
    left = int(number) if number.isdecimal() else 1
    for at, line in enumerate(lines):
        if same and not is_done(line) and identity(line) == same:
            left -= 1
            if not left:
                return at
    return None


def _find_done(lines: list[str], handle: str) -> int | None:
    """Where the line with this handle stands that was ticked last."""
    same = handle.partition(SEPARATOR)[0]
    found = [(head(line)[2][:1], at) for at, line in enumerate(lines) if is_done(line) and identity(line) == same]
    return max(found)[1] if same and found else None


def _following(body: str, today: date) -> str | None:
    if "rec:" not in body:
        return None
    from oo_cli.adapters.sources.todotxt.recur import next_occurrence

    return next_occurrence(body, today)


def _drop_following(lines: list[str], at: int, ticked: str) -> None:
    """Remove the occurrence that ticking added, if it stands as it was written: below, or wherever sorting put it."""
    from datetime import date

    days = head(ticked)[2]
    try:
        following = _following(untick(ticked), date.fromisoformat(days[0])) if days else None
    except ValueError:
        return
    if following is None:
        return
    for place in (*range(at + 1, len(lines)), *range(at)):
        if lines[place].removesuffix(ending(lines[place])) == following:
            if place == len(lines) - 1 == at + 1 and not ending(lines[place]):
                lines[at] = lines[at].removesuffix(ending(lines[at]))
            del lines[place]
            return


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


@cache
def _noon(day: date, zone: tzinfo) -> int:
    from datetime import datetime

    return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp() * 1000)
