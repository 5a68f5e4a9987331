"""Use cases for the face, run on one thread of their own: an SQLite connection stays on the thread that opened it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from oo_cli.engine.when import default_later, local
from oo_cli.house import House
from oo_cli.tui.page import tidy
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.why import explain, lines
from oo_data.contracts.tip import Reaction, Recommendation, RecommendRequest, Tip
from oo_data.errors import BadUsageError

T = TypeVar("T")
# No wait is longer: quiet hours start on a whole hour, which in every zone is a quarter hour of UTC, and a wait that
# stood still while the machine slept is soon over.
QUARTER_MS = 900_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, and for how many milliseconds it holds."""

    said: Recommendation
    holds: int


class Session:
    """One thread, and the house it opens for itself when first needed."""

    def __init__(self, open_house: Callable[[], House]) -> None:
        self._open_house = open_house
        self._house: House | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="oo-house")

    async def run(self, work: Callable[[House], T]) -> T:
        """Do the work in the house, without holding up the caller's loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    def close(self) -> None:
        """Finish what was begun and close the house."""
        self._thread.submit(self._leave).result()
        self._thread.shutdown()

    def _do(self, work: Callable[[House], T]) -> T:
        if self._house is None:
            self._house = self._open_house()
        return work(self._house)

    def _leave(self) -> None:
        if self._house is not None:
            self._house.close()


def ask(house: House) -> Answer:
    """What is said now; it holds to its own end, and never beyond the quarter hour."""
    now = house.clock.now_ms()
    said = recommend(house, RecommendRequest(now, "face", asked=False))
    end = said.valid_until if isinstance(said, Tip) else said.until
    quarter = QUARTER_MS - now % QUARTER_MS
    return Answer(said, min(end - now, quarter) if end else quarter)


def answer(house: House, tip: Tip, reaction: Reaction) -> str:
    """React to the tip; what became of it, in a word or two."""
    until = default_later(house.clock.now_ms(), house.zone) if reaction == "later" else 0
    done = react(house, reaction, until=until, tip_id=tip.id)
    if reaction == "later":
        return f"later, {local(done.until, house.zone):%a %H:%M}"
    if reaction == "no":
        return "not this"
    return "done" if done.in_source or not done.source else "done, noted here only"


def take_back(house: House) -> str:
    """Undo the last reaction; in two words, or none where there was nothing to undo."""
    try:
        undo(house)
    except BadUsageError:
        return ""
    return "taken back"


def reasons(house: House, tip_id: str = "") -> tuple[str, ...]:
    """What led to the tip, by default the last one shown, or to silence."""
    return tuple(tidy(line) for line in lines(explain(house, tip_id)))
