"""What every surface that stays open does alike: a thread for its house, how long an answer holds, and its words."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from oo_cli.engine.later import Offer
from oo_cli.engine.when import local, spoken
from oo_cli.house import House
from oo_cli.usecases import follow
from oo_data.contracts.tip import Reaction, Recommendation, Tip

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
# No wait is longer: quiet hours start on a whole hour, which in every zone is a quarter hour of UTC, and a wait that
# stood still while the machine slept is soon over.
QUARTER_MS = 900_000
WORDS: dict[Reaction, str] = {"done": "done", "later": "later", "no": "not this"}
NOTED = "done, noted here only"


class Session:
    """One thread, and the house it opens for itself when first needed, and anew once its home was forgotten.

    An SQLite connection stays on the thread that opened it.
    """

    def __init__(self, open_house: Callable[[], House]) -> None:
        self._open_house = open_house
        self._house: House | None = None
        self._owed: list[Future[Any]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="oo-house")

    def run(self, work: Callable[[House], T], owed: bool = False) -> asyncio.Future[T]:
        """Have the work done in the house, without holding up the caller's loop; it is done also if nobody waits.

        Where it is `owed` to the person, `close` raises what went wrong, unless `told` was called after it ended.
        """
        import asyncio

        begun = self._thread.submit(self._do, work)
        if owed:
            self._owed.append(begun)
        ended = asyncio.wrap_future(begun)
        waiting = asyncio.shield(ended)
        for future in (ended, waiting):
            future.add_done_callback(_looked_at)
        return waiting

    def told(self) -> None:
        """The person has seen how all that has ended by now did end."""
        self._owed = [begun for begun in self._owed if not begun.done()]

    def close(self) -> None:
        """Finish what was begun and close the house; raises what failed of it and nobody has told."""
        self._thread.submit(self._leave).result()
        self._thread.shutdown()
        for begun in self._owed:
            begun.result()

    def _do(self, work: Callable[[House], T]) -> T:
        if self._house is not None and self._house.is_gone:
            self._leave()
        if self._house is None:
            self._house = self._open_house()
        return work(self._house)

    def _leave(self) -> None:
        if self._house is not None:
            self._house.close()
            self._house = None


def holds_for(said: Recommendation, now: int) -> int:
    """For how many milliseconds an answer holds: to its own end, and never beyond the quarter hour."""
    end = said.valid_until if isinstance(said, Tip) else said.until
    quarter = QUARTER_MS - now % QUARTER_MS
    return min(end - now, quarter) if end else quarter


def later_word(until: int, now: int, zone: ZoneInfo) -> str:
    """The quiet acknowledgement of a tip put off."""
    return f"later, {spoken(until, now, zone)}"


def choices(house: House) -> list[tuple[Offer, str]]:
    """Times to put a tip off to, each with how it reads beside its name."""
    now = house.clock.now_ms()
    return [(offer, _row(offer, now, house.zone)) for offer in follow.times_for_later(house)]


def _row(offer: Offer, now: int, zone: ZoneInfo) -> str:
    moment = local(offer.at, zone)
    return f"{moment:%H:%M}" if moment.date() == local(now, zone).date() else spoken(offer.at, now, zone)


def _looked_at(future: asyncio.Future[Any]) -> None:
    # asyncio writes a traceback to the terminal for an error that nobody looked at.
    if not future.cancelled():
        future.exception()
