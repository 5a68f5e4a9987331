"""The person's todo.txt on disk: read as it is, written whole or not at all.

On the path of `oo done`. Bytes that are not UTF-8, byte order marks, line endings and a missing last newline
survive every write; other programs may change the file at any time.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress

from oo_data.errors import BadUsageError, CannotWriteError, SourceUnavailableError

LIMIT = 8 * 1024 * 1024
ABSENT = "absent"
ATTEMPTS = 8  # at reading or writing a file that others keep changing
PARTIAL = (".oo-", ".tmp")  # how the name of a file begins and ends that is being written
LEFT_NS = 60_000_000_000
LOCK_ATTEMPTS, LOCK_PAUSE = 300, 0.01
# A path may name anything: never wait for a FIFO, never become a terminal's owner, never leak into a child.
_SAFELY = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

_LATER = "Try again in a moment."
_UNREADABLE = ("The todo.txt file cannot be read.", "Check the path and its permissions.")
_CHANGING = ("The todo.txt file keeps changing.", _LATER)


class TodoFile:
    """One todo.txt by its path. An `own` file that is absent is empty, then made; any other is missed."""

    __slots__ = ("_own", "path")

    def __init__(self, path: str, own: bool = False) -> None:
        self.path = path
        self._own = own

    def mark(self) -> str:
        """What tells whether the file has changed: time, size and inode, or `ABSENT`."""
        try:
            return _mark(os.stat(self.path))
        except OSError:
            return ABSENT

    def read(self) -> tuple[list[str], str]:
        """Every line with its newline, and the mark of what was read. Raises `SourceUnavailableError`."""
        try:
            data, state = _load(self.path)
        except FileNotFoundError:
            if self._own:
                return [], ABSENT
            raise _missing() from None
        except OSError:
            raise SourceUnavailableError(*_UNREADABLE) from None
        return _lines(data), _mark(state)

    def append(self, text: str) -> None:
        """Add one task at the end, as one line whatever the text holds."""
        line = one_line(text)

        def change(lines: list[str]) -> list[str]:
            newline = (lines and ending(lines[0])) or "\n"
            if lines and not ending(lines[-1]):
                lines[-1] += newline
            return [*lines, line + newline]

        self.rewrite(change, create=self._own)

    def rewrite(self, change: Callable[[list[str]], list[str] | None], create: bool = False) -> bool:
        """Replace the lines by what `change` makes of them; False where that is None and the file is left.

        `change` is called again on fresh lines where another program wrote meanwhile. A link stays a link.
        """
        real = os.path.realpath(self.path)
        try:
            if create:
                os.makedirs(os.path.dirname(real), 0o700, exist_ok=True)
            for _ in range(ATTEMPTS):
                held = _hold(real, create)
                try:
                    data, state = _contents(held)
                    lines = change(_lines(data))
                    if lines is None:
                        return False
                    if _replace(real, "".join(lines).encode("utf-8", "surrogateescape"), data, state):
                        return True
                finally:
                    os.close(held)
        except FileNotFoundError:
            if self._own and not create:
                return False
            raise _missing() from None
        except OSError:
            raise CannotWriteError(
                "The todo.txt file cannot be written; nothing was changed.",
                "Check its permissions and the free space.",
            ) from None
        raise SourceUnavailableError(*_CHANGING)


def one_line(text: str) -> str:
    """The text as it can stand in the file: control characters and every kind of blank become one space."""
    line = " ".join("".join(" " if char < " " or "\x7f" <= char <= "\x9f" else char for char in text).split())
    if not line:
        raise BadUsageError("There is no task in that.", 'Say what to do: oo add "Call the dentist".')
    try:
        line.encode()
    except UnicodeEncodeError:
        raise BadUsageError("The task holds bytes that are not text.", "Type it in UTF-8.") from None
    return line


def ending(line: str) -> str:
    """The newline that the line ends with, "" where it is the last and has none."""
    return "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""


def _lines(data: bytes) -> list[str]:
    """The lines by newline alone: a form feed or a line separator is part of its line."""
    *whole, last = data.decode("utf-8", "surrogateescape").split("\n")
    lines = [line + "\n" for line in whole]
    return [*lines, last] if last else lines


def _mark(state: os.stat_result) -> str:
    return f"{state.st_mtime_ns}:{state.st_size}:{state.st_ino}"


def _missing() -> SourceUnavailableError:
    return SourceUnavailableError(
        "The todo.txt file is not there.",
        "Bring it back, or connect it anew: oo connect todotxt --file PATH.",
    )


def _check(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise SourceUnavailableError(
            "The todo.txt path is not a plain file.", "Connect a file: oo connect todotxt --file PATH."
        )
    if state.st_size > LIMIT:
        raise SourceUnavailableError("The todo.txt file is larger than 8 MiB.", "Move its done tasks to done.txt.")


def _open(path: str, flags: int) -> int:
    """Open what is known to be a plain file: opening a device can set it in motion."""
    try:
        _check(os.stat(path))
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    return os.open(path, flags | _SAFELY, 0o600)


def _contents(fd: int) -> tuple[bytes, os.stat_result]:
    """All bytes, and the state they belong to; read anew where the file changed under the reading."""
    for _ in range(ATTEMPTS):
        state = os.fstat(fd)
        _check(state)
        os.lseek(fd, 0, os.SEEK_SET)
        with open(fd, "rb", closefd=False) as stream:
            data = stream.read(LIMIT + 1)
        if _mark(os.fstat(fd)) == _mark(state):
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise SourceUnavailableError("The todo.txt file is UTF-16.", "Save it as UTF-8.")
            return data, state
    raise SourceUnavailableError(*_CHANGING)


def _load(path: str) -> tuple[bytes, os.stat_result]:
    fd = _open(path, os.O_RDONLY)
    try:
        return _contents(fd)
    finally:
        os.close(fd)


def _hold(path: str, create: bool) -> int:
    """Open the file and lock it against other writers of ours, and against programs that lock as well.

    A writer replaces the file, so a lock is worth something only while the path still names what was locked.
    """
    for _ in range(LOCK_ATTEMPTS):
        fd = _open(path, os.O_RDWR | (os.O_CREAT if create else 0))
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = os.path.samestat(os.fstat(fd), os.stat(path))
        except (BlockingIOError, FileNotFoundError):  # locked, or just being replaced
            held = False
            time.sleep(LOCK_PAUSE)
        except OSError:  # no locks here, as on some network disks: the comparison before the replacing still guards
            held = True
        if held:
            return fd
        os.close(fd)
    raise SourceUnavailableError("Another program holds the todo.txt file.", _LATER)


def _replace(path: str, new: bytes, old: bytes, state: os.stat_result) -> bool:
    """Put the new bytes in the place of the old at once; False where the file no longer holds the old."""
    if len(new) > LIMIT:
        raise CannotWriteError("The todo.txt file would grow beyond 8 MiB.", "Move its done tasks to done.txt.")
    folder = os.path.dirname(path)
    temporary = os.urandom(8).hex().join((f"{folder}/{PARTIAL[0]}", PARTIAL[1]))
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, 0o600)
    try:
        with open(fd, "wb") as stream:
            stream.write(new)
            stream.flush()
            mine = os.fstat(fd)
            if (mine.st_uid, mine.st_gid) != (state.st_uid, state.st_gid):
                os.fchown(fd, state.st_uid, state.st_gid)
            os.fchmod(fd, stat.S_IMODE(state.st_mode))
            os.fsync(fd)
        if _load(path)[0] != old:
            return False
        os.replace(temporary, path)
    finally:
        _unlink(temporary)
    _settle(folder)
    _sweep(folder, mine.st_mtime_ns)
    return True


def _sweep(folder: str, now: int) -> None:
    """Remove what writers left here that were killed; one that is at work now is younger than that."""
    for name in os.listdir(folder):
        if name.startswith(PARTIAL[0]) and name.endswith(PARTIAL[1]):
            path = f"{folder}/{name}"
            with suppress(OSError):
                if now - os.lstat(path).st_mtime_ns > LEFT_NS:
                    os.unlink(path)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _settle(folder: str) -> None:
    """Make the replacing itself durable. Where the disk cannot, the file is whole all the same."""
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        return
    finally:
        os.close(fd)
