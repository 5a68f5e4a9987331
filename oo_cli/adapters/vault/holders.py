"""Holders of the data key beside the keyring: the environment, and a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from oo_cli.adapters.vault.sealer import key_bytes, key_from_text, same_key
from oo_data.errors import CannotWriteError, DataLockedError
from oo_data.secret import Secret
from oo_data.store.db import told

VARIABLE = "OO_KEY"
_ENOUGH = 4096  # a key takes 45 bytes; more is never read or overwritten


class EnvHolder:
    """The key that a person or a service manager put into `OO_KEY`."""

    __slots__ = ("_environ",)

    name = "environment"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def is_set(self) -> bool:
        """Whether the variable holds anything, be it a key or not."""
        return bool(self._environ.get(VARIABLE, "").strip())

    def load(self) -> Secret | None:
        """The key, or None where the variable is unset. Raises `BadUsageError` where it is no key."""
        return key_from_text(self._environ[VARIABLE]) if self.is_set() else None

    def save(self, key: Secret) -> None:
        """Refused: a process cannot write to the environment it came from."""
        raise CannotWriteError("oO cannot set OO_KEY for you.", "Set it where oO is started.")

    def delete(self) -> bool:
        """False: what the next process is given cannot be unset from here."""
        return False


class FileHolder:
    """The key as one line of base64 in a 0600 file in a 0700 directory.

    It protects copies of the data directory, and from other users; not from whoever copies this file too.
    """

    __slots__ = ("_fresh", "_path")

    name = "file"

    def __init__(self, path: str) -> None:
        self._path = path
        # A fixed name, so that what a killed process left behind is found again.
        self._fresh = f"{path}.new"

    def load(self) -> Secret | None:
        """The key, or None where there is no file. Raises `DataLockedError` for one that is not ours."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                text = _read_own(fd)
            finally:
                os.close(fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable() from error
        if key_bytes(text) is None:
            raise DataLockedError("The key file holds no key.", "Put the right one back, or set OO_KEY.")
        return key_from_text(text)

    def save(self, key: Secret) -> None:
        """Keep the key, whole or not at all, and read it back. Raises `CannotWriteError`."""
        try:
            make_private(os.path.dirname(self._path))
            _wipe(self._fresh)
            self._write(key.reveal().encode() + b"\n")
        except OSError as error:
            raise told(error) from error
        if not same_key(key, self.load()):
            raise CannotWriteError("The key file did not keep the key.", "See: oo doctor")

    def delete(self) -> bool:
        """Overwrite the key once and unlink it; whether there was one. Flash memory may keep old blocks."""
        try:
            _wipe(self._fresh)
            return _wipe(self._path)
        except OSError as error:
            raise told(error) from error

    def _write(self, line: bytes) -> None:
        fd = os.open(self._fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(line)
                file.flush()
                os.fsync(fd)
            os.rename(self._fresh, self._path)
        except OSError:
            os.unlink(self._fresh)
            raise
        _sync_directory(self._path)


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


def _wipe(path: str) -> bool:
    """Overwrite and unlink a file of ours; whether there was one."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    if not _is_own_file(found):
        raise CannotWriteError("The key file is not a file of yours; it was left alone.", "See: oo doctor")
    os.chmod(path, 0o600)  # its owner may have made it read-only
    fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(fd, bytes(min(found.st_size, _ENOUGH)))
        os.fsync(fd)
    finally:
        os.close(fd)
    os.unlink(path)
    _sync_directory(path)
    return True


def _sync_directory(path: str) -> None:
    fd = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _unreadable() -> DataLockedError:
    return DataLockedError(
        "The key file is not a file that only you can read.", "Check its owner and mode with: oo doctor"
    )
