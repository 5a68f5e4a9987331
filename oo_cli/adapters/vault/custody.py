"""Custody: which holder keeps the key of this home, and moving the key between holders."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, get_args

from oo_cli.adapters.vault.holders import VARIABLE, EnvHolder, FileHolder, make_private
from oo_cli.adapters.vault.keyring_holder import KeyringAbsentError, KeyringHolder
from oo_cli.adapters.vault.sealer import new_key, same_key
from oo_data.env import Paths
from oo_data.errors import BadUsageError, CannotWriteError, DataDamagedError, DataLockedError
from oo_data.ports import KeyHolder
from oo_data.secret import Secret
from oo_data.store.db import told

# What `destroy` reports.
KEYRING_DESTROYED: Final = "keyring: key destroyed"
KEYRING_UNREACHED: Final = "keyring: could not be reached"
FILE_DESTROYED: Final = "key file: overwritten and removed"
FILE_UNREACHED: Final = "key file: could not be removed"
ENVIRONMENT_LEFT: Final = "environment: cannot be unset from here"

Holder = Literal["environment", "keyring", "file"]

_HOLDERS: Final[dict[str, Holder]] = {name: name for name in get_args(Holder)}
_RECORD: Final = re.compile(r"([a-z]+):(|chosen):([\w.]*)", re.ASCII)
_MISSING: Final[dict[Holder, tuple[str, str]]] = {
    "environment": ("This home opens with the key in OO_KEY, which is not set.", "Set it and try again."),
    "keyring": ("The keyring holds no key for this home.", "Set OO_KEY, or start anew with: oo forget"),
    "file": ("The key file is gone.", "Put it back, set OO_KEY, or start anew with: oo forget"),
}


@dataclass(frozen=True, slots=True)
class Custody:
    """Where the key lies: the holder, whether a person chose it by name, and the keyring's backend."""

    holder: Holder
    chosen: bool
    backend: str = ""

    def to_text(self) -> str:
        """One small string, as the database records it."""
        return f"{self.holder}:{'chosen' if self.chosen else ''}:{self.backend}"

    @classmethod
    def from_text(cls, text: str) -> Custody:
        """The record read back. Raises `DataDamagedError`."""
        match = _RECORD.fullmatch(text)
        if match is None or match[1] not in _HOLDERS:
            raise DataDamagedError("The record of where the key lies is damaged.", "See: oo doctor")
        return cls(_HOLDERS[match[1]], match[2] == "chosen", match[3])


