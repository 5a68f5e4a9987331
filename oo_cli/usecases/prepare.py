"""Building the shelf: candidates, the live policy, words, and the spans in which to keep quiet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import time
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine import candidates as pool
from oo_cli.engine import gate, twins, wording
from oo_cli.engine.effort import Effort, Efforts, spread
from oo_cli.engine.policies import stages
from oo_cli.engine.policies.base import Moment, Ranking
from oo_cli.engine.when import DAY_MS, MINUTE_MS, at_local, day_after, local
from oo_cli.engine.wording.facts import FREE_MS
from oo_cli.house import House
from oo_cli.usecases import at_hand, decide
from oo_cli.usecases import voice as voices
from oo_cli.usecases.decide import Bench
from oo_data.contracts.agent import Snippet
from oo_data.contracts.feature import Feature, TaskFeatures
from oo_data.contracts.signal import TaskSignal
from oo_data.contracts.tip import Candidate, Decision, SilentSpan
from oo_data.ids import new_id
from oo_data.store import profile, tips
from oo_data.store.tips import ShelvedTip

DEPTH = 12  # tips kept ready for each part of the coming day
PARTS = (0, 6, 12, 18)  # local hours at which a new part begins: what is right in the morning may not be at night
LEAST_PART_MS = MINUTE_MS
WITHIN = 300  # places of the ranking among which short and easy tasks are looked for
REMOTE_TTL_MS = DAY_MS
SHORT_MS = 30 * MINUTE_MS


class Shelf(NamedTuple):
    """A shelf ready to be written: rows, spans, decisions, the words for memory (id, text, reason, handle), efforts.

    `present` are the lines behind the first rows: those of the part of the day that it is.
    """

    tips: tuple[ShelvedTip, ...]
    spans: tuple[SilentSpan, ...]
    decisions: tuple[Decision, ...]
    words: tuple[tuple[str, str, str, str], ...]
    efforts: tuple[Feature, ...]
    present: tuple[voices.Line, ...]


class Stock(NamedTuple):
    """What a shelf is made from. `words` of tips whose source could not be read are carried over by subject.

    `near` are the labels and projects that an active context speaks for.
    """

    tasks: Sequence[TaskFeatures]
    snippets: Sequence[Snippet]
    signals: Mapping[str, TaskSignal]
    carried: Mapping[str, tuple[str, str, int]]
    muted: Mapping[str, int]
    near: frozenset[str]
    efforts: Efforts
    known: gate.Known
    fresh: Mapping[str, float]
    voice: voices.Voice


def prepare(house: House, stock: Stock, seated: Bench, now: int) -> Shelf:
    """Choose and word the best tips for each part of the coming 24 hours."""
    rows: list[ShelvedTip] = []
    words: list[tuple[str, str, str, str]] = []
    decisions: list[Decision] = []
    efforts: dict[str, Effort] = {}
    first: Ranking | None = None
    sources = sorted({task.source for task in stock.tasks})
    present: list[voices.Line] = []
    for part in parts(now, house.zone, stock.known.busy):
        choice, moment = _choice(house, stock, part)
        if first is None:
            decided = decide.decisions(seated, choice, moment, now)
            first = decided.ranking
            ranking, live = _sayable(stock, first, decided.decisions[0])
            stock = stock._replace(tasks=_again(stock, first))
            decisions += (live, *decided.decisions[1:])
        else:
            ranking, live = _sayable(stock, *_later(seated, choice, moment, now))
            decisions.append(live)
        kept = _kept(house, stock, ranking, part, efforts)
        live = _with_terms(decisions, live, kept)
        raised = voices.hints(ranking)
        for place, candidate in enumerate(kept):
            hints = raised.get(candidate.subject, ())
            line = voices.Line(candidate, place, part, efforts.get(candidate.subject), hints)
            row, said = _shelve(house, stock, line, live.id, len(rows), now)
            if live is decisions[0]:
                present.append(line)
            rows.append(row)
            words.append(said)
    spans = gate.spans(profile.prefs(house.store.conn), now, house.zone, _worth(stock, first, now))
    if not rows:
        later = any(stock.muted.get(task.ref, tips.FOREVER) < tips.FOREVER for task in stock.tasks)
        spans.append(gate.nothing_open(now, house.zone, later))
    kept_efforts = at_hand.features(efforts, sources, now, now + DAY_MS)
    return Shelf(tuple(rows), tuple(spans), tuple(decisions), tuple(words), kept_efforts, tuple(present))


def _worth(stock: Stock, first: Ranking | None, now: int) -> gate.Known:
    """What the gate goes by, with the chance that the best candidate is welcome."""
    if first is None or not first.order:
        return stock.known
    welcome = gate.acceptance(stock.known.reactions or (), now)
    return stock.known._replace(best=welcome * stock.fresh.get(first.order[0].subject, 1.0))


def parts(now: int, zone: ZoneInfo, busy: Sequence[gate.Stretch] = ()) -> list[tuple[int, int]]:
    """The coming 24 hours, cut at the local hours of `PARTS`; a part of less than a minute is left out.

    The next appointment cuts too, where it is near, and half an hour before it: what fits until then can be said.
    """
    day = local(now, zone).date()
    turns = {at_local(each, time(hour), zone) for each in (day, day_after(day)) for hour in PARTS}
    near = next((since for since, _ in busy if since > now), now)
    if near - now <= FREE_MS:
        turns |= {near - SHORT_MS, near}
    bounds = [now, *sorted(turn for turn in turns if now < turn < now + DAY_MS), now + DAY_MS]
    return [(begin, end) for begin, end in pairwise(bounds) if end - begin >= LEAST_PART_MS]


def _choice(house: House, stock: Stock, part: tuple[int, int]) -> tuple[list[Candidate], Moment]:
    """Everything that may be said in a part, and what a policy may know of it."""
    begin, end = part
    weights = {snippet.agent_id: snippet.weight for snippet in stock.snippets}
    # What comes back within this part is put on the shelf: the pick looks at mutes again.
    muted = {subject for subject, until in stock.muted.items() if until >= end}
    granted = profile.granted(house.store.conn)
    choice = pool.candidates(stock.tasks, stock.snippets, muted, granted, begin, house.zone, stock.near)
    return choice, Moment(begin, house.zone, weights | {pool.CONTEXT: pool.CONTEXT_WEIGHT}, stock.fresh)


def _sayable(stock: Stock, ranking: Ranking, live: Decision) -> tuple[Ranking, Decision]:
    """What is shown of a ranking of all that is open, so that a source out of reach changes no order.

    That is what there are words for; of the same thing in two lists, the one that ranks first.
    """
    worded = _worded(stock, ranking)
    held = twins.held_back(worded)
    known = tuple(c for c in worded if c.subject not in held)
    chosen = known[0].subject if known else None
    if chosen == live.chosen:
        return ranking._replace(order=known), live
    return ranking._replace(order=known), live._replace(chosen=chosen, gate="open" if chosen else "nothing-open")


def _worded(stock: Stock, ranking: Ranking) -> list[Candidate]:
    signals, carried = stock.signals, stock.carried
    return [c for c in ranking.order if c.kind == "advice" or c.subject in signals or c.subject in carried]


def _again(stock: Stock, first: Ranking) -> list[TaskFeatures]:
    """What later parts can choose from: what stood well at the first, and what was not to be said then."""
    well = {candidate.subject for candidate in stages.pool(first.order)} - twins.held_back(_worded(stock, first))
    judged = {candidate.subject for candidate in first.order}
    return [task for task in stock.tasks if task.ref in well or task.ref not in judged]


def _kept(
    house: House, stock: Stock, ranking: Ranking, part: tuple[int, int], efforts: dict[str, Effort]
) -> list[Candidate]:
    """The best of a ranking, and beyond them some short and easy tasks; their efforts are added to `efforts`."""
    order = ranking.order[:WITHIN]
    known = at_hand.of_tasks(house, stock.efforts, [c.features for c in order if c.features is not None])
    depth = DEPTH + sum(part[0] < until < part[1] for until in stock.muted.values())
    first = list(order[:depth])
    todos = [candidate for candidate in order if candidate.subject in known]
    held = sum(candidate.subject in known for candidate in first)
    kept = [*first, *(todos[at] for at in spread([known[c.subject] for c in todos], held))]
    efforts |= {c.subject: known[c.subject] for c in kept if c.subject in known}
    return kept


def _with_terms(decisions: list[Decision], live: Decision, kept: Sequence[Candidate]) -> Decision:
    """The live decision with the terms of everything that goes on the shelf, for `why` and for learning."""
    terms = {c.subject: {term.name: (term.value, term.weight) for term in c.terms} for c in kept}
    full = live._replace(scores={**live.scores, **terms})
    decisions[decisions.index(live)] = full
    return full


def _later(seated: Bench, choice: Sequence[Candidate], moment: Moment, now: int) -> tuple[Ranking, Decision]:
    """What the live policy makes of a part to come; the shadows are asked about the present only."""
    (verdict,) = stages.decide(seated.policies[:1], choice, moment)
    gate_word = "open" if verdict.chosen else "nothing-open"
    propensity = verdict.ranking.propensity
    decision = Decision(new_id(), now, verdict.policy, "live", gate_word, verdict.chosen, propensity, verdict.scores)
    return verdict.ranking, decision


def _shelve(
    house: House, stock: Stock, line: voices.Line, decision_id: str, rank: int, made_at: int
) -> tuple[ShelvedTip, tuple[str, str, str, str]]:
    tip_id, candidate = new_id(), line.candidate
    begin, end = line.part
    if candidate.subject in stock.carried and candidate.subject not in stock.signals:
        made_at = stock.carried[candidate.subject][2]  # words age from when their source was read
        end = min(end, made_at + REMOTE_TTL_MS)
    text, reason, handle = _say(house, stock, line)
    sealed = {
        column: house.sealer.seal(value, "tip", column, tip_id, source=candidate.source, at=made_at)
        for column, value in (("text", text), ("reason", reason), ("handle", handle))
    }
    row = ShelvedTip(
        tip_id, rank, candidate.kind, candidate.subject, candidate.source, candidate.consent, decision_id, made_at,
        begin, end, sealed["text"], sealed["reason"], sealed["handle"], minutes=line.effort and line.effort.minutes,
    )  # fmt: skip
    return row, (tip_id, text, reason, handle)


def _say(house: House, stock: Stock, line: voices.Line) -> tuple[str, str, str]:
    """Text, reason and handle (JSON); no tab or line end in any of them."""
    reason = voices.reason(house, stock.voice, line)
    subject = line.candidate.subject
    if line.candidate.features is None:
        snippet = next(s for s in stock.snippets if s.agent_id == line.candidate.snippets[0])
        return wording.advice_text(snippet.text), reason, "null"
    signal = stock.signals.get(subject)
    if signal is None:
        text, handle, _ = stock.carried[subject]
        return text, reason, handle
    return wording.tip_text(signal.title, stock.voice.locale), reason, json.dumps(signal.handle)


def carried_words(house: House, sources_unread: Sequence[str], now: int) -> dict[str, tuple[str, str, int]]:
    """Text, handle and age (made at, UTC ms) of tips still valid whose source was not read, to be said again."""
    found = {}
    for tip in tips.on_shelf(house.store.conn, now):
        if tip.source in sources_unread and tip.made_at + REMOTE_TTL_MS > now:
            text = house.sealer.unseal(tip.text, "tip", "text", tip.id)
            handle = house.sealer.unseal(tip.handle, "tip", "handle", tip.id)
            found[tip.subject] = (text, handle, tip.made_at)
    return found
