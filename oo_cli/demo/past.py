"""Two weeks that the made-up person has lived with oO: tips shown, and what became of them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from oo_cli.engine.when import HOUR_MS, MINUTE_MS, at_local, local
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.event import FeedbackGiven, TipIgnored, TipShown
from oo_data.ids import new_id
from oo_data.store import tips
from oo_data.store.tips import ShelvedTip

if TYPE_CHECKING:
    from oo_cli.house import House
    from oo_data.contracts.event import Event

HOURS = (8, 10, 13, 16, 18, 20)
PER_DAY = (2, 3, 2, 4, 3, 5, 3, 4, 5, 4, 6, 4, 5, 6)  # oldest first
SOURCE = "todotxt"
SAID = ("Call the dentist about the crown", "Return the drill to Jonas", "Buy a filter for the coffee machine",
        "Send Mara the rental contract", "Water the plants", "Write back to Aunt Ilse",
        "Stretch for ten minutes")  # fmt: skip
BECAME = ("done", "ignored", "later", "done", "", "done", "no", "ignored", "done", "later", "done")


def live_through(house: House) -> None:
    """Put the two weeks into the log of a house whose list is connected, then refresh it once."""
    now = house.clock.now_ms()
    today = local(now, house.zone).date()
    moments = [
        at_local(today - timedelta(days=back), time(hour), house.zone)
        for back, count in zip(reversed(range(len(PER_DAY))), PER_DAY, strict=True)
        for hour in HOURS[:count]
    ]
    past = [(at, _tip(house, at, count)) for count, at in enumerate(moments) if at < now - HOUR_MS]
    with house.store.write() as conn:
        tips.replace_shelf(conn, now, (), (tip for _, tip in past))
        for count, (at, tip) in enumerate(past):
            house.bus.publish(conn, TipShown(tip.id, tip.subject, "face" if count % 3 else "tip"), at)
            answer = _answer(tip, BECAME[count % len(BECAME)], at)
            if answer is not None:
                house.bus.publish(conn, answer, at + 5 * MINUTE_MS)
    house.bus.deliver()
    refresh(house)


def _tip(house: House, at: int, count: int) -> ShelvedTip:
    title = SAID[count % len(SAID)]
    tip_id = new_id()
    text, reason, handle = (
        house.sealer.seal(words, "tip", column, tip_id, source=SOURCE, at=at)
        for column, words in (("text", title), ("reason", ""), ("handle", "null"))
    )
    return ShelvedTip(
        tip_id, 0, "todo", house.refs.task(SOURCE, title), SOURCE, f"source.{SOURCE}", "", at, at, at + HOUR_MS,
        text, reason, handle,
    )  # fmt: skip


def _answer(tip: ShelvedTip, became: str, at: int) -> Event | None:
    if became == "ignored":
        return TipIgnored(tip.id, tip.subject)
    until = at + 3 * HOUR_MS if became == "later" else 0
    return FeedbackGiven(tip.id, tip.subject, became, "", until) if became else None
