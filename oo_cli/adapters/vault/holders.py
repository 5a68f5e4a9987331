"""Holders of the home's key beside the keyring: the environment, and a private file; and what goes for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oo_cli.adapters.vault.private_file import PrivateFile
from oo_cli.adapters.vault.sealer import key_bytes, key_from_text, new_key, same_key
from oo_data.errors import CannotWriteError, DataLockedError, OoError
from oo_data.ports import KeyHolder
from oo_data.secret import Secret

VARIABLE, OLD_VARIABLE = "OO_KEY", "OO_KEY_OLD"


class EnvHolder:
    """The key that a person or a service manager put into `OO_KEY`."""

    __slots__ = ("_environ",)

    name = "environment"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def is_set(self) -> bool:
        """Whether the variable holds anything, be it a key or not."""
        return self._holds(VARIABLE)

    def load(self) -> Secret | None:
        """The key, or None where the variable is unset. Raises `BadUsageError` where it is no key."""
        return self._read(VARIABLE)

    def old(self) -> Secret | None:
        """The key before it, given for as long as a rotation takes. Raises `BadUsageError` where it is no key."""
        return self._read(OLD_VARIABLE)

    def save(self, key: Secret) -> None:
        """Refused: a process cannot write to the environment it came from."""
        raise CannotWriteError("oO cannot set OO_KEY for you.", "Set it where oO is started.")

    def delete(self) -> bool:
        """False: what the next process is given cannot be unset from here."""
        return False

    def _holds(self, variable: str) -> bool:
        return bool(self._environ.get(variable, "").strip())

    def _read(self, variable: str) -> Secret | None:
        return key_from_text(self._environ[variable], variable) if self._holds(variable) else None


class FileHolder:
    """The key as one line of base64 in a private file.

    It protects copies of the data directory, and from other users; not from whoever copies this file too.
    """

    __slots__ = ("_file",)

    name = "file"

    def __init__(self, path: str) -> None:
        self._file = PrivateFile(path)

    def load(self) -> Secret | None:
        """The key, or None where there is no file. Raises `DataLockedError` for one that is not ours."""
        text = self._file.read()
        if text is None:
            return None
        if key_bytes(text) is None:
            raise DataLockedError("The key file holds no key.", "Put the right one back, or set OO_KEY.")
        return key_from_text(text)

    def save(self, key: Secret) -> None:
        """Keep the key, whole or not at all, and read it back. Raises `CannotWriteError`."""
        self._file.write(key.reveal().encode() + b"\n")
        if not same_key(key, self.load()):
            raise CannotWriteError("The key file did not keep the key.", "See: oo doctor")

    def delete(self) -> bool:
        """Overwrite the key once and unlink it; whether there was one. Flash memory may keep old blocks."""
        return self._file.delete()


def found_or_made(holder: KeyHolder) -> Secret:
    """The key that a holder keeps; a new one where it keeps none."""
    key = holder.load()
    if key is None:
        key = new_key()
        holder.save(key)
    return key


def deleted(holders: Iterable[KeyHolder]) -> tuple[bool, OoError | None]:
    """Whether any of them held a key, which is gone now, and what stood in the way of one that may hold it still."""
    gone, left = False, None
    for holder in holders:
        try:
            gone = holder.delete() or gone
        except CannotWriteError as error:
            left = error
        except DataLockedError as error:
            return gone, error  # a keyring: asking it again would only take longer
    return gone, left
