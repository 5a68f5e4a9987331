"""Asking a model for the words of the first tip: only in `oo refresh`, only with consent, never for long.

Whatever goes wrong, the shelf keeps the words that it has.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import NamedTuple

from oo_cli.engine.gate import GLOBAL_SCOPE
from oo_cli.engine.orchestrator import guard, limits, prompt, titles
from oo_cli.engine.orchestrator.prompt import ALIAS, Offer, Prompt
from oo_cli.engine.when import DAY_MS, local, midnight
from oo_cli.house import House
from oo_cli.usecases import decide, voice
from oo_cli.usecases.prepare import Shelf, Stock
from oo_data.contracts.llm import PLACES, LlmFailure, LlmReply, Place, consent_key
from oo_data.contracts.tip import Decision
from oo_data.errors import ConsentMissingError, OoError
from oo_data.ids import new_id
from oo_data.ports import Llm
from oo_data.store import asked, egress, keys, profile
from oo_data.store.asked import Asked
from oo_data.text import Untrusted

POLICY = "orchestrator"
FAILING = "The model gave nothing to show; oO words tips itself until it does. See: oo doctor"
WELL = "The model words tips again."
PURPOSE = f"llm.{ALIAS}"
CONSENTS: dict[Place, str] = {place: consent_key(ALIAS, place) for place in PLACES}
LOOKED_BACK = 50  # requests among which an answer to the same question is looked for
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


def word(house: House, ready: Shelf, stock: Stock, now: int, ask: bool) -> Words:
    """The shelf with a model's words for the tip it chose, if it may be asked and says something fit to be shown.

    With `ask` False nothing is sent; what was said before about the same things is still used.
    """
    try:
        llm = house.llm
    except OoError:
        return _marked(house, ready, stock, _Verdict(_skipped("address")), now)
    if llm is None or not ready.present:
        return Words(ready)
    return _marked(house, ready, stock, _verdict(house, llm, ready, stock, now, ask), now)


def past(rows: Sequence[Asked]) -> list[limits.Past]:
    """The requests as the limits look at them."""
    return [limits.Past(row.at, row.verdict, row.told) for row in rows]


def spent(house: House, now: int) -> tuple[int, int]:
    """Requests and tokens of this local day. The ledger counts, so that a refresh that was killed counts too."""
    day = midnight(local(now, house.zone).date(), house.zone)
    return egress.count_since(house.store.conn, PURPOSE, day), asked.tokens_since(house.store.conn, day)


def seconds(house: House) -> float:
    """How long a refresh may take for all of this."""
    pref = profile.prefs(house.store.conn).get((GLOBAL_SCOPE, limits.SETTING))
    value = pref.value if pref and isinstance(pref.value, (int, float)) else limits.SECONDS
    return float(min(max(value, limits.LEAST_SECONDS), limits.MOST_SECONDS))


def _verdict(house: House, llm: Llm, ready: Shelf, stock: Stock, now: int, ask: bool) -> _Verdict:
    granted = profile.granted(house.store.conn)
    if not granted.intersection(CONSENTS.values()):
        return _Verdict(_skipped("consent"))  # before anything is looked up
    offers = _offers(house, ready, stock, now)
    if not offers:
        return _Verdict(_skipped("title"))
    digest = _digest(house, offers, stock.voice.locale.language)
    rows = asked.latest(house.store.conn, LOOKED_BACK)
    known = next((row for row in rows if row.digest == digest and row.consent in granted and _holds(row, now)), None)
    if known is not None:
        return _Verdict(known.verdict, known.id, _said_before(house, known))
    if not ask:
        return _Verdict(_skipped("waiting"))
    if limits.is_resting(past(rows), now):
        return _Verdict(_skipped("resting"))
    if limits.is_spent(*spent(house, now)):
        return _Verdict(_skipped("budget"))
    return _exchange(house, llm, _question(house, stock, offers, now), digest, rows, now)


def preview(house: House, ready: Shelf, stock: Stock, now: int) -> Prompt | None:
    """What a model would be asked about this shelf; None where nothing of it is for a model's eyes."""
    offers = _offers(house, ready, stock, now) if ready.present else []
    return _question(house, stock, offers, now) if offers else None


def _question(house: House, stock: Stock, offers: Sequence[Offer], now: int) -> Prompt:
    day = local(now, house.zone).toordinal()
    # Nobody gains from foreseeing ids or canary: a fresh id seeds them.
    return prompt.build(offers, stock.voice.locale.language, day, Random(new_id()))  # noqa: S311


def _exchange(house: House, llm: Llm, question: Prompt, digest: str, rows: Sequence[Asked], now: int) -> _Verdict:
    begun, limit = time.monotonic(), seconds(house)
    place = llm.place(limit / 2)
    left = limit - (time.monotonic() - begun)
    try:
        answer = llm.ask(question.request, place, left)
    except ConsentMissingError:
        return _Verdict(_skipped("consent"))
    verdict, said = _judged(answer, question)
    row_id, sealed = new_id(), partial(house.sealer.seal, source=keys.MIXED, at=now)
    model = answer.model if isinstance(answer, LlmReply) else ""
    sent = json.dumps({"host": llm.host, "body": answer.sent, "model": model}, ensure_ascii=False)
    told = limits.is_news(past(rows), verdict)
    tokens = answer.tokens if isinstance(answer, LlmReply) else 0
    request = Asked(
        row_id, now, CONSENTS[place], question.version, verdict, round((time.monotonic() - begun) * 1000),
        tokens or question.tokens + question.request.max_tokens, told, digest,
        sealed(sent, "asked", "sent", row_id) if answer.sent else None,
        sealed(json.dumps(said), "asked", "answer", row_id) if said else None,
    )  # fmt: skip
    return _Verdict(verdict, row_id, said, request, (WELL if verdict == limits.WORDED else FAILING) if told else "")


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
    subject, text = json.loads(house.sealer.unseal(row.answer, "asked", "answer", row.id))
    return subject, text


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
