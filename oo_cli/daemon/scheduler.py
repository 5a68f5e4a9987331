"""The scheduler inside a process: APScheduler starts each duty when it is due, our own table says when that is.

Zones, daylight saving and what was missed are settled in `engine.timetable`, which `oo refresh --if-stale` uses too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING

from oo_cli.daemon.leader import Lead
from oo_cli.house import House
from oo_data.errors import OoError
from oo_data.store import erase, health

if TYPE_CHECKING:
    from oo_cli.bus import Handler
    from oo_cli.daemon.jobs import Jobs

BEAT_S = 60.0  # a sleep of the machine or a clock set otherwise is noticed this long after, at most
LONGEST_REST_BEATS = 64
LOCK = "leader.lock"
NOTHING: Mapping[str, float] = MappingProxyType({})


def _hear_nothing(line: str) -> None:
    pass


class Scheduler:
    """Does what is due, on one thread of its own, for as long as this process leads.

    `open_house` is called on that thread at each look, so that a home that was forgotten, migrated or moved to another
    zone is seen as it is. `told` hears each event, `trouble` one line for each new trouble, and `at_beat` is called at
    each look of a process that leads, all on that thread.
    """

    def __init__(
        self,
        open_house: Callable[[], House],
        told: Handler | None = None,
        trouble: Callable[[str], None] = _hear_nothing,
        at_beat: Callable[[House], None] | None = None,
        beat_s: float = BEAT_S,
    ) -> None:
        self._open_house = open_house
        self._told = told
        self._trouble = trouble
        self._at_beat = at_beat
        self._beat_s = beat_s
        self._lead = Lead()
        self._woken, self._ended = Event(), False
        self._failures, self._rests_until, self._said = 0, 0.0, ""
        self._thread = Thread(target=self._run, name="oo-scheduler", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: the process was stopped, or something has changed."""
        self._woken.set()

    def stop(self, seconds: float = 5.0) -> None:
        """End, and wait that long for work under way, which may be cut off anywhere; also where it never began."""
        self._ended = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        from oo_cli.daemon.jobs import Jobs

        jobs = Jobs()
        while True:
            self._woken.clear()
            if self._ended:  # looked at after the clearing, or an end in between would be slept through
                break
            wait = self._beat(jobs)
            # By the monotonic clock, whatever the one on the wall says: this is how a clock that was set is noticed.
            self._woken.wait(self._beat_s if wait is None else min(wait, self._beat_s))
        jobs.shutdown()
        self._lead.drop()

    def _beat(self, jobs: Jobs) -> float | None:
        """One look, what is due, and what is done at every beat; the seconds to the next duty."""
        try:
            waits = self._waits()
            jobs.declare(waits, self._work)
            wait = jobs.turn()
            if waits and self._at_beat is not None:
                with self._home() as house:
                    self._at_beat(house)
            return wait
        except Exception as error:  # noqa: BLE001 - a look that fails is told, and followed by another one
            self._fail(error)
            return None

    def _waits(self) -> Mapping[str, float]:
        """In how many seconds each duty is due; none where nobody lives, another process leads, or all fails."""
        time.tzset()  # the machine may have moved
        if time.monotonic() < self._rests_until:
            return NOTHING
        from oo_cli.usecases.agenda import look

        with self._home() as house:
            if _is_going(house):
                self._leave(house)
                return NOTHING
            if not self._lead.holds(f"{house.paths.state}/{LOCK}"):
                return NOTHING
            now, turns = house.clock.now_ms(), health.reading(lambda: look(house)).at
            return {duty: max(turn - now, 0) / 1000 for duty, turn in turns.items()}

    def _work(self) -> None:
        """Do all that is due; the jobs of the others find nothing left."""
        if self._ended:
            return
        try:
            with self._home() as house:
                from oo_cli.usecases import trace
                from oo_cli.usecases.catch_up import catch_up

                if self._told is not None:
                    house.bus.subscribe(self._told)
                report = health.reading(lambda: catch_up(house))
                trace.send(house)
        except Exception as error:  # noqa: BLE001 - here and not in APScheduler, which would log it with its text
            self._fail(error)
            return
        if report is not None:
            self._failures, self._said = 0, ""

    def _fail(self, error: Exception) -> None:
        """Tell a trouble once, and rest longer each time: a full disk cannot even keep that something failed.

        What fails of a home that was forgotten meanwhile is none.
        """
        if self._has_gone():
            return
        self._failures += 1
        self._rests_until = time.monotonic() + self._beat_s * min(2 ** (self._failures - 1), LONGEST_REST_BEATS)
        line = error.line() if isinstance(error, OoError) else f"Something went wrong ({type(error).__name__})."
        if line != self._said:
            self._said = line
            self._trouble(line)

    def _has_gone(self) -> bool:
        with suppress(Exception), self._home() as house:
            if _is_going(house):
                self._leave(house)
                return True
        return False

    def _leave(self, house: House) -> None:
        """Let go of the lead; a lock that was made beside the last step of a forget would be all that is left of it."""
        if self._lead.drop() and not house.exists:
            with suppress(OSError):
                os.unlink(f"{house.paths.state}/{LOCK}")
            erase.remove_folders(house.paths)

    @contextmanager
    def _home(self) -> Iterator[House]:
        house = self._open_house()
        house.may_begin = False
        try:
            yield house
        finally:
            house.close()


def _is_going(house: House) -> bool:
    """Whether nobody lives here, or not for long."""
    return not house.exists or os.path.lexists(house.paths.forgetting)
