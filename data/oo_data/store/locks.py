"""Locks between processes, for work that only one may do at a time. The lock ends with its descriptor."""

from __future__ import annotations

import fcntl
import os

from oo_data.store import db


def take(path: str) -> int | None:
    """Take a lock without waiting; its descriptor, to be closed, or None where somebody else has it."""
    try:
        fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise db.told(error) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    return fd
