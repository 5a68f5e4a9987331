"""Keyring backends that answer well, badly, late or never, to be loaded by their dotted names."""

from __future__ import annotations

import os
import threading
import time
from typing import ClassVar

from keyring.backend import KeyringBackend  # noqa: TID253 - backends are subclasses of it
from keyring.backends.chainer import ChainerBackend  # noqa: TID253
from keyring.core import load_keyring  # noqa: TID253
from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: TID253

HANGING_SECONDS = 60
SECRET_WORDS = "words of a backend that nobody should read"


class Working(KeyringBackend):
    """Keeps passwords in memory; never found by a search, as none of these is."""

    priority = -9.0
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """What was kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.kept[service, username]


class Sleepy(Working):
    """Takes its time to answer."""

    def get_password(self, service: str, username: str) -> str | None:
        """What was kept when it was asked."""
        found = super().get_password(service, username)
        time.sleep(0.1)
        return found


class Other(Working):
    """A second keyring."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}


class Hanging(Working):
    """Never answers within any test."""

    def get_password(self, service: str, username: str) -> str | None:
        """Wait."""
        threading.Event().wait(HANGING_SECONDS)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Wait."""
        threading.Event().wait(HANGING_SECONDS)


class Mute(Hanging):
    """The same, for the one test that measures the first wait: whoever owes an answer is not waited for again."""


class Prompting(Working):
    """Asks the person, who takes their time."""

    answered: ClassVar[threading.Event] = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        """Wait for the person."""
        self.answered.wait(60)
        return super().get_password(service, username)


class Locked(Working):
    """Somebody dismissed the prompt."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise KeyringLocked(SECRET_WORDS)


class Uncreated(Working):
    """The prompt for a first keyring was dismissed."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise InitError(SECRET_WORDS)


class Raising(Working):
    """Has a bug."""

    def get_password(self, service: str, username: str) -> str | None:
        """Fail."""
        raise ValueError(SECRET_WORDS)


class Exiting(Working):
    """Takes itself for the main program."""

    def get_password(self, service: str, username: str) -> str | None:
        """Leave."""
        raise SystemExit(SECRET_WORDS)


class Late(Working):
    """Says only when asked that it is no keyring."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse."""
        raise NoKeyringError(SECRET_WORDS)

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise NoKeyringError(SECRET_WORDS)


class WrongType(Working):
    """Answers with bytes."""

    def get_password(self, service: str, username: str) -> str | None:
        """Not what was promised."""
        return b"A" * 43  # type: ignore[return-value]


class Forgetful(Working):
    """Takes a password and drops it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing."""


class Mangling(Working):
    """Changes what it keeps."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something else."""
        super().set_password(service, username, password.swapcase())


class Sticky(Working):
    """Does not let go, until its lock is lifted from outside."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def delete_password(self, service: str, username: str) -> None:
        """Nothing."""


class _NoPriority:
    def __get__(self, instance: object, owner: type) -> float:
        raise RuntimeError(SECRET_WORDS)


class Unusable(Working):
    """Cannot work on this machine."""

    priority = _NoPriority()


class Plaintext(Working):
    """Stands where the file backends of keyrings.alt stand."""

    __module__ = "keyrings.alt.file"
    kept: ClassVar[dict[tuple[str, str], str]] = {}


class Disguised(Plaintext):
    """A subclass of one that writes in the clear."""

    __module__ = __name__


_PLAIN = load_keyring(f"{__name__}.Plaintext")
_NULL = load_keyring("keyring.backends.null.Keyring")


class MixedChain(ChainerBackend):
    """A chain whose first member writes in the clear."""

    priority = -9.0
    backends: ClassVar[list[KeyringBackend]] = [_PLAIN, _NULL, load_keyring(f"{__name__}.Working")]


class BadChain(ChainerBackend):
    """A chain of nothing that keeps a secret."""

    priority = -9.0
    backends: ClassVar[list[KeyringBackend]] = [_PLAIN, _NULL]


class OnDisk(Working):
    """Outlives the process; replaces an entry as the macOS backend does, by deleting it first."""

    def get_password(self, service: str, username: str) -> str | None:
        """What the file holds."""
        try:
            with open(self._path(username), encoding="ascii") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Delete, then write: a kill between the two leaves no entry."""
        if os.path.exists(self._path(username)):
            os.unlink(self._path(username))
        fresh = f"{self._path(username)}.part"
        with open(fresh, "w", encoding="ascii") as file:
            file.write(password)
        os.rename(fresh, self._path(username))

    def delete_password(self, service: str, username: str) -> None:
        """Delete the file."""
        os.unlink(self._path(username))

    @staticmethod
    def _path(username: str) -> str:
        return f"{os.environ['OO_TEST_RING']}/{username.rpartition('.')[2] if '.' in username else 'key'}"
