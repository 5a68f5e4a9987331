"""The machine's own clockwork: a job that runs `oo refresh --if-stale`, put in, looked at and taken out again."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oo_cli.house import House
from oo_data.contracts.event import ShelfPrepared
from oo_data.contracts.job import Job
from oo_data.env import Paths
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.ports import Clockwork
from oo_data.store import events

MINUTES = (5, 10, 15, 20, 30, 60)
USUAL_MINUTES = 15
NAME = "oo-refresh"
# What a job must be told because cron and the session manager do not know it. Secrets are never among it.
CARRIED = (
    "OO_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TZ", "LANG",
    "PYTHON_KEYRING_BACKEND", "LITELLM_URL", "OLLAMA_URL", "OO_TODOIST_API_URL", "OO_TODOIST_AUTH_URL",
    "OO_TODOIST_TOKEN_URL", "TASKRC", "TASKDATA", "OTEL_EXPORTER_OTLP_ENDPOINT", "MLFLOW_TRACKING_URI",
    "MLFLOW_EXPERIMENT_ID",
)  # fmt: skip
NOT_CARRIED = ("OO_KEY", "LITELLM_API_KEY")


class Standing(NamedTuple):
    """A job that is installed: by which clockwork, what it says, whether that is what would be written now."""

    clockwork: str
    text: str
    current: bool


class Status(NamedTuple):
    """What is installed, and when a refresh last put tips on the shelf (UTC ms; None where none ever did)."""

    installed: tuple[Standing, ...]
    refreshed_at: int | None


def job(house: House, minutes: int = USUAL_MINUTES, every: Sequence[int] = MINUTES) -> Job:
    """The job for this home. Raises `BadUsageError` for a span that does not divide an hour."""
    if minutes not in every:
        raise BadUsageError(f"Not every {minutes} minutes.", f"One of {', '.join(map(str, every))}.")
    name = _name(house.paths, house.environ)
    offset = int.from_bytes(hashlib.sha256(house.paths.data.encode()).digest()[:2]) % minutes
    command = (*launcher(sys.argv[0], sys.executable), "refresh", "--if-stale", "--quiet")
    return Job(name, command, tuple(_environment(house).items()), minutes, offset)


def launcher(called: str, python: str) -> tuple[str, ...]:
    """How this program is started without a PATH: its launcher by its full path, else the interpreter's own way."""
    for path in (os.path.abspath(called), os.path.join(os.path.dirname(python), "oo")):
        if os.path.basename(path) == "oo" and os.path.isfile(path) and os.access(path, os.X_OK):
            return (path,)
    return (python, "-m", "oo_cli")


def choose(clockworks: Sequence[Clockwork], using: str = "") -> Clockwork:
    """The clockwork to use: the one named, else the first that works here. Raises `BadUsageError`, or 3 for none."""
    names = [clockwork.name for clockwork in clockworks]
    if using and using not in names:
        raise BadUsageError("There is no such clockwork.", f"One of {', '.join(names)}.")
    for clockwork in clockworks:
        if using in ("", clockwork.name) and clockwork.works():
            return clockwork
    raise ConnectionNeededError(
        f"{using} does not run here." if using else "Neither systemd, launchd nor cron runs here.",
        "Keep `oo` or `oo daemon` running, or start `oo refresh --if-stale` your own way.",
    )


def warnings(house: House, attended: bool) -> list[str]:
    """What the job will not be able to do; `attended`: somebody must be there for the key."""
    secrets = [name for name in (*NOT_CARRIED, *CARRIED) if _is_secret(name, house.environ.get(name, ""))]
    said = [f"{name} is a secret and is not written into the job." for name in secrets]
    if attended:
        said.append("Nobody is there to give the key, so the job cannot refresh. Let it be kept: oo key --keyring")
    return said


def install(clockworks: Sequence[Clockwork], chosen: Clockwork, wanted: Job) -> None:
    """Put the job in, and out of every other clockwork."""
    chosen.install(wanted)
    for clockwork in clockworks:
        if clockwork is not chosen:
            clockwork.remove(wanted.id)


def status(house: House, clockworks: Sequence[Clockwork]) -> Status:
    """What stands in which clockwork."""
    name = _name(house.paths, house.environ)
    found = []
    for clockwork in clockworks:
        text = clockwork.standing(name)
        if text is not None:
            wanted = (clockwork.plan(job(house, minutes)) for minutes in MINUTES)
            found.append(Standing(clockwork.name, text, text in wanted))
    return Status(tuple(found), _refreshed_at(house))


def stands(house: House, clockwork: Clockwork) -> bool:
    """Whether a job of this home is in a clockwork."""
    return clockwork.standing(_name(house.paths, house.environ)) is not None


def remove(house: House, clockworks: Sequence[Clockwork]) -> tuple[str, ...]:
    """Take the job out wherever it stands; the clockworks that had it."""
    name = _name(house.paths, house.environ)
    return tuple(clockwork.name for clockwork in clockworks if clockwork.remove(name))


def _refreshed_at(house: House) -> int | None:
    if not house.exists:
        return None
    last = events.latest(house.store.conn, (ShelfPrepared,), 1)
    return last[0].at if last else None


def _name(paths: Paths, environ: Mapping[str, str]) -> str:
    """One job a home: the usual home has the plain name."""
    usual = Paths({"HOME": environ.get("HOME", "")})
    if paths.data == usual.data:
        return NAME
    return f"{NAME}-{hashlib.sha256(paths.data.encode()).hexdigest()[:8]}"


def _is_secret(name: str, value: str) -> bool:
    """Whether a setting is one, or an address with a login in it."""
    return bool(value) and (name in NOT_CARRIED or ("@" in value and name.endswith(("_URL", "_URI", "_ENDPOINT"))))


def _environment(house: House) -> dict[str, str]:
    environ = house.environ
    set_here = {name: environ[name] for name in CARRIED if environ.get(name)}
    found = {name: value for name, value in set_here.items() if value.isprintable() and not _is_secret(name, value)}
    if "OO_HOME" in found:
        found["OO_HOME"] = house.paths.home
    # Neither is set by cron: where words lie in memory, and the way to the keyring.
    runtime = f"/run/user/{os.getuid()}"
    if os.path.isdir(runtime):
        found["XDG_RUNTIME_DIR"] = runtime
    if os.path.exists(f"{runtime}/bus"):
        found["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={runtime}/bus"
    return found
