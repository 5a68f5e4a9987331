"""Tells those who wait that something is new, by a version that only ever goes up while the server runs."""

from __future__ import annotations

import asyncio
import os

from oo_cli.phone import table


class Bell:
    """Waiting costs nothing; ringing wakes everybody who waits."""

    def __init__(self) -> None:
        self._run = os.urandom(4).hex()
        self._count = 0
        self._rung = asyncio.Event()
        self._waiting: dict[str, int] = {}

    @property
    def version(self) -> str:
        """The version of now; those of another run of the server are other ones."""
        return f"{self._run}-{self._count}"

    def ring(self) -> None:
        """Something is new."""
        self._count += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, who: str, known: str, seconds: float = table.POLL_SECONDS) -> str | None:
        """The version, once it is not the known one, or at the end of the time; None where `who` waits too often."""
        if known != self.version:
            return self.version
        if self._waiting.get(who, 0) >= table.POLLS:
            return None
        self._waiting[who] = self._waiting.get(who, 0) + 1
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[who] -= 1
            if not self._waiting[who]:
                del self._waiting[who]
        return self.version
