"""Who runs the scheduler, where face, daemon and page are open at once: whoever holds the lock."""

from __future__ import annotations

import os

from oo_data.store import locks


class Lead:
    """The lead of one home; it ends with the process, or with `drop`."""

    def __init__(self) -> None:
        self._fd: int | None = None

    def holds(self, path: str) -> bool:
        """Whether this process leads; taken where nobody does. A lock whose file was removed is none any more."""
        if self._fd is not None and not locks.is_at(self._fd, path):
            self.drop()
        if self._fd is None:
            self._fd = locks.take(path)
        return self._fd is not None

    def drop(self) -> bool:
        """Let another one lead; whether this process did."""
        if self._fd is None:
            return False
        os.close(self._fd)
        self._fd = None
        return True
