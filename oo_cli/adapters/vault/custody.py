"""Custody: which holder keeps the key of this home, moving it between holders, and putting another in its place."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Final, Literal, get_args

from oo_cli.adapters.vault.holders import VARIABLE, EnvHolder, FileHolder, deleted, found_or_made
from oo_cli.adapters.vault.keyring_holder import KeyringAbsentError, KeyringHolder
from oo_cli.adapters.vault.passphrase_holder import Asker, PassphraseHolder
from oo_cli.adapters.vault.private_file import alone
from oo_cli.adapters.vault.sealer import key_id, new_key, other_key, same_key
from oo_data.env import Paths
from oo_data.errors import BadUsageError, DataDamagedError, DataLockedError, OoError
from oo_data.ports import KeyHolder
from oo_data.secret import Secret

# What `destroy` reports.
KEYRING_DESTROYED: Final = "keyring: key destroyed"
KEYRING_UNREACHED: Final = "keyring: could not be reached"
FILE_DESTROYED: Final = "key file: overwritten and removed"
FILE_UNREACHED: Final = "key file: could not be removed"
ENVIRONMENT_LEFT: Final = "environment: cannot be unset from here"

Holder = Literal["environment", "keyring", "file", "passphrase"]
Place = Literal["keyring", "file", "passphrase"]

_HOLDERS: Final[dict[str, Holder]] = {name: name for name in get_args(Holder)}
_FILES: Final[tuple[Place, ...]] = ("file", "passphrase")
_NEXT: Final = ".next"  # beside each place: the key to come, until the database has taken it over
_SLOTS: Final = ("", _NEXT)
_RECORD: Final = re.compile(r"([a-z]+):(|chosen):([\w.]*)", re.ASCII)
_MISSING: Final[dict[Holder, tuple[str, str]]] = {
    "environment": ("This home opens with the key in OO_KEY, which is not set.", "Set it and try again."),
    "keyring": ("The keyring holds no key for this home.", "Set OO_KEY, or start anew with: oo forget"),
    "file": ("The key file is gone.", "Put it back, set OO_KEY, or start anew with: oo forget"),
    "passphrase": ("The sealed key file is gone.", "Put it back, set OO_KEY, or start anew with: oo forget"),
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
    """The keys of one home: the first one, the one in use, the one after it, and their end."""

    __slots__ = ("_asker", "_backend", "_env", "_lock_path", "_path", "account")

    def __init__(self, environ: Mapping[str, str], paths: Paths, asker: Asker | None = None) -> None:
        self.account = account_name(environ, paths)
        self._env = EnvHolder(environ)
        self._path = paths.key_file
        self._asker = asker or Asker(lambda new: None)
        self._lock_path = f"{paths.key_file}.lock"
        # The keyring library's own setting goes before what was recorded, as it goes before its own search.
        self._backend = environ.get("PYTHON_KEYRING_BACKEND", "")

    def unlock(self, custody: Custody, wanted: str | None = None) -> Secret:
        """The key of this home, of the id that is `wanted`; `OO_KEY` goes before the recorded holder.

        Raises `DataLockedError`. A rotation that was cut short after the database took the new key is finished.
        """
        key = self._env.load()
        if key is not None or custody.holder == "environment":
            return self._from_environment(key, wanted)
        key = self._holder(custody.holder, custody).load()
        if wanted is None or (key is not None and key_id(key) == wanted):
            return _there(key, custody)
        with self._alone():  # for a rotation under way as well
            return self._unlocked(custody, wanted)

    def begin(self) -> tuple[Custody, Secret]:
        """The first key of a home: `OO_KEY`, else the keyring, else a key file that nobody chose.

        Only an absent keyring leads to the file; one that is locked or hangs raises. A key already there is
        used, so that two first runs at once, or one cut short and one more, end with one key.
        """
        key = self._env.load()
        if key is not None:
            return Custody("environment", chosen=True), key
        with self._alone():
            file = self._holder("file")
            key = file.load()
            if key is not None:
                return Custody("file", chosen=False), key
            keyring = self._keyring(None)
            try:
                key = found_or_made(keyring)
                return Custody("keyring", chosen=False, backend=keyring.backend_name()), key
            except KeyringAbsentError:
                return Custody("file", chosen=False), found_or_made(file)

    def choose(
        self, place: Place, custody: Custody | None, record: Callable[[Custody], None], wanted: str | None = None
    ) -> Custody:
        """Keep the key in a place, because a person said so.

        `record` stores the new custody once the key is there and before its old copies are destroyed: a crash at
        any point leaves a record that opens. No custody means that there is no key yet.
        """
        if self.is_given(custody):
            raise BadUsageError(f"The key of this home comes from {VARIABLE}.", "oO cannot move it.")
        target = self._holder(place, custody)
        with self._alone():
            if custody is None:
                found_or_made(target)
            else:
                key = self._unlocked(custody, wanted)
                if place == "passphrase":
                    self._asker.forget()  # a new one is asked for, also where the place stays
                    target.save(key)
                elif not same_key(key, target.load()):
                    target.save(key)
            new = Custody(place, chosen=True, backend=_backend_of(target))
            record(new)
            if custody is not None:
                self._drop_others(custody, place)
            return new

    def rotate(self, custody: Custody, wanted: str, commit: Callable[[Secret, Secret], None]) -> None:
        """Put a new key in the place of the one of the id `wanted`.

        The new key is written beside the old one and read back; `commit(old, new)` has the database take it over in
        one transaction; then it takes the old one's place. Killed anywhere, `unlock` finds the key that the database
        names. Raises `BadUsageError` for a key that comes from `OO_KEY`: see `hand_over`.
        """
        if self.is_given(custody):
            raise BadUsageError(f"The key of this home comes from {VARIABLE}.", "oO cannot change it.")
        with self._alone():
            old, new = self._unlocked(custody, wanted), new_key()
            following = self._holder(custody.holder, custody, _NEXT)
            following.save(new)
            commit(old, new)
            self._holder(custody.holder, custody).save(new)
            following.delete()

    def hand_over(self, custody: Custody, wanted: str, commit: Callable[[Secret, Secret], None]) -> bool:
        """Where `OO_KEY` holds a new key and `OO_KEY_OLD` the one of the id `wanted`, have the database change over.

        A copy of the old one in the recorded place is destroyed after that, or by the next call where this one was cut
        short. False where nothing is to be done.
        """
        new, old = self._env.load(), self._env.old()
        if new is None:
            raise DataLockedError(*_MISSING["environment"])
        if key_id(new) != wanted and (old is None or key_id(old) != wanted):
            raise other_key()
        with self._alone():
            if old is not None and key_id(new) != wanted:
                commit(old, new)
            elif not self._keeps_another(custody, wanted):
                return False
            _, left = deleted(self._holder(custody.holder, custody, more) for more in _SLOTS)
        if left:
            raise DataLockedError("The new key is in use, but a copy of the old one could not be destroyed.", left.hint)
        return True

    def _keeps_another(self, custody: Custody, wanted: str) -> bool:
        """Whether the recorded place still holds a key that the database has left behind."""
        if custody.holder not in ("keyring", "file"):
            return False
        key = self._holder(custody.holder, custody).load()
        return key is not None and key_id(key) != wanted

    def is_given(self, custody: Custody | None) -> bool:
        """Whether the key comes from the environment, where oO cannot change it."""
        return self._env.is_set() or (custody is not None and custody.holder == "environment")

    def destroy(self, custody: Custody | None) -> list[str]:
        """Delete the key wherever it may be; fixed words for what was destroyed and what could not be."""
        done: list[str] = []
        gone, left = deleted(self._keyring(custody, more) for more in _SLOTS)
        if gone:
            done.append(KEYRING_DESTROYED)
        # An absent keyring is worth a word only where the key was recorded in it.
        if isinstance(left, KeyringAbsentError) and (custody is None or custody.holder != "keyring"):
            left = None
        if left:
            done.append(KEYRING_UNREACHED)
        gone, left = deleted(self._holder(name, custody, more) for name in _FILES for more in _SLOTS)
        if gone:
            done.append(FILE_DESTROYED)
        if left:
            done.append(FILE_UNREACHED)
        if self._env.is_set():
            done.append(ENVIRONMENT_LEFT)
        return done

    def in_keyring(self, custody: Custody | None) -> bool:
        """Whether a keyring that answers holds a key of this home."""
        try:
            return any(self._keyring(custody, more).load() is not None for more in _SLOTS)
        except DataLockedError:
            return False

    @staticmethod
    def may_hold_remote(custody: Custody) -> bool:
        """Whether a remote source may hand over its token: not where the key fell to a file by itself."""
        return custody.chosen or custody.holder != "file"

    def _from_environment(self, key: Secret | None, wanted: str | None) -> Secret:
        if key is None:
            raise DataLockedError(*_MISSING["environment"])
        if wanted is None or key_id(key) == wanted:
            return key
        old = self._env.old()
        if old is not None and key_id(old) == wanted:
            raise DataLockedError(
                "OO_KEY holds a new key; your data still opens with the old one.", "Run: oo key rotate"
            )
        raise other_key()

    def _unlocked(self, custody: Custody, wanted: str | None) -> Secret:
        """The key, from its place or from beside it; whoever calls is alone."""
        holder = self._holder(custody.holder, custody)
        key = holder.load()
        if wanted is None or (key is not None and key_id(key) == wanted):
            return _there(key, custody)
        following = self._holder(custody.holder, custody, _NEXT)
        new = following.load()
        if new is None or key_id(new) != wanted:
            _there(key, custody)
            raise other_key()
        with suppress(OoError):  # the next start tries again
            holder.save(new)
            following.delete()
        return new

    def _drop_others(self, custody: Custody, place: Place) -> None:
        """Destroy the copies in other places, those that a move or a rotation cut short may have left included."""
        deleted([self._holder(place, custody, _NEXT)])
        for name in get_args(Place):
            if name != place:
                _, left = deleted(self._holder(name, custody, more) for more in _SLOTS)
                if left and name == custody.holder:
                    raise DataLockedError(
                        "The key was moved, but its old copy could not be destroyed.",
                        "Try again with the same command.",
                    )

    def _holder(self, name: Holder, custody: Custody | None = None, more: str = "") -> KeyHolder:
        match name:
            case "environment":
                return self._env
            case "file":
                return FileHolder(f"{self._path}{more}")
            case "passphrase":
                return PassphraseHolder(f"{self._path}.sealed{more}", self._asker)
        return self._keyring(custody, more)

    def _keyring(self, custody: Custody | None, more: str = "") -> KeyringHolder:
        recorded = custody.backend if custody is not None else ""
        return KeyringHolder(f"{self.account}{more}", self._backend or recorded or None)

    def _alone(self) -> AbstractContextManager[None]:
        """Only one process at a time begins, moves or rotates keys; never inside the store's own lock."""
        return alone(self._lock_path)


def account_name(environ: Mapping[str, str], paths: Paths) -> str:
    """The keyring account of this home: `key` in the usual place, else named after the place."""
    if paths.data == Paths({"HOME": environ.get("HOME", "")}).data:
        return "key"
    place = os.fsencode(paths.home or paths.data)
    return f"key@{hashlib.sha256(place).hexdigest()[:16]}"


def _there(key: Secret | None, custody: Custody) -> Secret:
    if key is None:
        raise DataLockedError(*_MISSING[custody.holder])
    return key


def _backend_of(holder: KeyHolder) -> str:
    return holder.backend_name() if isinstance(holder, KeyringHolder) else ""
