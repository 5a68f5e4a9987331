"""Building the shelf: candidates, the live policy, words, and the spans in which to keep quiet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oo_cli.engine import candidates as pool
from oo_cli.engine import gate, wording
from oo_cli.engine.policies.base import Moment, Ranking
from oo_cli.engine.policies.urgency import Urgency
from oo_cli.engine.when import DAY_MS, HOUR_MS, day_after, local, midnight
from oo_cli.house import House
from oo_data.contracts.agent import Snippet
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.signal import TaskSignal
from oo_data.contracts.tip import Candidate, Decision, SilentSpan
from oo_data.ids import new_id
from oo_data.store import profile, tips
from oo_data.store.tips import ShelvedTip

DEPTH = 12  # tips kept ready for each part of the coming day
LOGGED = 20  # candidates whose scores a decision keeps
REMOTE_TTL_MS = DAY_MS


class Shelf(NamedTuple):
    """A shelf ready to be written: rows, spans, decisions, and the words for memory (id, text, reason, handle)."""

    tips: tuple[ShelvedTip, ...]
    spans: tuple[SilentSpan, ...]
    decisions: tuple[Decision, ...]
    words: tuple[tuple[str, str, str, str], ...]


class Stock(NamedTuple):
    """What a shelf is made from. `words` of tips whose source could not be read are carried over by subject."""

    tasks: Sequence[TaskFeatures]
    snippets: Sequence[Snippet]
    signals: Mapping[str, TaskSignal]
    carried: Mapping[str, tuple[str, str, int]]
    muted: Mapping[str, int]


def prepare(house: House, stock: Stock, now: int) -> Shelf:
    """Choose and word the best tips for the rest of the day and for the day after, up to 24 hours ahead."""
    turn = midnight(day_after(local(now, house.zone).date()), house.zone)
    parts = [(now, min(turn, now + DAY_MS)), (turn, now + DAY_MS)]
    rows: list[ShelvedTip] = []
    words: list[tuple[str, str, str, str]] = []
    decisions: list[Decision] = []
    for begin, end in parts:
        if end - begin < HOUR_MS // 60:
            continue
        ranking, decision = _decide(house, stock, now, (begin, end))
        muted = sum(until > begin for until in stock.muted.values())
        decisions.append(decision)
        for rank, candidate in enumerate(ranking.order[: DEPTH + muted], start=len(rows)):
            row, said = _shelve(house, stock, candidate, decision.id, rank, (now, begin, end))
            rows.append(row)
            words.append(said)
    spans = gate.spans(profile.prefs(house.store.conn), now, house.zone)
    if not rows:
        spans.append(gate.nothing_open(now, house.zone))
    return Shelf(tuple(rows), tuple(spans), tuple(decisions), tuple(words))


def _decide(house: House, stock: Stock, now: int, part: tuple[int, int]) -> tuple[Ranking, Decision]:
    conn = house.store.conn
    weights = {snippet.agent_id: snippet.weight for snippet in stock.snippets}
    begin, end = part
    # What comes back within this part is put on the shelf: the pick looks at mutes again.
    muted = {subject for subject, until in stock.muted.items() if until >= end}
    choice = pool.candidates(stock.tasks, stock.snippets, muted, profile.granted(conn), begin, house.zone)
    sayable = [c for c in choice if c.kind == "advice" or c.subject in stock.signals or c.subject in stock.carried]
    policy = Urgency()
    ranking = policy.rank(sayable, Moment(begin, house.zone, weights))
    scores = {c.subject: {t.name: (t.value, t.weight) for t in c.terms} for c in ranking.order[:LOGGED]}
    chosen = ranking.order[0].subject if ranking.order else None
    gate_word = "open" if chosen else "nothing-open"
    return ranking, Decision(new_id(), now, policy.name, "live", gate_word, chosen, ranking.propensity, scores)


def _shelve(
    house: House, stock: Stock, candidate: Candidate, decision_id: str, rank: int, times: tuple[int, int, int]
) -> tuple[ShelvedTip, tuple[str, str, str, str]]:
    tip_id = new_id()
    made_at, begin, end = times
    if candidate.subject in stock.carried and candidate.subject not in stock.signals:
        made_at = stock.carried[candidate.subject][2]  # words age from when their source was read
        end = min(end, made_at + REMOTE_TTL_MS)
    text, reason, handle = _say(house, stock, candidate, begin)
    sealed = {
        column: house.sealer.seal(value, "tip", column, tip_id)
        for column, value in (("text", text), ("reason", reason), ("handle", handle))
    }
    row = ShelvedTip(
        tip_id, rank, candidate.kind, candidate.subject, candidate.source, candidate.consent, decision_id, made_at,
        begin, end, sealed["text"], sealed["reason"], sealed["handle"],
    )  # fmt: skip
    return row, (tip_id, text, reason, handle)


def _say(house: House, stock: Stock, candidate: Candidate, begin: int) -> tuple[str, str, str]:
    """Text, reason and handle (JSON); no tab or line end in any of them."""
    if candidate.features is None:
        snippet = next(s for s in stock.snippets if s.agent_id == candidate.snippets[0])
        return wording.advice_text(snippet.text), wording.ADVICE_REASON, "null"
    reason = wording.reason(candidate.features, begin, house.zone)
    signal = stock.signals.get(candidate.subject)
    if signal is None:
        text, handle, _ = stock.carried[candidate.subject]
        return text, reason, handle
    return wording.tip_text(signal.title), reason, json.dumps(signal.handle)


def carried_words(house: House, sources_unread: Sequence[str], now: int) -> dict[str, tuple[str, str, int]]:
    """Text, handle and age (made at, UTC ms) of tips still valid whose source was not read, to be said again."""
    found = {}
    for tip in tips.on_shelf(house.store.conn, now):
        if tip.source in sources_unread and tip.made_at + REMOTE_TTL_MS > now:
            text = house.sealer.unseal(tip.text, "tip", "text", tip.id)
            handle = house.sealer.unseal(tip.handle, "tip", "handle", tip.id)
            found[tip.subject] = (text, handle, tip.made_at)
    return found
