"""The machine's clock and zone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from oo_data.env import now_ms


class SystemClock:
    """The time now, or the one that OO_NOW fixes."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch."""
        return now_ms(self._environ)


def local_zone(
    environ: Mapping[str, str], localtime: str = "/etc/localtime", timezone: str = "/etc/timezone"
) -> ZoneInfo:
    """The zone the machine is set to: TZ, else where /etc/localtime points, else what Debian's file names, else UTC."""
    told = environ.get("TZ", "").lstrip(":")
    for name in (told,) if told else (os.path.realpath(localtime), _first_line(timezone)):
        try:
            return ZoneInfo(name.rpartition("zoneinfo/")[2])
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.readline(100).strip()
    except OSError:
        return ""
