"""The history a person may want to read: tips and reactions, one object each."""

from __future__ import annotations

from typing import Any

from oo_cli.engine.when import local, utc_iso
from oo_cli.house import House
from oo_cli.usecases.recommend import GONE, words_of
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone, TipIgnored, TipShown, data_of, kind_of
from oo_data.store import events, homes, tips

REACTIONS = (FeedbackGiven, FeedbackUndone, TipIgnored)
TIPS = (TipShown,)


def history(house: House, reactions_only: bool, limit: int) -> list[dict[str, Any]]:
    """The last tips and reactions, oldest first, with their words where these still exist."""
    if not house.exists:
        return []
    kinds = REACTIONS if reactions_only else TIPS + REACTIONS
    found = []
    logged = events.latest(house.store.conn, kinds, limit)
    reacted_to = {entry.id: entry.event.subject for entry in logged if isinstance(entry.event, FeedbackGiven)}
    for entry in reversed(logged):
        event = entry.event
        tip_id = reacted_to.get(event.subject, "") if isinstance(event, FeedbackUndone) else event.subject
        elsewhere = homes.has_arrived(house.store.conn, entry.id)
        shown = tip_id
        if elsewhere and isinstance(event, REACTIONS):
            shown = tips.last_about(house.store.conn, event.about)
        found.append(
            {
                "at": utc_iso(entry.at),
                "local": local(entry.at, house.zone).strftime("%Y-%m-%d %H:%M"),
                "type": kind_of(event),
                "id": entry.id,
                "tip": tip_id,
                "text": words_of(house, shown)[0] if shown else "",
                "elsewhere": elsewhere,
                **data_of(event),
            }
        )
    return found


def line(entry: dict[str, Any]) -> str:
    """One entry for a person."""
    what = {"TipShown": "shown", "TipIgnored": "ignored", "FeedbackUndone": "undone"}.get(entry["type"])
    what = what or entry["reaction"] + (f" ({entry['reason']})" if entry.get("reason") else "")
    what += ", elsewhere" if entry["elsewhere"] else ""
    return f"{entry['local']}  {what:<18} {entry['text'] or GONE}".rstrip()
