"""A real terminal's other end: start a program on it, press keys, read what it draws, see how it leaves."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

ALTERNATE, BACK = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """A pseudo-terminal of some size with one program on it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], columns: int = 80, rows: int = 24) -> None:
        self._screen, slave = pty.openpty()
        self.drawn = b""
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._before = termios.tcgetattr(self._screen)
        env = {"TERM": "xterm-256color", **environ}
        self.program = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        if self._screen >= 0:
            os.close(self._screen)

    def again(self) -> None:
        """Forget what was drawn so far."""
        self.drawn = b""

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._screen, keys)

    def until(self, wanted: bytes, seconds: float = 60.0) -> bytes:
        """Everything drawn so far, once it holds what is wanted."""
        end = time.monotonic() + seconds
        while wanted not in self.drawn:
            assert time.monotonic() < end, f"{wanted!r} was not drawn: {self.drawn[-400:]!r}"
            self._read(0.1)
        return self.drawn

    def piece(self, seconds: float) -> bytes:
        """What is drawn next, within that time; nothing where nothing is."""
        before = len(self.drawn)
        self._read(seconds)
        return self.drawn[before:]

    def leave(self, seconds: float = 60.0) -> int:
        """The program's exit code, once it has ended and all that it drew was read."""
        end = time.monotonic() + seconds
        while self.program.poll() is None:
            assert time.monotonic() < end, "the program does not end"
            self._read(0.05)
        while self._screen >= 0 and self._read(0.05):
            pass
        return int(self.program.returncode)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told by SIGWINCH, as a window would."""
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.program.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal under the program, as a window that is closed."""
        os.close(self._screen)
        self._screen = -1

    def wake_ups(self) -> int:
        """How often the program's threads have woken so far: they gave up the processor to wait that many times."""
        found = 0
        for status in Path(f"/proc/{self.program.pid}/task").glob("*/status"):
            words = status.read_text().split()
            found += int(words[words.index("voluntary_ctxt_switches:") + 1])
        return found

    def until_asleep(self, seconds: float = 60.0) -> None:
        """Read on until the program has nothing left to do: all its threads wait, and none woke for half a second."""
        end, looks, before = time.monotonic() + seconds, 0, -1
        while looks < 10:
            assert time.monotonic() < end, "the program does not come to rest"
            self._read(0.05)
            woken = -1  # a thread may end while it is looked at
            with suppress(OSError):
                states = Path(f"/proc/{self.program.pid}/task").glob("*/stat")
                if all(state.read_text().rpartition(")")[2].split()[0] == "S" for state in states):
                    woken = self.wake_ups()
            looks, before = (looks + 1 if woken == before >= 0 else 0), woken

    def is_restored(self) -> bool:
        """Whether the terminal is as it was before, with its own screen, cursor, and line discipline."""
        left = self.drawn.rpartition(ALTERNATE)[2]
        return BACK in left and b"\x1b[?25h" in left and termios.tcgetattr(self._screen) == self._before

    def _read(self, seconds: float) -> bool:
        if self._screen < 0:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([self._screen], [], [], seconds)
        try:
            piece = os.read(self._screen, 65536) if ready else b""
        except OSError:
            piece = b""
        self.drawn += piece
        return bool(piece)
