"""Use cases for the face, run on one thread of their own: an SQLite connection stays on the thread that opened it.

Each is loaded when it is first run, so that the face takes keys before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from oo_cli.engine.later import Offer
from oo_cli.engine.when import MINUTE_MS, local, spoken
from oo_cli.house import House
from oo_cli.usecases import follow
from oo_cli.usecases.follow import Outside
from oo_data.contracts.tip import Reaction, Recommendation, RecommendRequest, Tip
from oo_data.errors import BadUsageError

T = TypeVar("T")
# No wait is longer: quiet hours start on a whole hour, which in every zone is a quarter hour of UTC, and a wait that
# stood still while the machine slept is soon over.
QUARTER_MS = 900_000
WORDS: dict[Reaction, str] = {"done": "done", "later": "later", "no": "not this"}


class Answer(NamedTuple):
    """What is said, for how many milliseconds it holds, and what would make it another answer sooner.

    `edge` is said at the edge of the screen.
    """

    said: Recommendation
    holds: int
    edge: tuple[str, ...]
    outside: Outside | None
    places: tuple[tuple[str, str], ...]


class Minute(NamedTuple):
    """What the edge says in this minute, and how many milliseconds are left of it."""

    edge: tuple[str, ...]
    holds: int


class Session:
    """One thread, and the house it opens for itself when first needed."""

    def __init__(self, open_house: Callable[[], House]) -> None:
        self._open_house = open_house
        self._house: House | None = None
        self._owed: list[Future[Any]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="oo-house")

    def run(self, work: Callable[[House], T], owed: bool = False) -> asyncio.Future[T]:
        """Have the work done in the house, without holding up the caller's loop; it is done also if nobody waits.

        Where it is `owed` to the person, `close` raises what went wrong, unless `told` was called after it ended.
        """
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
        if self._house is None:
            self._house = self._open_house()
        return work(self._house)

    def _leave(self) -> None:
        if self._house is not None:
            self._house.close()


class Unbegun(Awaitable[None]):
    """A coroutine that comes to be when it is awaited: one that is dropped before would be complained of."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, None]:
        return self._begin().__await__()


def _looked_at(future: asyncio.Future[Any]) -> None:
    # asyncio writes a traceback to the terminal for an error that nobody looked at.
    if not future.cancelled():
        future.exception()


def ask(house: House, with_clock: bool = False) -> Answer:
    """What is said now; it holds to its own end, and never beyond the quarter hour."""
    from oo_cli.usecases.recommend import recommend

    now = house.clock.now_ms()
    # Seen before it is read: what changes in between is news.
    before = follow.outside(house)
    said = recommend(house, RecommendRequest(now, "face", asked=False))
    end = said.valid_until if isinstance(said, Tip) else said.until
    quarter = QUARTER_MS - now % QUARTER_MS
    holds = min(end - now, quarter) if end else quarter
    return Answer(said, holds, minute(house, with_clock).edge, before, follow.places(house))


def is_news(house: House, known: Outside | None) -> bool:
    """Whether anything outside is not as it was."""
    return follow.outside(house) != known


def minute(house: House, with_clock: bool = True) -> Minute:
    """What the edge of the screen says now."""
    now = house.clock.now_ms()
    clock = f"{local(now, house.zone):%H:%M}" if with_clock else ""
    return Minute(follow.edge(house, clock), MINUTE_MS - now % MINUTE_MS)


def answer(house: House, tip: Tip, reaction: Reaction, offer: Offer | None = None) -> str:
    """React to the tip; what became of it, in a word or two. `offer` is the time chosen for "later"."""
    from oo_cli.usecases.feedback import react

    until, when = (offer.at, offer.when) if offer else (0, "")
    done = react(house, reaction, until=until, tip_id=tip.id, when=when)
    if reaction == "done" and done.source and not done.in_source:
        return "done, noted here only"
    return word_for(reaction, house.clock.now_ms(), house.zone, offer)


def word_for(reaction: Reaction, now: int, zone: ZoneInfo, offer: Offer | None) -> str:
    """The quiet acknowledgement of a reaction."""
    if offer:
        return f"later, {spoken(offer.at, now, zone)}"
    return WORDS[reaction]


def choices(house: House) -> list[tuple[Offer, str, str]]:
    """Times to put the tip off to: each with how its row reads and what choosing it is acknowledged with."""
    now = house.clock.now_ms()
    return [
        (offer, _row(offer, now, house.zone), word_for("later", now, house.zone, offer))
        for offer in follow.times_for_later(house)
    ]


def _row(offer: Offer, now: int, zone: ZoneInfo) -> str:
    moment = local(offer.at, zone)
    return f"{moment:%H:%M}" if moment.date() == local(now, zone).date() else spoken(offer.at, now, zone)


def take_back(house: House) -> str:
    """Undo the last reaction; in two words, or none where there was nothing to undo."""
    from oo_cli.usecases.feedback import undo

    try:
        undo(house)
    except BadUsageError:
        return ""
    return "taken back"


def reasons(house: House, tip_id: str = "") -> tuple[str, ...]:
    """What led to the tip, by default the last one shown, or to silence; and what a model was sent for its words."""
    from oo_cli.tui.page import tidy
    from oo_cli.usecases.why import explain, lines, prompt_behind

    told = [*lines(explain(house, tip_id)), *prompt_behind(house, tip_id)]
    return tuple(tidy(line) for line in told)
