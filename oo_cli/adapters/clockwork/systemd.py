"""systemd: a timer of the person's own session, and the service it starts."""

from __future__ import annotations

from oo_cli.adapters.clockwork import files
from oo_cli.adapters.programs import Programs
from oo_data.contracts.job import Job

_SERVICE = """\
[Unit]
Description=oO reads your sources and makes fresh tips

[Service]
Type=oneshot
ExecStart={command}
{environment}UMask=0077
Nice=10
StandardOutput=null
StandardError=null
"""
_TIMER = """\
[Unit]
Description=oO's clock

[Timer]
OnCalendar={when}
RandomizedDelaySec=60
Persistent=true

[Install]
WantedBy=timers.target
"""


class Systemd:
    """The user manager, reached through `systemctl --user`; units lie under `config` (XDG_CONFIG_HOME)."""

    name = "systemd"

    def __init__(self, programs: Programs, config: str) -> None:
        self._programs = programs
        self._folder = f"{config}/systemd/user"

    def works(self) -> bool:
        """Whether a user manager answers."""
        return self._programs.run("systemctl", "--user", "show-environment").code == 0

    def plan(self, job: Job) -> str:
        """Both units with their paths."""
        return _shown(self._units(job))

    def install(self, job: Job) -> None:
        """Write both units and start the timer. Raises `CannotWriteError`, and leaves none of them then."""
        for path, text in self._units(job).items():
            files.write(path, text)
        try:
            self._programs.must("systemctl", "--user", "daemon-reload")
            self._programs.must("systemctl", "--user", "enable", "--now", f"{job.id}.timer")
        except BaseException:
            self.remove(job.id)
            raise

    def standing(self, job_id: str) -> str | None:
        """Both units as they stand."""
        found = {path: text for path in self._paths(job_id) if (text := files.read(path)) is not None}
        return _shown(found) if found else None

    def remove(self, job_id: str) -> bool:
        """Stop the timer and remove both units."""
        if self.standing(job_id) is None:
            return False
        self._programs.run("systemctl", "--user", "disable", "--now", f"{job_id}.timer")
        for path in self._paths(job_id):
            files.remove(path)
        self._programs.run("systemctl", "--user", "daemon-reload")
        return True

    def _paths(self, job_id: str) -> tuple[str, str]:
        return f"{self._folder}/{job_id}.service", f"{self._folder}/{job_id}.timer"

    def _units(self, job: Job) -> dict[str, str]:
        service, timer = self._paths(job.id)
        command = " ".join(_word(word).replace("$", "$$") for word in job.command)
        environment = "".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in job.environment)
        return {
            service: _SERVICE.format(command=command, environment=environment),
            timer: _TIMER.format(when=_when(job)),
        }


def _when(job: Job) -> str:
    """The minutes of every hour; systemd refuses a step that leads out of the hour."""
    return f"*:{job.offset}" if job.minutes == 60 else f"*:{job.offset}/{job.minutes}"


def _word(text: str) -> str:
    """One word as a unit file has it: quoted, its specifiers and escapes made plain."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _shown(units: dict[str, str]) -> str:
    return "\n".join(f"{path}:\n{text}" for path, text in units.items())
