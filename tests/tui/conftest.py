"""The face on a screen that only exists in memory, before a real house with a real list."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from oo_cli.adapters.vault.sealer import new_key
from oo_cli.house import Doors, House
from oo_cli.tui.face import Face
from oo_cli.tui.ink import ink_for
from oo_cli.tui.session import Answer
from oo_cli.usecases.connect import connect_todotxt
from oo_cli.usecases.surface import Session
from oo_cli.wiring import open_house, open_source
from oo_cli.wiring_vault import in_memory
from tests.tui.onscreen import OnScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from oo_cli.tui.first import Frame
    from oo_cli.tui.page import View
    from oo_cli.tui.run import Background

T = TypeVar("T")
TASKS = "Call Ada due:2026-12-01\nBuy milk due:2026-12-03\nWater the plants due:2026-12-08\n"


class Room:
    """A home with a list, the houses opened in it, and the face as it looks from outside."""

    def __init__(self, environ: dict[str, str], todo: Path) -> None:
        self.environ = environ
        self.todo = todo
        self.said: list[str] = []
        self.threads: list[int] = []
        # One key for every house of this home, held by this process only.
        key = new_key()
        self._doors = Doors(vault=in_memory(key), source=open_source)

    def open(self) -> House:
        """A house on this home, for the thread that calls."""
        self.threads.append(threading.get_ident())
        return open_house(self.environ, self.said.append, doors=self._doors)

    def write(self, text: str) -> None:
        """Put tasks on the list; it is connected the first time."""
        known = self.todo.exists()
        self.todo.write_text(text, encoding="utf-8")
        # A list written twice in one tick of the file system's clock still counts as changed.
        os.utime(self.todo, ns=(1, self.todo.stat().st_mtime_ns + len(text)))
        if not known:
            house = self.open()
            connect_todotxt(house, str(self.todo))
            house.close()

    def count(self, event: str) -> int:
        """How often something was logged."""
        house = self.open()
        try:
            (count,) = house.store.conn.execute("select count(*) from event where type = ?", (event,)).fetchone()
            return int(count)
        finally:
            house.close()


@pytest.fixture
def empty_room(environ: dict[str, str], tmp_path: Path) -> Room:
    """A home in which nothing was ever kept."""
    return Room(environ, tmp_path / "todo.txt")


@pytest.fixture
def room(empty_room: Room) -> Room:
    """A home with three tasks."""
    empty_room.write(TASKS)
    return empty_room


class CountingSession(Session):
    """A session that counts what it is asked to do."""

    runs = asked = 0

    def run(self, work: Callable[[House], T], owed: bool = False) -> asyncio.Future[T]:
        """Count it, and have it done."""

        def counted(house: House) -> T:
            result = work(house)
            self.asked += isinstance(result, Answer)
            return result

        self.runs += 1
        return super().run(counted, owed)

    async def ended(self) -> None:
        """Wait until all that was begun is done."""
        await asyncio.wrap_future(self._thread.submit(int))


class Screen(OnScreen[Face]):
    """A running face."""

    def __init__(self, work: CountingSession, face: Face, pilot: Pilot[None]) -> None:
        super().__init__(face, pilot)
        self.work = work

    @property
    def text(self) -> str:
        """What can be read, whatever its line breaks."""
        return " ".join(" ".join(self.rows).split())

    @property
    def asked(self) -> int:
        """How often the face asked what to say."""
        return self.work.asked

    async def rest(self) -> None:
        """Wait until the face has heard of all that has happened, as of its own record of what was seen."""
        before = -1
        while before != self.work.runs:
            before = self.work.runs
            await self.work.ended()
            await asyncio.sleep(0.5)


Watch = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def watch() -> Watch:
    """Run the face in a room on a screen of some size."""

    @asynccontextmanager
    async def running(
        room: Room,
        size: tuple[int, int] = (80, 24),
        open_house: Callable[[], House] | None = None,
        *,
        encoding: str = "utf-8",
        view: View | None = None,
        frame: Frame | None = None,
        environ: dict[str, str] | None = None,
        background: Background | None = None,
        pace: float = 60.0,
    ) -> AsyncIterator[Screen]:
        work = CountingSession(open_house or room.open)
        # Words stay until Escape, however slow the machine is.
        ink = ink_for(environ or {"COLORTERM": "truecolor"})
        face = Face(work, ink, encoding=encoding, view=view, frame=frame, background=background, pace=pace)
        try:
            async with face.run_test(size=size) as pilot:
                screen = Screen(work, face, pilot)
                await screen.settle()
                yield screen
        finally:
            work.close()

    return running
