"""Which process serves the phone page, and where: one at a time, told to others by the file it holds locked."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from oo_cli.home import make_folders
from oo_cli.house import House
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.store import locks


class Serving(NamedTuple):
    """A running server: its address, the SHA-256 of its certificate ("" without one), its end (UTC ms, 0 for none)."""

    url: str
    fingerprint: str
    ends_at: int


def claim(house: House) -> int:
    """Be the one that serves; the lock's descriptor. Raises `BadUsageError` where another process does."""
    make_folders(house.paths)
    while (fd := locks.take(_path(house))) is None:
        if locks.is_taken(_path(house)):  # else somebody only asked whether it is
            raise BadUsageError("oO is serving already.", "To pair a phone: oo phone pair")
    return fd


def tell(fd: int, serving: Serving) -> None:
    """Let others know where."""
    os.ftruncate(fd, 0)
    os.pwrite(fd, json.dumps(serving).encode(), 0)


def leave(fd: int) -> None:
    """Serve no longer."""
    os.ftruncate(fd, 0)
    os.close(fd)


def running(house: House) -> Serving:
    """Where the running server is. Raises `ConnectionNeededError` where none runs."""
    needed = ConnectionNeededError("oO is not serving.", "In another terminal: oo serve")
    if not locks.is_taken(_path(house)):
        raise needed
    try:
        with open(_path(house), encoding="utf-8") as file:
            return Serving(*json.load(file))
    except (OSError, ValueError):  # it is about to start, or to end
        raise needed from None


def _path(house: House) -> str:
    return f"{house.paths.state}/serve.lock"
