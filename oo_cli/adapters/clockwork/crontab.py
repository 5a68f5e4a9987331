"""cron: one marked line in the person's crontab; every other byte of it stays."""

from __future__ import annotations

import shlex

from oo_cli.adapters.programs import Programs
from oo_data.contracts.job import Job
from oo_data.errors import CannotWriteError

LINE_BYTES = 998  # Debian's cron reads no longer command


class Crontab:
    """The `crontab` program."""

    name = "crontab"

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def works(self) -> bool:
        """Whether the program is here for this person; that its daemon runs, nobody can tell without root."""
        found = self._programs.find("crontab") is not None
        return found and b"not allowed" not in self._programs.run("crontab", "-l").err

    def plan(self, job: Job) -> str:
        """The line."""
        return f"In your crontab:\n{_line(job)}"

    def install(self, job: Job) -> None:
        """Put the line at the end, and out of its old place. Raises `CannotWriteError`."""
        line = _line(job).encode()
        if len(line) > LINE_BYTES:
            raise CannotWriteError("The line would be too long for cron.", "Shorten the paths oO lies in.")
        before = self._read()
        kept = _without(before, job.id)
        ended = kept if not kept or kept.endswith(b"\n") else kept + b"\n"
        self._write(before, ended + line + b"\n")

    def standing(self, job_id: str) -> str | None:
        """The line as it stands."""
        if not self.works():
            return None
        found = [line for line in self._read().splitlines() if _is_ours(line, job_id)]
        return f"In your crontab:\n{found[0].decode(errors='replace')}" if found else None

    def remove(self, job_id: str) -> bool:
        """Take the line out."""
        if not self.works():
            return False
        before = self._read()
        kept = _without(before, job_id)
        if kept == before:
            return False
        self._write(before, kept)
        return True

    def _read(self) -> bytes:
        """The crontab; empty where there is none. Raises `CannotWriteError` where that is not known for sure."""
        ran = self._programs.run("crontab", "-l")
        if ran.code == 0:
            return ran.out
        if b"no crontab" in ran.err:
            return b""
        raise CannotWriteError("Your crontab cannot be read.", "Try it yourself: crontab -l")

    def _write(self, before: bytes, after: bytes) -> None:
        if self._read() != before:
            raise CannotWriteError("Your crontab was changed at the same moment.", "Run it again.")
        if after:
            self._programs.must("crontab", "-", given=after)
        else:
            self._programs.must("crontab", "-r")
        if self._read() != after:
            raise CannotWriteError("Your crontab does not hold what was written.", "Look at it with: crontab -l")


def _line(job: Job) -> str:
    # `env` sets the variables in every shell alike; a bare % would end the command; output would be mailed.
    words = ["env", *(f"{name}={value}" for name, value in job.environment), *job.command]
    command = " ".join(map(shlex.quote, words)).replace("%", r"\%")
    return f"{_minutes(job)} * * * * {command} >/dev/null 2>&1 {_mark(job.id)}"


def _minutes(job: Job) -> str:
    return str(job.offset) if job.minutes == 60 else f"{job.offset}-59/{job.minutes}"


def _mark(job_id: str) -> str:
    return f"# {job_id}"


def _is_ours(line: bytes, job_id: str) -> bool:
    return line.endswith(f" {_mark(job_id)}".encode()) and not line.lstrip().startswith(b"#")


def _without(crontab: bytes, job_id: str) -> bytes:
    return b"".join(line for line in crontab.splitlines(keepends=True) if not _is_ours(line.rstrip(b"\n"), job_id))
