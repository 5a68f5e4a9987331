"""Asking a model for the words of the first tip: only in `oo refresh`, only with consent, never for long.

Whatever goes wrong, the shelf keeps the words that it has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from random import Random
from typing import NamedTuple

from oo_cli.engine.orchestrator import guard, limits, prompt, titles
from oo_cli.engine.orchestrator.prompt import ALIAS, Offer, Prompt
from oo_cli.engine.when import DAY_MS, local
from oo_cli.house import House
from oo_cli.usecases import decide, voice
from oo_cli.usecases.gateway import LOOKED_BACK, Asking, consents, seconds
from oo_cli.usecases.prepare import Shelf, Stock
from oo_data.contracts.llm import LlmFailure, LlmReply
from oo_data.contracts.tip import Decision
from oo_data.errors import OoError
from oo_data.ids import new_id
from oo_data.ports import Llm
from oo_data.store import asked, keys, profile
from oo_data.store.asked import Asked
from oo_data.text import Untrusted

POLICY = "orchestrator"
FAILING = "The model gave nothing to show; oO words tips itself until it does. See: oo doctor"
WELL = "The model words tips again."
CONSENTS = consents(ALIAS)
HOLDS_MS = DAY_MS


class Words(NamedTuple):
    """A shelf after a model was asked, or not. `request` is to be logged, `told` to be said once that is done."""

    shelf: Shelf
    request: Asked | None = None
    told: str = ""


class _Verdict(NamedTuple):
    """How it ended: `code` is for the tip; `said` are subject and sentence where there are any."""

    code: str
    asked_id: str = ""
    said: tuple[str, str] | None = None
    request: Asked | None = None
    told: str = ""


def word(house: House, ready: Shelf, stock: Stock, now: int, taken: float | None) -> Words:
    """The shelf with a model's words for the tip it chose, if it may be asked and says something fit to be shown.

    `taken` seconds of what a refresh has for models are gone already. With None nothing is sent; what was said before
    about the same things is still used.
    """
    try:
        llm = house.llm
    except OoError:
        return _marked(house, ready, stock, _Verdict(_skipped("address")), now)
    if llm is None or not ready.present:
        return Words(ready)
    return _marked(house, ready, stock, _verdict(house, llm, ready, stock, now, taken), now)


def _verdict(house: House, llm: Llm, ready: Shelf, stock: Stock, now: int, taken: float | None) -> _Verdict:
    granted = profile.granted(house.store.conn)
    if not granted.intersection(CONSENTS.values()):
        return _Verdict(_skipped("consent"))  # before anything is looked up
    offers = _offers(house, ready, stock, now)
    if not offers:
        return _Verdict(_skipped("title"))
    digest = _digest(house, offers, stock.voice.locale.language)
    rows = asked.latest(house.store.conn, ALIAS, LOOKED_BACK)
    known = next((row for row in rows if row.digest == digest and row.consent in granted and _holds(row, now)), None)
    if known is not None:
        return _Verdict(known.verdict, known.id, _said_before(house, known))
    if taken is None:
        return _Verdict(_skipped("waiting"))
    asking = Asking(house, llm, ALIAS, now, seconds(house) - taken)
    hindrance = asking.hindrance()
    if hindrance:
        return _Verdict(_skipped(hindrance))
    own = {line.candidate.subject: words[2] for line, words in zip(ready.present, ready.words, strict=False)}
    return _exchange(house, llm, asking, _question(house, stock, offers, now), digest, own)


def preview(house: House, ready: Shelf, stock: Stock, now: int) -> Prompt | None:
    """What a model would be asked about this shelf; None where nothing of it is for a model's eyes."""
    offers = _offers(house, ready, stock, now) if ready.present else []
    return _question(house, stock, offers, now) if offers else None


def _question(house: House, stock: Stock, offers: Sequence[Offer], now: int) -> Prompt:
    day = local(now, house.zone).toordinal()
    # Nobody gains from foreseeing ids or canary: a fresh id seeds them.
    return prompt.build(offers, stock.voice.locale.language, day, Random(new_id()))  # noqa: S311


def _exchange(
    house: House, llm: Llm, asking: Asking, question: Prompt, digest: str, own: Mapping[str, str]
) -> _Verdict:
    answer = asking.send(lambda place, left: llm.ask(question.request, place, left), question.version)
    if isinstance(answer, LlmFailure) and answer.code == "consent":
        return _Verdict(_skipped("consent"))
    verdict, said = _judged(answer, question)
    tokens = answer.tokens if isinstance(answer, LlmReply) else 0
    told = asking.note(verdict, question.version, tokens or question.tokens + question.request.max_tokens, digest)
    model = answer.model if isinstance(answer, LlmReply) else ""
    sent = json.dumps({"host": llm.host, "body": answer.sent, "model": model}, ensure_ascii=False)
    request = asking.noted[-1]
    sealed = partial(house.sealer.seal, source=keys.MIXED, at=request.at)
    request = request._replace(
        sent=sealed(sent, "asked", "sent", request.id) if answer.sent else None,
        answer=sealed(json.dumps(_pair(said, question, own)), "asked", "answer", request.id) if said else None,
    )
    news = (WELL if verdict == limits.WORDED else FAILING) if told else ""
    return _Verdict(verdict, request.id, said, request, news)


