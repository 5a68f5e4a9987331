"""The data key in the keyring of the operating system, asked with patience for two seconds and no more."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from oo_cli.adapters.vault.sealer import key_bytes, key_from_text
from oo_data.errors import DataLockedError, OoError
from oo_data.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "oo"
LIMIT_SECONDS = 2.0
AGAIN_SECONDS = 0.25  # while it still owes an answer: to be asked twice makes no keyring quicker
# Backends that keep nothing, or keep it in the clear.
_REFUSED = ("keyrings.alt.", "keyring.backends.fail.", "keyring.backends.null.")
_WAYS_OUT = "Unlock it and try again, set OO_KEY, or choose a key file: oo key --file"

T = TypeVar("T")
_owing: dict[str | None, threading.Thread] = {}  # by backend, the last question that took too long


class KeyringAbsentError(DataLockedError):
    """There is no keyring that may hold a key."""


class KeyringHolder:
    """The key as the password of one account of the service `oo`.

    Given the dotted name of a backend, only that one is loaded. Otherwise the keyring library searches for
    its best, which is slow.
    """

    __slots__ = ("_account", "_backend", "_ring")

    name = "keyring"

    def __init__(self, account: str, backend: str | None = None) -> None:
        self._account = account
        self._backend = backend
        self._ring: KeyringBackend | None = None

    def backend_name(self) -> str:
        """The dotted name of the backend in use, to be given to the constructor next time."""
        return self._ask(lambda ring: f"{type(ring).__module__}.{type(ring).__qualname__}")

    def load(self) -> Secret | None:
        """The key, or None where there is no entry. Raises `KeyringAbsentError` or `DataLockedError`."""
        text = self._ask(self._get)
        if text is None:
            return None
        if key_bytes(text) is None:
            raise DataLockedError("The keyring's entry for oO is not a key.", "Put the right one back, or set OO_KEY.")
        return key_from_text(text)

    def save(self, key: Secret) -> None:
        """Keep the key and read it back. Raises `KeyringAbsentError` or `DataLockedError`."""
        text = key.reveal()

        def keep(ring: KeyringBackend) -> str | None:
            ring.set_password(SERVICE, self._account, text)
            return self._get(ring)

        kept = self._ask(keep)
        if kept is None or not hmac.compare_digest(kept.encode("utf-8", "surrogatepass"), text.encode()):
            raise DataLockedError("The keyring did not keep the key.", _WAYS_OUT)

    def delete(self) -> bool:
        """Destroy the entry and look that it is gone; whether there was one."""

        def drop(ring: KeyringBackend) -> bool:
            if ring.get_password(SERVICE, self._account) is None:
                return False
            ring.delete_password(SERVICE, self._account)
            if ring.get_password(SERVICE, self._account) is not None:
                raise DataLockedError("The keyring still holds the key.", "Remove its entry 'oo' by hand.")
            return True

        return self._ask(drop)

    def _get(self, ring: KeyringBackend) -> str | None:
        found: object = ring.get_password(SERVICE, self._account)
        if found is None or isinstance(found, str):
            return found
        raise DataLockedError("The keyring answered with something that is no password.", _WAYS_OUT)

    def _ask(self, work: Callable[[KeyringBackend], T]) -> T:
        """What `work` makes of the keyring, in a thread that is left behind when it takes too long."""
        answers: list[T] = []
        failures: list[OoError] = []

        def run() -> None:
            try:
                answers.append(work(self._open()))
            except BaseException as error:  # noqa: BLE001 - backends are plug-ins and raise what they like
                failures.append(_told(error))

        _load_library()
        thread = threading.Thread(target=run, name="keyring", daemon=True)
        owes = self._backend in _owing and _owing[self._backend].is_alive()
        thread.start()
        thread.join(AGAIN_SECONDS if owes else LIMIT_SECONDS)
        if answers:
            return answers[0]
        if failures:
            raise failures[0]
        _owing[self._backend] = thread
        raise DataLockedError("The keyring did not answer within 2 s.", _WAYS_OUT)

    def _open(self) -> KeyringBackend:
        if self._ring is None:
            from keyring import core

            try:
                ring = core.load_keyring(self._backend) if self._backend else core.get_keyring()
            except (RuntimeError, OSError):  # it says that it cannot work here, or its bus is dead
                raise _absent() from None
            self._ring = _usable(ring)
        return self._ring


def _load_library() -> None:
    """Have the library loaded before the time runs: on a busy machine that alone may take as long."""
    with suppress(Exception):  # `_open` meets it again, and tells
        import keyring.core  # noqa: F401


def _usable(ring: KeyringBackend) -> KeyringBackend:
    """The backend, or the best sound member of a chain, because a chain may save into any of them."""
    from keyring.backends.chainer import ChainerBackend

    members = ring.backends if isinstance(ring, ChainerBackend) else [ring]
    for member in members:
        if not any(f"{kind.__module__}.".startswith(_REFUSED) for kind in type(member).__mro__):
            return member
    raise _absent()


def _told(error: BaseException) -> OoError:
    """The person's words for what a backend raised; its own words are left behind, they may hold anything."""
    if isinstance(error, OoError):
        return error
    # By name, because the library that defines them may be what failed to load.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "NoKeyringError" in kinds:
        return _absent()
    if kinds & {"KeyringLocked", "InitError"}:
        return DataLockedError("The keyring is locked.", _WAYS_OUT)
    return DataLockedError(f"The keyring failed ({type(error).__name__}).", _WAYS_OUT)


def _absent() -> KeyringAbsentError:
    return KeyringAbsentError(
        "There is no keyring here that can hold a key.", "Set OO_KEY, or choose a key file: oo key --file"
    )
