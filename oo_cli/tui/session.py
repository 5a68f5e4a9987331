"""Use cases for the face, as it shows them.

Each is loaded when it is first run, so that the face takes keys before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, NamedTuple

from oo_cli.engine.later import Offer
from oo_cli.engine.when import MINUTE_MS, local
from oo_cli.house import House
from oo_cli.usecases import follow, surface
from oo_cli.usecases.follow import Outside
from oo_data.contracts.tip import Reaction, Recommendation, RecommendRequest, Tip
from oo_data.errors import BadUsageError


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


class Unbegun(Awaitable[None]):
    """A coroutine that comes to be when it is awaited: one that is dropped before would be complained of."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, None]:
        return self._begin().__await__()


def ask(house: House, with_clock: bool = False) -> Answer:
    """What is said now; it holds to its own end, and never beyond the quarter hour."""
    from oo_cli.usecases.recommend import recommend

    now = house.clock.now_ms()
    # Seen before it is read: what changes in between is news.
    before = follow.outside(house)
    said = recommend(house, RecommendRequest(now, "face", asked=False))
    return Answer(said, surface.holds_for(said, now), minute(house, with_clock).edge, before, follow.places(house))


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
        return surface.NOTED
    return surface.later_word(offer.at, house.clock.now_ms(), house.zone) if offer else surface.WORDS[reaction]


def choices(house: House) -> list[tuple[Offer, str, str]]:
    """Times to put the tip off to: each with how its row reads and what choosing it is acknowledged with."""
    now = house.clock.now_ms()
    return [(offer, row, surface.later_word(offer.at, now, house.zone)) for offer, row in surface.choices(house)]


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

    told = [*lines(explain(house, tip_id, ambient=True)), *prompt_behind(house, tip_id)]
    return tuple(tidy(line) for line in told)
