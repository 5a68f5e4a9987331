"""What is painted by an app of ours on a screen that only exists in memory, and the keys that are pressed there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from oo_cli.tui.quiet import QuietApp

A = TypeVar("A", bound="QuietApp")


class OnScreen(Generic[A]):
    """A running app as it looks from outside."""

    def __init__(self, app: A, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def rows(self) -> list[str]:
        """Every painted row of the screen, as wide as it is."""
        screen = self.app.screen
        return [strip.text for strip in screen._compositor.render_strips(screen.size)]

    @property
    def text(self) -> str:
        """What can be read, row by row."""
        return "\n".join(row.rstrip() for row in self.rows)

    async def settle(self) -> None:
        """Until nothing is under way."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def press(self, *keys: str) -> str:
        """Press keys one after the other; what can be read then."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()
        return self.text

    async def see(self, wanted: Callable[[str], bool]) -> str:
        """What can be read as soon as it is what is wanted."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            await self.pilot.pause(0.01)
            if wanted(self.text):
                return self.text
        raise AssertionError(f"not seen; the screen says: {self.text}")
