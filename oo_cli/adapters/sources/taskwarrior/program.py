"""The program `task`, run as a child: an argument list and no shell, nothing to answer it, bounded in time and output.

Reading runs on an empty configuration, so that no hook, alias or context of the person's gets in between; it generates,
tidies and renumbers nothing. Writing runs on the person's own, as if they had typed it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from oo_data.errors import BadUsageError, SourceUnavailableError

if TYPE_CHECKING:
    from subprocess import Popen

LEAST = (2, 6)
QUIET = ("rc.verbose=nothing", "rc.confirmation=off", "rc.gc=off", "rc.recurrence=off", "rc.exit.on.missing.db=on")
READING = (*QUIET, "rc.hooks=off", "rc.json.array=off")
WRITING = (*QUIET, "rc.recurrence.confirmation=no", "rc.bulk=0", "rc.context=")
SECONDS = 30.0
MAX_BYTES = 128 * 1024 * 1024
MORE_PATH = "/usr/local/bin:/opt/homebrew/bin"  # a timer's PATH often lacks these
NO_CONFIG = "/dev/null"

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\b.*")
_ABSENT = ("The program `task` is not here.", "Install Taskwarrior, or let it go: oo disconnect taskwarrior")


class Program:
    """`task` on one folder of data, telling at most so many bytes. Of `environ`, what is oO's own is not passed on."""

    def __init__(self, environ: Mapping[str, str], data: str, most: int = MAX_BYTES) -> None:
        self._environ = environ
        self._data = data
        self._most = most

    def read(self, *arguments: str, seconds: float = SECONDS) -> Iterator[str]:
        """The lines that it prints. Raises `SourceUnavailableError`, perhaps only after the last one."""
        own = {"HOME": _home(self._environ), "TASKRC": NO_CONFIG, "TASKDATA": self._data}
        with _running(self._environ, own, (*READING, *arguments), seconds) as child:
            yield from _lines(child, self._most)
        if child.returncode != 0:
            raise SourceUnavailableError("Taskwarrior could not be read.", "See what it says itself: task list")

    def write(self, *arguments: str, seconds: float) -> int | None:
        """Change something: the exit code, None where the time ran out. Raises `SourceUnavailableError` unstarted."""
        own = _configured(self._environ) | {"TASKDATA": self._data}
        with _running(self._environ, own, (*WRITING, *arguments), seconds) as child:
            for _ in _lines(child, self._most):
                pass
        return None if child.returncode < 0 else child.returncode


def locate(environ: Mapping[str, str], folder: str | None) -> str:
    """The file that changes with every task, in the folder given or else the one that Taskwarrior is set to use.

    Raises `SourceUnavailableError` where there is no program, `BadUsageError` where it is another one or has no tasks.
    """
    found = _VERSION.fullmatch(_first(environ, "--version"))
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < LEAST:
        raise BadUsageError(
            "The program `task` here is not Taskwarrior 2.6 or later.", "Install Taskwarrior, or put it first in PATH."
        )
    folder = folder or _first(environ, *QUIET, "rc.hooks=off", "_get", "rc.data.location")
    # From version 3 on the tasks are in a database.
    name = "pending.data" if version < (3, 0) else "taskchampion.sqlite3"
    path = os.path.join(os.path.realpath(os.path.expanduser(folder)), name)
    if not folder or not os.path.isfile(path):
        raise BadUsageError(
            "Taskwarrior has no tasks there.", "Say where they are: oo connect taskwarrior --data ~/.task"
        )
    return path


def _first(environ: Mapping[str, str], *arguments: str) -> str:
    """The first line that it answers on the person's own configuration; "" where it has no answer."""
    with _running(environ, _configured(environ), arguments, SECONDS) as child:
        lines = [line.strip() for line in _lines(child, MAX_BYTES)]
    return lines[0] if child.returncode == 0 and lines else ""


def _configured(environ: Mapping[str, str]) -> dict[str, str]:
    """The person's environment for it; without any configuration it would stop to ask for one."""
    own = {name: value for name, value in environ.items() if not name.startswith("OO_")}
    own["HOME"] = home = _home(environ)
    folder = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    if not any(map(os.path.exists, (f"{home}/.taskrc", f"{folder}/task/taskrc"))):
        own.setdefault("TASKRC", NO_CONFIG)
    return own


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


@contextmanager
def _running(
    environ: Mapping[str, str], own: dict[str, str], arguments: tuple[str, ...], seconds: float
) -> Iterator[Popen[bytes]]:
    """A child that ends in time, in a session of its own: neither it nor a hook can reach the terminal."""
    from shutil import which
    from subprocess import DEVNULL, PIPE, Popen
    from threading import Timer

    path = which("task", path=f"{environ.get('PATH', os.defpath)}:{MORE_PATH}")
    try:
        if path is None:
            raise FileNotFoundError
        # Started at the root: other programs of this name do what the folder they are in tells them.
        child = Popen([path, *arguments], env=own, cwd="/", stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL,
                      start_new_session=True)  # fmt: skip
    except OSError:
        raise SourceUnavailableError(*_ABSENT) from None
    timer = Timer(seconds, _kill, (child,))
    timer.start()
    try:
        yield child
        child.wait()
    finally:
        timer.cancel()
        _kill(child)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _lines(child: Popen[bytes], most: int) -> Iterator[str]:
    held = 0
    while child.stdout is not None and (line := child.stdout.readline(most)):
        held += len(line)
        if held >= most:
            raise SourceUnavailableError("Taskwarrior tells more than oO reads.", "Purge what you deleted: task purge")
        yield line.decode("utf-8", "replace")


def _kill(child: Popen[bytes]) -> None:
    """End the child, if it still runs, and its hooks: out of time it waits for a lock or a hook, not in its files."""
    if child.returncode is None:
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
