"""Tasks from Taskwarrior, by its own program: the files are its business, and what is said is never kept.

On the path of `oo done`: what only reading needs is imported there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from oo_cli.adapters.sources.taskwarrior.mapper import OPEN, SOURCE, export_of, is_handle, item_of
from oo_data.contracts.signal import Reading
from oo_data.errors import SourceUnavailableError
from oo_data.store.outbox import Command, Outcome, Seen
from oo_data.store.shelf import mark_of

if TYPE_CHECKING:
    from oo_cli.adapters.sources.taskwarrior.program import Program
    from oo_data.contracts.signal import DoneSignal

DAY_MS = 86_400_000
HORIZON_MS = 550 * DAY_MS
OVERLAP_MS = 7 * DAY_MS  # told once more, because another device may have been synchronised late
AT_ONCE = 2_000  # completions that are kept together
LEAST_SECONDS = 0.2

State = Literal["open", "done", "gone"]
_ACTS: dict[str, tuple[State, tuple[str, ...]]] = {
    "close": ("done", ("done",)),
    "reopen": ("open", ("modify", "status:pending", "end:")),
}


class TaskwarriorSource:
    """The tasks behind one watched file, as days of `tz` (an IANA name) tell them.

    `kept` is the `progress` of the last reading that was kept: what was done well before that is not told again.
    Ticks go through `send`, where a task's uuid makes a repeated one harmless.
    """

    id = SOURCE

    def __init__(self, program: Program, path: str, tz: str, kept: str | None = None, at_once: int = AT_ONCE) -> None:
        self._program = program
        self._path = path
        self._tz = tz
        self._at_once = at_once
        self._kept = int(kept) if kept and kept.isdecimal() else None
        self._done: tuple[DoneSignal, ...] | None = None

    def read(self, now_ms: int) -> Reading:
        """All open tasks, out of one export that also tells what was done; again where a task changed meanwhile."""
        from zoneinfo import ZoneInfo

        floor = now_ms - HORIZON_MS
        since = floor if self._kept is None else max(min(self._kept, now_ms) - OVERLAP_MS, floor)
        wanted = f"( status:pending or status:waiting or ( status:completed and end.after:{_stamp(since)} ) )"
        before, mark = "", mark_of(self._path)
        for _ in range(2):
            before = mark
            found = export_of(self._program.read(wanted, "export"), ZoneInfo(self._tz))
            mark = mark_of(self._path)
            if mark == before:
                break
        self._done = tuple(sorted((each for each in found.done if each.at <= now_ms), key=lambda each: each.at))
        problems = (f"{found.unread} of Taskwarrior's tasks could not be read",) if found.unread else ()
        return Reading(tasks=found.tasks, mark=mark, problems=problems)

    def history(self, progress: str | None, now_ms: int) -> Iterator[Reading]:
        """What was done, oldest first and some at a time: whoever is killed in between goes on from the last one kept.

        It was told by the last reading; where there was none it reads first.
        """
        if self._done is None:
            self.read(now_ms)
        done = self._done or ()
        starts = range(0, len(done), self._at_once)
        for left, start in zip(reversed(range(len(starts))), starts, strict=True):
            some = done[start : start + self._at_once]
            yield Reading(done=some, progress=str(some[-1].at), left=left)

    def complete(self, handle: str, now_ms: int) -> bool:
        """Always False: a tick waits in the outbox until the program has taken it."""
        return False

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Always False, as `complete`."""
        return False

    def look(self, task: str, seconds: float) -> Seen:
        """Whether it is there: each occurrence has a uuid of its own, so a date that moved changes nothing."""
        return Seen(is_open=self._state(task, seconds) != "gone")

    def send(self, commands: Sequence[Command], seconds: float) -> dict[str, Outcome]:
        """Carry out some commands in their order, within the time; what became of each."""
        end = time.monotonic() + seconds
        return {command.uuid: self._carry_out(command, end) for command in commands}

    def _carry_out(self, command: Command, end: float) -> Outcome:
        if command.kind not in _ACTS or not is_handle(command.task):
            return Outcome("refused", "REFUSED")
        wanted, words = _ACTS[command.kind]
        try:
            state = self._state(command.task, end - time.monotonic())
            if state in (wanted, "gone"):
                return Outcome("sent", "gone" if state == "gone" else "")
            left = max(end - time.monotonic(), LEAST_SECONDS)
            code = self._program.write(f"uuid:{command.task}", *words, seconds=left)
        except SourceUnavailableError:
            return Outcome("unsent", "unreachable")
        if code is None:
            return Outcome("waiting", "failed")
        return Outcome("sent") if code == 0 else Outcome("refused", "REFUSED")

    def _state(self, task: str, seconds: float) -> State:
        lines = self._program.read(f"uuid:{task}", "export", seconds=max(seconds, LEAST_SECONDS))
        status = next((item.get("status") for item in [item_of(line) for line in lines] if item), None)
        return "open" if status in OPEN else "done" if status == "completed" else "gone"


def _stamp(at_ms: int) -> str:
    """An instant as Taskwarrior's filters take it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at_ms / 1000))
