"""launchd: an agent of the person's own session on macOS."""

from __future__ import annotations

import os
import plistlib

from oo_cli.adapters.clockwork import files
from oo_cli.adapters.programs import Programs
from oo_data.contracts.job import Job


class Launchd:
    """`launchctl`, and a property list under `home`/Library/LaunchAgents."""

    name = "launchd"

    def __init__(self, programs: Programs, home: str) -> None:
        self._programs = programs
        self._folder = f"{home}/Library/LaunchAgents"
        self._domain = f"gui/{os.getuid()}"

    def works(self) -> bool:
        """Whether the person's session answers."""
        return self._programs.run("launchctl", "print", self._domain).code == 0

    def plan(self, job: Job) -> str:
        """The property list with its path."""
        return f"{self._path(job.id)}:\n{_plist(job)}"

    def install(self, job: Job) -> None:
        """Write the property list and load it. Raises `CannotWriteError`, and leaves nothing then."""
        path = self._path(job.id)
        self._programs.run("launchctl", "bootout", f"{self._domain}/{job.id}")
        files.write(path, _plist(job))
        try:
            self._programs.must("launchctl", "bootstrap", self._domain, path)
        except BaseException:
            files.remove(path)
            raise

    def standing(self, job_id: str) -> str | None:
        """The property list as it stands."""
        text = files.read(self._path(job_id))
        return None if text is None else f"{self._path(job_id)}:\n{text}"

    def remove(self, job_id: str) -> bool:
        """Unload and remove the property list."""
        if self.standing(job_id) is None:
            return False
        self._programs.run("launchctl", "bootout", f"{self._domain}/{job_id}")
        return files.remove(self._path(job_id))

    def _path(self, job_id: str) -> str:
        return f"{self._folder}/{job_id}.plist"


def _plist(job: Job) -> str:
    return plistlib.dumps(
        {
            "Label": job.id,
            "ProgramArguments": list(job.command),
            "EnvironmentVariables": dict(job.environment),
            "StartInterval": job.minutes * 60,
            "RunAtLoad": True,
            "ProcessType": "Background",
            "Umask": 0o077,
            "StandardOutPath": "/dev/null",
            "StandardErrorPath": "/dev/null",
        },
        sort_keys=False,
    ).decode()
