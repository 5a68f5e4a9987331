"""What oO takes from the environment: where its files live, and what time it is.

On the path of `oo tip`, so plain strings and the modules that sqlite3 loads anyway.
"""

import os
import time
from collections.abc import Mapping
from datetime import datetime


class Paths:
    """Every location oO may use, as plain strings; nothing is created here.

    `OO_HOME` moves all of them under one directory. Otherwise the XDG base directories are used.
    """

    __slots__ = ("cache", "config", "data", "home", "runtime", "state")

    def __init__(self, environ: Mapping[str, str]) -> None:
        root = environ.get("OO_HOME", "")
        if root:
            root = os.path.abspath(root)
            self.data, self.config = f"{root}/data", f"{root}/config"
            self.state, self.cache = f"{root}/state", f"{root}/cache"
        else:
            home = environ.get("HOME") or os.path.expanduser("~")
            self.data = _xdg(environ, "XDG_DATA_HOME", f"{home}/.local/share")
            self.config = _xdg(environ, "XDG_CONFIG_HOME", f"{home}/.config")
            self.state = _xdg(environ, "XDG_STATE_HOME", f"{home}/.local/state")
            self.cache = _xdg(environ, "XDG_CACHE_HOME", f"{home}/.cache")
        self.home = root
        runtime = environ.get("XDG_RUNTIME_DIR", "")
        self.runtime = runtime if runtime.startswith("/") else ""

    @property
    def database(self) -> str:
        """The one SQLite file."""
        return f"{self.data}/oo.db"

    @property
    def key_file(self) -> str:
        """The data key where no keyring holds it; never beside the data."""
        return f"{self.config}/key"

    @property
    def todo_file(self) -> str:
        """The task list that `oo add` starts when no other file is connected."""
        return f"{self.data}/todo.txt"

    @property
    def forgetting(self) -> str:
        """There while a `forget` is under way, so that a later start finishes it."""
        return f"{self.state}/forgetting"

    @property
    def unsettled(self) -> str:
        """There while a part is being forgotten, for the same reason."""
        return f"{self.state}/unsettled"

    def roots(self) -> list[str]:
        """Directories that are wholly oO's own, outermost last."""
        own = [self.data, self.config, self.state, self.cache]
        return [*own, self.home] if self.home else own

    def memory_dirs(self) -> list[str]:
        """Where this home's words may lie in memory, best first; whoever writes checks that it is memory.

        Named by the device and inode of the data directory, so two homes never share one.
        """
        try:
            mark = os.stat(self.data)
        except OSError:
            return []
        uid = os.getuid()
        name = f"oo-{uid}-{mark.st_dev:x}-{mark.st_ino:x}"
        bases = [self.runtime] if self.runtime else []
        return [f"{base}/{name}" for base in (*bases, f"/run/user/{uid}", "/dev/shm")]  # noqa: S108 - made 0700


def _xdg(environ: Mapping[str, str], variable: str, fallback: str) -> str:
    base = environ.get(variable, "")
    return f"{base if base.startswith('/') else fallback}/oo"


def now_ms(environ: Mapping[str, str]) -> int:
    """The time in UTC milliseconds; `OO_NOW` (ISO 8601, local if it names no zone) fixes it."""
    fixed = environ.get("OO_NOW", "")
    if not fixed:
        return time.time_ns() // 1_000_000
    try:
        moment = datetime.fromisoformat(fixed)
        return round((moment if moment.tzinfo else moment.astimezone()).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        from oo_data.errors import BadUsageError

        raise BadUsageError("OO_NOW is not a time.", "Write it as 2026-12-01T09:30 or unset it.") from None
