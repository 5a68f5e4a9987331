"""A machine's life in seconds: a false clock that sleeps, jumps and travels, and a table of duties kept by the
product's own arithmetic, looked at as the scheduler does: at every beat, and when the next duty is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine import timetable
from oo_data.contracts.duty import Duty
from tests.fakes import HOUR, MINUTE

HOURLY = Duty("source.todoist", every=HOUR)
SHELF = Duty("shelf", hours=(5, 11, 17, 23))
DAILY = Duty("agent.calm", hours=(5,))
DUTIES = (HOURLY, SHELF, DAILY)
SEED = "5eed"


class Run(NamedTuple):
    """A duty that ran: when (UTC ms), in which zone, and the local day and hour it was noted for."""

    duty: str
    at: int
    zone: str
    slot: str


class Machine:
    """Duties on a machine that is awake only when `look` is called."""

    def __init__(self, now: int, zone: ZoneInfo, duties: Iterable[Duty] = DUTIES) -> None:
        self.now = now
        self.zone = zone
        self.duties = {duty.id: duty for duty in duties}
        self.runs: list[Run] = []
        self.looks = 0

    def look(self) -> None:
        """Run what is due, as a tick does."""
        self.looks += 1
        for duty in self.duties.values():
            turn = timetable.due_at(duty, self.now, self.zone, SEED)
            if turn is not None and turn <= self.now:
                after = timetable.done(duty, self.now, self.zone)
                self.duties[duty.id] = after
                self.runs.append(Run(duty.id, self.now, self.zone.key, after.slot))

    def wake_until(self, end: int, beat: int = MINUTE) -> None:
        """Be awake until then: a look at each beat, or where nothing is due, at the next turn."""
        while self.now < end:
            self.look()
            turns = [timetable.due_at(duty, self.now, self.zone, SEED) for duty in self.duties.values()]
            self.now = min(end, max(self.now + beat, min(turn for turn in turns if turn is not None)))

    def of(self, duty: Duty) -> list[Run]:
        """The runs of one duty."""
        return [run for run in self.runs if run.duty == duty.id]
