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


def local_zone(environ: Mapping[str, str], localtime: str = "/etc/localtime") -> ZoneInfo:
    """The zone the machine is set to: TZ, else where /etc/localtime points, else UTC."""
    name = environ.get("TZ", "").lstrip(":") or os.path.realpath(localtime)
    try:
        return ZoneInfo(name.rpartition("zoneinfo/")[2])
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
