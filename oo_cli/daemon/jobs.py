"""APScheduler without a thread of its own: jobs in memory, each run once when its time has come by whoever turns it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.date import DateTrigger

# Late is never too late (the usual grace of a second drops what a nap was over), and once is enough.
EVERY_JOB = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
LOG = "apscheduler"
SAME = timedelta(seconds=1)  # a turn that moved by less has not moved


class Jobs(BaseScheduler):
    """The declared jobs. No local time reaches APScheduler, and no job is ever pickled."""

    def __init__(self) -> None:
        quiet = logging.getLogger(LOG)
        quiet.handlers = [logging.NullHandler()]
        quiet.propagate = False  # it would write on the screen; what goes wrong is told by us
        super().__init__(timezone=UTC, job_defaults=EVERY_JOB, executors={"default": DebugExecutor()}, logger=quiet)
        self.start()

    def wakeup(self) -> None:
        """Nothing sleeps here."""

    def shutdown(self, wait: bool = True) -> None:
        """End for good."""
        super().shutdown(wait)

    def declare(self, waits: Mapping[str, float], work: Callable[[], None]) -> None:
        """Have `work` done after each of these waits (seconds, by job), and at no other time."""
        now = datetime.fromtimestamp(time.time_ns() / 1e9, UTC)
        known = {job.id: job for job in self.get_jobs()}
        for job_id in known.keys() - waits.keys():
            known[job_id].remove()
        for job_id, wait in waits.items():
            at = now + timedelta(seconds=wait)
            if job_id not in known or abs(known[job_id].next_run_time - at) > SAME:
                self.add_job(work, DateTrigger(at), id=job_id, replace_existing=True)

    def turn(self) -> float | None:
        """Run what has come due; the seconds to the next job, by the clock on the wall, or None without one."""
        wait: float | None = self._process_jobs()
        return wait
