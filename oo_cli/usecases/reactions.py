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
    logged = events.latest(house.store.conn, kinds, limit)
    undone = {entry.event.subject for entry in logged if isinstance(entry.event, FeedbackUndone)}
    shown = {entry.event.subject: entry.at for entry in reversed(logged) if isinstance(entry.event, TipShown)}
    found = []
    for entry in logged:
        if isinstance(entry.event, TipIgnored):
            found.append(Reacted(shown.get(entry.event.subject, entry.at), gate.IGNORED, entry.event.about))
        elif isinstance(entry.event, FeedbackGiven) and entry.id not in undone:
            found.append(Reacted(entry.at, entry.event.reaction, entry.event.about))
    return tuple(sorted(found, key=lambda reacted: reacted.at))


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
    logged = events.latest(house.store.conn, (FeedbackGiven,), KEPT)
    answered = {
        (entry.event.about, entry.at)
        for entry in logged
        if isinstance(entry.event, FeedbackGiven) and entry.event.reaction == "done"
    }
    return [c._replace(timed=False) if (c.ref, c.at) in answered else c for c in done] if answered else list(done)
