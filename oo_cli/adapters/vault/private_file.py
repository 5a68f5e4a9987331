"""One line in a file that only its owner can read, written whole or not at all; and the lock for it."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from oo_data.errors import CannotWriteError, DataLockedError
from oo_data.store.db import told
from oo_data.store.whole import sync_directory

_ENOUGH = 4096  # a line with a key takes far less; more is never read or overwritten


class PrivateFile:
    """A 0600 file in a 0700 directory."""

    __slots__ = ("_fresh", "_path")

    def __init__(self, path: str) -> None:
        self._path = path
        # A fixed name, so that what a killed process left behind is found again.
        self._fresh = f"{path}.new"

    def read(self) -> str | None:
        """Its text, or None where there is no file. Raises `DataLockedError` for one that is not ours."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                return _read_own(fd)
            finally:
                os.close(fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable() from error

    def write(self, line: bytes) -> None:
        """Put the line in its place and overwrite what was there before. Raises `CannotWriteError`."""
        try:
            make_private(os.path.dirname(self._path))
            _wipe(self._fresh)
            self._write(line)
        except OSError as error:
            raise told(error) from error

    def delete(self) -> bool:
        """Overwrite it once and unlink it; whether there was one. Flash memory may keep old blocks."""
        try:
            _wipe(self._fresh)
            return _wipe(self._path)
        except OSError as error:
            raise told(error) from error

    def _write(self, line: bytes) -> None:
        fd = os.open(self._fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        before = -1
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(line)
                file.flush()
                os.fsync(fd)
            if _is_ours(self._path):  # a link or the like is replaced, and what it led to left alone
                before = _open_own(self._path)
            os.rename(self._fresh, self._path)
            sync_directory(self._path)
            if before >= 0:
                _overwrite(before)
        except OSError:
            with suppress(FileNotFoundError):
                os.unlink(self._fresh)
            raise
        finally:
            if before >= 0:
                os.close(before)


@contextmanager
def alone(path: str) -> Iterator[None]:
    """Hold the lock of this path, as one process at a time can. Raises `OoError`."""
    try:
        make_private(os.path.dirname(path))
        fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise told(error) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def make_private(directory: str) -> None:
    """Make the directory 0700; one found open is closed, one that is another's is refused."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    found = os.stat(directory)
    if found.st_uid != os.geteuid():
        raise CannotWriteError("The folder of the key file belongs to someone else.", "See: oo doctor")
    if found.st_mode & 0o077:
        os.chmod(directory, 0o700)


def _is_own_file(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()


def _read_own(fd: int) -> str:
    found = os.fstat(fd)
    if not _is_own_file(found):
        raise _unreadable()
    if found.st_mode & 0o077:
        os.fchmod(fd, 0o600)
    return os.read(fd, _ENOUGH).decode("ascii", "replace")


def _is_ours(path: str) -> bool:
    return os.path.lexists(path) and _is_own_file(os.lstat(path))


def _open_own(path: str) -> int:
    """A file of ours, open to be overwritten."""
    os.chmod(path, 0o600)  # its owner may have made it read-only
    return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _overwrite(fd: int) -> None:
    os.write(fd, bytes(min(os.fstat(fd).st_size, _ENOUGH)))
    os.fsync(fd)


def _wipe(path: str) -> bool:
    """Overwrite and unlink a file of ours; whether there was one."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    if not _is_own_file(found):
        raise CannotWriteError("The key file is not a file of yours; it was left alone.", "See: oo doctor")
    fd = _open_own(path)
    try:
        _overwrite(fd)
    finally:
        os.close(fd)
    os.unlink(path)
    sync_directory(path)
    return True


def _unreadable() -> DataLockedError:
    return DataLockedError(
        "The key file is not a file that only you can read.", "Check its owner and mode with: oo doctor"
    )
