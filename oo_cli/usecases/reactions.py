"""What became of tips, read from the log: reactions that stand, and tips that nobody answered."""

from __future__ import annotations

from collections.abc import Sequence

from oo_cli.engine import gate
from oo_cli.house import House
from oo_data.contracts.agent import Reacted
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone, TipIgnored, TipShown
from oo_data.contracts.feature import TaskCompletion
from oo_data.store import events

ADVICE = "advice."
KEPT = 4000  # log entries looked back on
LAST = 60  # the same where only the last few reactions matter


def reactions(house: House, limit: int = KEPT) -> tuple[Reacted, ...]:
    """Oldest first. An ignored tip stands at the time it was shown: that was the moment it did not suit."""
    kinds = (FeedbackGiven, FeedbackUndone, TipIgnored, TipShown)
    undone: set[str] = set()
    shown: dict[str, int] = {}
    said: list[tuple[str, Reacted]] = []  # under the id of the reaction, or of the tip that got none
    for entry in events.newest(house.store.conn, kinds, limit):
        match entry.event:
            case FeedbackUndone(subject):
                undone.add(subject)
            case TipShown(subject):
                shown.setdefault(subject, entry.at)
            case TipIgnored(subject, about):
                said.append((subject, Reacted(entry.at, gate.IGNORED, about)))
            case FeedbackGiven(about=about, reaction=reaction):
                said.append((entry.id, Reacted(entry.at, reaction, about)))
    stand = (reacted._replace(at=shown.get(of, reacted.at)) for of, reacted in said if of not in undone)
    return tuple(sorted(stand, key=lambda reacted: reacted.at))


def advised(house: House, since: int, until: int) -> frozenset[str]:
    """The advice that was shown between two instants (UTC ms)."""
    shown = events.latest(house.store.conn, (TipShown,), LAST)
    return frozenset(
        entry.event.about
        for entry in shown
        if isinstance(entry.event, TipShown) and since < entry.at <= until and entry.event.about.startswith(ADVICE)
    )


def unprompted(house: House, done: Sequence[TaskCompletion]) -> list[TaskCompletion]:
    """The completions, with those by which a tip was answered as if their hour were unknown.

    Who does what oO has just named has not chosen it from the list: to learn from that would be to learn oO.
    """
    answered = {
        (entry.event.about, entry.at)
        for entry in events.newest(house.store.conn, (FeedbackGiven,), KEPT)
        if isinstance(entry.event, FeedbackGiven) and entry.event.reaction == "done"
    }
    return [c._replace(timed=False) if (c.ref, c.at) in answered else c for c in done] if answered else list(done)
