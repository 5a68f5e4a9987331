"""A small file of the person's own, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress

from oo_data.store.db import told


def write(path: str, content: bytes) -> None:
    """Put a file in its place in one step that lasts, readable by its owner only. Raises `CannotWriteError`."""
    fresh = f"{path}.new"  # a fixed name, so that what a killed process left behind is found again
    try:
        try:
            with suppress(FileNotFoundError):
                os.unlink(fresh)
            fd = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(fd, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(fd)
            os.replace(fresh, path)
        except OSError:
            with suppress(OSError):
                os.unlink(fresh)
            raise
        sync_directory(path)
    except OSError as error:
        raise told(error) from error


def sync_directory(path: str) -> None:
    """Make what happened to the name of a file last."""
    fd = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
