"""`oo eval --judge`: is a model's wording better than oO's own? Asked of another model, pair by pair and blind.

Pairs are made of words that are kept for a day; the verdicts, which hold none, count for as long as requests are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from oo_cli.adapters.llm.client import body_of
from oo_cli.engine.offpolicy.bootstrap import Interval, mean_interval
from oo_cli.engine.orchestrator import judging, limits
from oo_cli.engine.orchestrator.judging import ORDERS, Pair
from oo_cli.engine.told import counted
from oo_cli.engine.when import DAY_MS, local
from oo_cli.house import House
from oo_cli.usecases.compare import interval, seeded
from oo_cli.usecases.gateway import Asking
from oo_data.contracts.llm import Alias, LlmFailure, LlmReply, LlmRequest
from oo_data.errors import ConsentMissingError, ModelUnavailableError
from oo_data.ports import Llm
from oo_data.store import asked

ALIAS: Alias = "judge"
SECONDS = 60.0  # for one request: nobody waits for a tip here
LEAST, LEAST_DAYS = 20, 3  # pairs, and days of them, before anything is told
KEPT = 5000
PREFERS = "prefers"

Progress = Callable[[int, int], None]


class Waiting(NamedTuple):
    """One question that was not answered yet: its pair's digest, its order, and the request."""

    digest: str
    order: str
    request: LlmRequest


def waiting(house: House) -> list[Waiting]:
    """What would be asked now: both orders of every pair that is still kept and was not judged, oldest first."""
    if not house.exists:
        return []
    known = {(row.digest, row.version) for row in _judged(house)}
    found: dict[tuple[str, str], Waiting] = {}
    for pair in _pairs(house):
        digest = house.refs.title(json.dumps([judging.VERSION, *pair]))
        for order in ORDERS:
            if (digest, order) not in known:
                found[digest, order] = Waiting(digest, order, judging.question(pair, order))
    return list(found.values())


def bodies(house: House) -> list[str]:
    """The same, as it would go over the wire."""
    return [body_of(each.request) for each in waiting(house)]


def run(house: House, send: bool, progress: Progress) -> dict[str, Any]:
    """Ask what is waiting if `send`, and tell what all verdicts say together.

    Raises `ModelUnavailableError` without a gateway, `ConsentMissingError` without the consent.
    """
    left, stopped = waiting(house), ""
    total = len(left)
    if send and left:
        llm = _gateway(house)
        while left and not stopped:
            progress(total - len(left), total)
            stopped = _ask(house, llm, left[0])
            left = left if stopped else left[1:]
    return {"asked": total - len(left), "waiting": len(left), "stopped": stopped, **verdict(house)}


def verdict(house: House) -> dict[str, Any]:
    """What is known: pairs judged in both orders, whom they favour, and with what certainty."""
    by_pair: dict[str, dict[str, str]] = {}
    days: dict[str, int] = {}
    for row in _judged(house) if house.exists else ():
        by_pair.setdefault(row.digest, {})[row.version] = row.verdict.partition(":")[2]
        days[row.digest] = local(row.at, house.zone).toordinal()
    whole = {digest: sides for digest, sides in by_pair.items() if sides.keys() == ORDERS.keys()}
    values = {digest: judging.outcome(sides.values()) for digest, sides in whole.items()}
    share = mean_interval([(days[digest], value) for digest, value in values.items()], seeded())
    told_days = len({days[digest] for digest in values})
    return {
        "pairs": len(values),
        "needed": LEAST,
        "days": told_days,
        "days_needed": LEAST_DAYS,
        "model_better": sum(value == 1 for value in values.values()),
        "own_better": sum(value == 0 for value in values.values()),
        "ties": sum(value == 0.5 for value in values.values()),
        "order_decided": sum(set(sides.values()) == {"model", "plain"} for sides in whole.values()),
        "share": interval(share),
        "says": _says(share, len(values), told_days),
    }


def lines(found: Mapping[str, Any]) -> list[str]:
    """The same for a person."""
    said = [
        f"Pairs judged in both orders: {found['pairs']}, on {counted(found['days'], 'days')}. The model's words were"
        f" better in {found['model_better']}, oO's own in {found['own_better']}; neither in {found['ties']}, of which"
        f" {found['order_decided']} because the order decided."
    ]
    share = found["share"]
    if found["says"] == "too few":
        said.append(f"Cannot tell yet: it takes {found['needed']} pairs on {found['days_needed']} days.")
    else:
        told = {"model": "The model's words are better", "own": "oO's own words are better", "even": "Cannot tell"}
        said.append(
            f"{told[found['says']]}: a share of {share['value']:.2f} for the model"
            f" ({share['low']:.2f} to {share['high']:.2f}), where 0.50 is even."
        )
    if found["waiting"]:
        said.append(f"Requests that wait: {found['waiting']}{STOPPED[found['stopped']]}.")
    return said


STOPPED = {
    "": "",
    "resting": "; the judge failed three times in a row and is left alone for ten minutes",
    "budget": "; the day's requests are used up",
    "failed": "; the gateway gave no verdict to the first of them",
}


def _says(share: Interval | None, pairs: int, days: int) -> str:
    if share is None or pairs < LEAST or days < LEAST_DAYS:
        return "too few"
    if share.holds(0.5):
        return "even"
    return "model" if share.value > 0.5 else "own"


def _pairs(house: House) -> list[Pair]:
    since = house.clock.now_ms() - DAY_MS
    rows = (row for row in asked.latest(house.store.conn, "tip-generator", KEPT) if row.at >= since)
    kept = [(row.id, row.answer) for row in rows if row.answer is not None]
    opened = [json.loads(house.sealer.unseal(answer, "asked", "answer", name)) for name, answer in reversed(kept)]
    return [Pair(title, text, own) for _, text, title, own in opened if text != own]


def _judged(house: House) -> list[asked.Asked]:
    rows = asked.latest(house.store.conn, ALIAS, KEPT)
    return [row for row in rows if row.version in ORDERS and row.verdict.startswith(PREFERS)]


def _gateway(house: House) -> Llm:
    llm = house.llm
    if llm is None:
        raise ModelUnavailableError("No gateway to models is named.", "See: docs/models.md")
    return llm


def _ask(house: House, llm: Llm, each: Waiting) -> str:
    """Ask one question and write its verdict down at once; why it is time to stop, in a word."""
    asking = Asking(house, llm, ALIAS, house.clock.now_ms(), SECONDS)
    hindrance = asking.hindrance()
    if hindrance == "consent":
        raise _not_allowed("local")
    if hindrance:
        return hindrance
    answer = asking.send(lambda place, left: llm.ask(each.request, place, left), judging.VERSION)
    if isinstance(answer, LlmFailure) and answer.code == "consent":
        raise _not_allowed("cloud" if llm.place(SECONDS) == "cloud" else "local")
    said = judging.read(answer.text, each.order) if isinstance(answer, LlmReply) else None
    told = f"{PREFERS}:{said}" if said else f"{limits.REJECTED}:not-the-shape"
    if isinstance(answer, LlmFailure):
        told = f"{limits.FAILED}:{answer.code}"
    taken = answer.tokens if isinstance(answer, LlmReply) else 0
    asking.note(told, each.order, taken or judging.tokens(each.request), each.digest)
    with house.store.write() as conn:
        asked.save(conn, asking.noted[-1])
    return "" if said else "failed"


def _not_allowed(place: str) -> ConsentMissingError:
    return ConsentMissingError(
        "A judge would read titles and both wordings; you have not allowed that.",
        f"See what: oo eval --judge --show. Allow it with: oo consent grant llm.judge.{place}",
    )
