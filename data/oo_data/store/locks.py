"""Locks between processes, for work that only one may do at a time. The lock ends with its descriptor."""

from __future__ import annotations

import fcntl
import os

from oo_data.store import db


def take(path: str, make: bool = True) -> int | None:
    """Take a lock without waiting; its descriptor, to be closed, or None where somebody else has it.

    Raises `CannotWriteError`, also for a file that is not there and is not to be made.
    """
    while True:
        try:
            fd = os.open(path, (os.O_CREAT if make else 0) | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise db.told(error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return None
        if is_at(fd, path):
            return fd
        os.close(fd)  # it was removed meanwhile, and the next one would lock another file


def is_taken(path: str) -> bool:
    """Whether somebody has a lock now; others may ask at the same time."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def is_at(fd: int, path: str) -> bool:
    """Whether a lock is one still: where its file was removed, others lock another one."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except OSError:
        return False