def _pair(said: tuple[str, str], question: Prompt, own: Mapping[str, str]) -> list[str]:
    """What was said, with the title and the words that oO had for it: a judge may compare them later."""
    offer = next(offer for offer in question.offered.values() if offer.subject == said[0])
    return [*said, offer.title, own[offer.subject]]


def _judged(answer: LlmReply | LlmFailure, question: Prompt) -> tuple[str, tuple[str, str] | None]:
    if isinstance(answer, LlmFailure):
        return f"{limits.FAILED}:{answer.code}", None
    found = guard.validate(answer.text, question)
    if isinstance(found, guard.Rejected):
        return f"{limits.REJECTED}:{found.code}", None
    return limits.WORDED, (found.subject, found.text)


def _offers(house: House, ready: Shelf, stock: Stock, now: int) -> list[Offer]:
    """The first candidates as a model may see them; none where the very first is not for a model's eyes."""
    found: list[Offer] = []
    lines = [line for line in ready.present if not _is_muted(stock, line.candidate.subject, now)]
    for line in lines[: prompt.OFFERED]:
        subject = line.candidate.subject
        signal = stock.signals.get(subject)
        title = signal.title if signal else Untrusted(stock.carried[subject][0] if subject in stock.carried else "")
        clean = "" if titles.is_suspicious(title) else titles.clean(title)
        if clean and line.candidate.features is not None:
            found.append(Offer(subject, clean, voice.plainly(house, stock.voice, line)))
        elif not found:
            return []
    return found


def _is_muted(stock: Stock, subject: str, now: int) -> bool:
    return stock.muted.get(subject, 0) > now


def _digest(house: House, offers: Sequence[Offer], language: str) -> str:
    """A keyed reference of the question: another one whenever a title, a fact, their order or the prompt changes."""
    return house.refs.title(json.dumps([prompt.VERSION, language, *offers]))


def _holds(row: Asked, now: int) -> bool:
    """Whether an earlier request still answers the same question. What did not come at all may come next time."""
    fresh = 0 <= now - row.at < HOLDS_MS
    return fresh and (row.answer is not None or row.verdict.startswith(limits.REJECTED))


def _said_before(house: House, row: Asked) -> tuple[str, str] | None:
    if row.answer is None:
        return None
    kept = json.loads(house.sealer.unseal(row.answer, "asked", "answer", row.id))
    return kept[0], kept[1]


def _skipped(why: str) -> str:
    return f"{limits.SKIPPED}:{why}"


def _marked(house: House, ready: Shelf, stock: Stock, verdict: _Verdict, now: int) -> Words:
    """The shelf with the model's words, or with the mark of why it has none; and its choice, in shadow."""
    rows, words, decisions = list(ready.tips), list(ready.words), list(ready.decisions)
    subjects = [line.candidate.subject for line in ready.present]
    if verdict.said is not None and verdict.said[0] in subjects:
        subject, text = verdict.said
        place = subjects.index(subject)
        tip_id, title, _, handle = words[place]
        words[place] = (tip_id, title, text, handle)
        sealed = house.sealer.seal(text, "tip", "reason", tip_id, source=rows[place].source, at=rows[place].made_at)
        rows[place] = rows[place]._replace(reason=sealed, wording=limits.WORDED, asked_id=verdict.asked_id)
        decisions += _choice(house, ready, subject, now)
    first = next((at for at, subject in enumerate(subjects) if not _is_muted(stock, subject, now)), None)
    if first is not None and not rows[first].wording:
        code = _skipped("choice") if verdict.said else verdict.code
        rows[first] = rows[first]._replace(wording=code, asked_id=verdict.asked_id)
    shelf = ready._replace(tips=tuple(rows), words=tuple(words), decisions=tuple(decisions))
    return Words(shelf, verdict.request, verdict.told)


def _choice(house: House, ready: Shelf, chosen: str, now: int) -> list[Decision]:
    """The model's own choice among the first candidates, as a policy that is only watched."""
    if decide.stage_of(house).get(POLICY) != "shadow":
        return []
    scores = {chosen: {"choice": (1.0, 1.0)}}
    moment = ready.decisions[0].moment
    return [Decision(new_id(), now, POLICY, "shadow", "open", chosen, 1.0, scores, moment)]
