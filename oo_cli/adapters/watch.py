"""What wakes a surface from outside: a file that changed, a clock that was set, a machine that slept. Linux tells.

Elsewhere nothing does, and a surface asks when it has the focus again or a quarter of an hour has passed.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

# <sys/inotify.h>: closed after writing, renamed to, made, deleted; the queue overflowed
_CLOSE_WRITE, _MOVED_TO, _CREATE, _DELETE, _OVERFLOW = 0x8, 0x80, 0x100, 0x200, 0x4000
_EVENT = struct.Struct("iIII")
# <sys/timerfd.h>, <time.h>
_REALTIME, _ABSOLUTE, _CANCEL_ON_SET = 0, 1, 2
_NEVER = 2**31 - 1 if struct.calcsize("l") == 4 else 2**40  # seconds since 1970
_NONBLOCK, _CLOEXEC = os.O_NONBLOCK, os.O_CLOEXEC
CALM_S = 0.15  # what comes in one burst is told once


class Watch:
    """Calls `heard` on the running loop, shortly after something changed; it costs nothing until then."""

    def __init__(self, heard: Callable[[], None]) -> None:
        import asyncio

        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._names: dict[int, set[str]] = {}
        self._folders: dict[str, int] = {}
        self._places: tuple[tuple[str, str], ...] = ()
        self._followed: set[tuple[str, str, int]] = set()
        self._unseen = False
        self._files = self._jumps = -1
        self._calm: asyncio.TimerHandle | None = None
        if sys.platform == "linux":
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._files = self._libc.inotify_init1(_NONBLOCK | _CLOEXEC)
            self._jumps = self._clock()
        for number in self._open:
            self._loop.add_reader(number, self._changed)

    @property
    def _open(self) -> list[int]:
        return [number for number in (self._files, self._jumps) if number >= 0]

    def follow(self, places: Iterable[tuple[str, str]]) -> None:
        """Watch these files (folder, name) and no others; one whose folder is not there is watched for that.

        What was not watched until now is news: whatever happened to it since the caller looked was told by nobody.
        """
        if self._files < 0:
            return
        self._places = tuple(places)
        wanted: dict[str, set[str]] = {}
        masks: dict[str, int] = {}
        for place in self._places:
            folder, name, mask = _there(*place)
            wanted.setdefault(folder, set()).add(name)
            masks[folder] = masks.get(folder, 0) | mask
        for folder in self._folders.keys() - wanted:
            self._libc.inotify_rm_watch(self._files, self._folders.pop(folder))
        self._names, before, self._followed = {}, self._followed, set()
        for folder, names in wanted.items():
            # Asked for again, the kernel gives the number that it has, or a new one where the folder is another now.
            number = self._libc.inotify_add_watch(self._files, os.fsencode(folder), masks[folder])
            if number >= 0:
                self._folders[folder] = number
                self._names[number] = names
            self._followed |= {(folder, name, number) for name in names}
        if self._followed - before:
            self._unseen = True
            self._changed()

    def close(self) -> None:
        """Stop watching."""
        if self._calm is not None:
            self._calm.cancel()
        for number in self._open:
            self._loop.remove_reader(number)
            os.close(number)
        self._files = self._jumps = -1

    def _clock(self) -> int:
        """A timer that never ends, and is cancelled by the kernel when the clock jumps or the machine wakes."""
        number = int(self._libc.timerfd_create(_REALTIME, _NONBLOCK | _CLOEXEC))
        if number >= 0:
            end = (ctypes.c_long * 4)(0, 0, _NEVER, 0)  # no interval; seconds, nanoseconds
            self._libc.timerfd_settime(number, _ABSOLUTE | _CANCEL_ON_SET, end, None)
        return number

    def _changed(self) -> None:
        # Not listening until then bounds how often a busy folder can wake us.
        for number in self._open:
            self._loop.remove_reader(number)
        if self._calm is None:
            self._calm = self._loop.call_later(CALM_S, self._tell)

    def _tell(self) -> None:
        told = [self._unseen, self._jumped(), self._touched()]
        self._unseen, self._calm = False, None
        if any(told):
            self.follow(self._places)  # folders come and go
        for number in self._open:
            self._loop.add_reader(number, self._changed)
        if any(told):
            self._heard()

    def _jumped(self) -> bool:
        try:
            os.read(self._jumps, 8)
        except BlockingIOError:
            return False
        except OSError:
            return self._jumps >= 0  # cancelled: that is the news
        return True

    def _touched(self) -> bool:
        """Read what the kernel noted; whether a file of ours is in it."""
        found = False
        while True:
            try:
                noted = os.read(self._files, 65536)
            except OSError:
                return found
            at = 0
            while at < len(noted):
                number, mask, _, length = _EVENT.unpack_from(noted, at)
                at += _EVENT.size + length
                name = os.fsdecode(noted[at - length : at].rstrip(b"\0"))
                found = found or bool(mask & _OVERFLOW) or name in self._names.get(number, ())


def _there(folder: str, name: str) -> tuple[str, str, int]:
    """Where a file is to be watched, under which name, and for what: the first of its folders that is not there yet."""
    if os.path.isdir(folder):
        return folder, name, _CLOSE_WRITE | _MOVED_TO | _DELETE
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder, name = os.path.split(folder)
    return folder, name, _CREATE | _MOVED_TO