class Custodian:
    """The keys of one home: the first one, the one in use, and their end."""

    __slots__ = ("_backend", "_env", "_file", "_lock_path", "account")

    def __init__(self, environ: Mapping[str, str], paths: Paths) -> None:
        self.account = account_name(environ, paths)
        self._env = EnvHolder(environ)
        self._file = FileHolder(paths.key_file)
        self._lock_path = f"{paths.key_file}.lock"
        # The keyring library's own setting goes before what was recorded, as it goes before its own search.
        self._backend = environ.get("PYTHON_KEYRING_BACKEND", "")

    def unlock(self, custody: Custody) -> Secret:
        """The key of this home; `OO_KEY` goes before the recorded holder. Raises `DataLockedError`."""
        key = self._env.load() or self._holder(custody).load()
        if key is None:
            raise DataLockedError(*_MISSING[custody.holder])
        return key

    def begin(self) -> tuple[Custody, Secret]:
        """The first key of a home: `OO_KEY`, else the keyring, else a key file that nobody chose.

        Only an absent keyring leads to the file; one that is locked or hangs raises. A key already there is
        used, so that two first runs at once, or one cut short and one more, end with one key.
        """
        key = self._env.load()
        if key is not None:
            return Custody("environment", chosen=True), key
        with self._alone():
            key = self._file.load()
            if key is not None:
                return Custody("file", chosen=False), key
            keyring = self._keyring(None)
            try:
                key = _found_or_made(keyring)
                return Custody("keyring", chosen=False, backend=keyring.backend_name()), key
            except KeyringAbsentError:
                return Custody("file", chosen=False), _found_or_made(self._file)

    def choose_file(self, custody: Custody | None, record: Callable[[Custody], None]) -> Custody:
        """Keep the key in the key file, because a person said so.

        `record` stores the new custody once the key is there and before its old copy is destroyed: a crash at
        any point leaves a record that opens. No custody means that there is no key yet.
        """
        return self._move(custody, self._file, record)

    def choose_keyring(self, custody: Custody | None, record: Callable[[Custody], None]) -> Custody:
        """Keep the key in the keyring, because a person said so; `record` as in `choose_file`."""
        return self._move(custody, self._keyring(custody), record)

    def destroy(self, custody: Custody | None) -> list[str]:
        """Delete the key wherever it may be; fixed words for what was destroyed and what could not be."""
        done: list[str] = []
        try:
            if self._keyring(custody).delete():
                done.append(KEYRING_DESTROYED)
        except KeyringAbsentError:
            if custody is not None and custody.holder == "keyring":
                done.append(KEYRING_UNREACHED)
        except DataLockedError:
            done.append(KEYRING_UNREACHED)
        try:
            if self._file.delete():
                done.append(FILE_DESTROYED)
        except CannotWriteError:
            done.append(FILE_UNREACHED)
        if self._env.is_set():
            done.append(ENVIRONMENT_LEFT)
        return done

    @staticmethod
    def may_hold_remote(custody: Custody) -> bool:
        """Whether a remote source may hand over its token: not where the key fell to a file by itself."""
        return custody.chosen or custody.holder != "file"

    def _move(
        self, custody: Custody | None, target: FileHolder | KeyringHolder, record: Callable[[Custody], None]
    ) -> Custody:
        if self._env.is_set() or (custody is not None and custody.holder == "environment"):
            raise BadUsageError(f"The key of this home comes from {VARIABLE}.", "oO cannot move it.")
        with self._alone():
            if custody is None:
                _found_or_made(target)
            else:
                key = self.unlock(custody)
                if not same_key(key, target.load()):
                    target.save(key)
            new = _chosen(target)
            record(new)
            if custody is not None:
                self._drop_other(custody, target)
            return new

    def _drop_other(self, custody: Custody, target: FileHolder | KeyringHolder) -> None:
        """Destroy the copy that the other holder has, or may still have from a move that was cut short."""
        other = self._keyring(custody) if target.name == "file" else self._file
        try:
            other.delete()
        except (DataLockedError, CannotWriteError):
            if custody.holder == other.name:
                raise DataLockedError(
                    "The key was moved, but its old copy could not be destroyed.",
                    "Try again with the same command.",
                ) from None

    def _holder(self, custody: Custody) -> KeyHolder:
        if custody.holder == "environment":
            return self._env
        return self._file if custody.holder == "file" else self._keyring(custody)

    def _keyring(self, custody: Custody | None) -> KeyringHolder:
        recorded = custody.backend if custody is not None else ""
        return KeyringHolder(self.account, self._backend or recorded or None)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time begins or moves keys; never inside the store's own lock."""
        try:
            make_private(os.path.dirname(self._lock_path))
            fd = os.open(self._lock_path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise told(error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)


def account_name(environ: Mapping[str, str], paths: Paths) -> str:
    """The keyring account of this home: `key` in the usual place, else named after the place."""
    if paths.data == Paths({"HOME": environ.get("HOME", "")}).data:
        return "key"
    place = os.fsencode(paths.home or paths.data)
    return f"key@{hashlib.sha256(place).hexdigest()[:16]}"


def _found_or_made(holder: FileHolder | KeyringHolder) -> Secret:
    key = holder.load()
    if key is None:
        key = new_key()
        holder.save(key)
    return key


def _chosen(holder: FileHolder | KeyringHolder) -> Custody:
    if isinstance(holder, KeyringHolder):
        return Custody("keyring", chosen=True, backend=holder.backend_name())
    return Custody("file", chosen=True)
