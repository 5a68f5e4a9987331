"""The admin screen on a screen that only exists in memory, before a real house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from oo_cli.house import House
from oo_cli.tui.ink import ink_for
from oo_cli.tui.inspect.screen import Inspect
from oo_cli.usecases.inspect.sheet import Tab
from oo_cli.usecases.inspect.tabs import NAMES, tabs
from oo_cli.usecases.surface import Session
from tests.tui.onscreen import OnScreen


class Shown(OnScreen[Inspect]):
    """A running admin screen."""

    @property
    def picked(self) -> str:
        """The row at hand."""
        return next((row[2:].rstrip() for row in self.rows if row.startswith("\u203a")), "")

    @property
    def foot(self) -> str:
        """The last row."""
        return self.rows[-1].strip()

    async def type(self, words: str) -> str:
        """Clear the line, paste words into it and press Enter; what can be read then."""
        await self.press("ctrl+u")
        self.paste(words)
        return await self.press("enter")

    def paste(self, words: str) -> None:
        """Have the terminal paste words."""
        from textual.events import Paste

        self.app.post_message(Paste(words))


Enter = Callable[..., AbstractAsyncContextManager[Shown]]


def no_custody(_: House) -> str:
    """Where the key is kept, in a house whose key this process holds."""
    return "The key is this test's."


@asynccontextmanager
async def screen(
    open_house: Callable[[], House], shown_tabs: Sequence[Tab], size: tuple[int, int], **options: Any
) -> AsyncIterator[Shown]:
    """The admin screen on a screen in memory; `options` as `Inspect` takes them."""
    work = Session(open_house)
    app = Inspect(work, shown_tabs, ink_for({"COLORTERM": "truecolor"}), **options)
    try:
        async with app.run_test(size=size) as pilot:
            shown = Shown(app, pilot)
            await shown.settle()
            yield shown
    finally:
        work.close()


@pytest.fixture
def enter() -> Enter:
    """Run the admin screen on a house, at one of its tabs."""

    def running(
        open_house: Callable[[], House], tab: str = "events", size: tuple[int, int] = (100, 30), **options: Any
    ) -> AbstractAsyncContextManager[Shown]:
        return screen(open_house, tabs(no_custody), size, tab=NAMES.index(tab), **options)

    return running
