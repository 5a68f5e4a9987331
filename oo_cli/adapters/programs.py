"""Running the machine's own programs: an argument list, no shell, a time limit."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from oo_data.errors import CannotWriteError

SECONDS = 10.0


class Ran(NamedTuple):
    """How a program ended."""

    code: int
    out: bytes
    err: bytes


class Programs:
    """The programs that the environment's PATH names, run in that environment without what is oO's own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value for name, value in environ.items() if not name.startswith("OO_")}

    def find(self, name: str) -> str | None:
        """Where a program lies, or None."""
        return shutil.which(name, path=self._environ.get("PATH", "/usr/bin:/bin"))

    def run(self, name: str, *words: str, given: bytes = b"") -> Ran:
        """Run a program to its end; one that is absent or takes too long ends with code 127."""
        program = self.find(name)
        if program is None:
            return Ran(127, b"", b"")
        try:
            ended = subprocess.run(
                [program, *words], input=given, capture_output=True, env=self._environ, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return Ran(127, b"", b"")
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def must(self, name: str, *words: str, given: bytes = b"") -> None:
        """Run a program that has to succeed. Raises `CannotWriteError`."""
        if self.run(name, *words, given=given).code != 0:
            raise CannotWriteError(f"{name} refused.", f"Try it yourself: {' '.join([name, *words])}")
