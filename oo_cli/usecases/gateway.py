"""What all aliases share: a consent by place, one budget a day, a rest after failures, and a note of each request."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from oo_cli.engine.gate import GLOBAL_SCOPE
from oo_cli.engine.orchestrator import limits
from oo_cli.engine.when import local, midnight
from oo_cli.house import House
from oo_data.contracts.llm import PLACES, Alias, LlmFailure, LlmReply, LlmVectors, Place, consent_key
from oo_data.errors import ConsentMissingError
from oo_data.ids import new_id
from oo_data.ports import Llm
from oo_data.store import asked, egress, profile
from oo_data.store.asked import Asked

LOOKED_BACK = 50  # requests among which a row of failures, or an answer to the same question, is looked for
LEDGER = "llm."
Answer = TypeVar("Answer")


def consents(alias: Alias) -> dict[Place, str]:
    """The consent of an alias for each place."""
    return {place: consent_key(alias, place) for place in PLACES}


def past(rows: Sequence[Asked]) -> list[limits.Past]:
    """The requests as the limits look at them."""
    return [limits.Past(row.at, row.verdict, row.told) for row in rows]


def spent(house: House, now: int) -> tuple[int, int]:
    """Requests and tokens of this local day. The ledger counts, so that a refresh that was killed counts too."""
    day = midnight(local(now, house.zone).date(), house.zone)
    return egress.count_since(house.store.conn, LEDGER, day), asked.tokens_since(house.store.conn, day)


def seconds(house: House) -> float:
    """How long a refresh may take for all of this."""
    pref = profile.prefs(house.store.conn).get((GLOBAL_SCOPE, limits.SETTING))
    value = pref.value if pref and isinstance(pref.value, (int, float)) else limits.SECONDS
    return float(min(max(value, limits.LEAST_SECONDS), limits.MOST_SECONDS))


class Asking:
    """One alias, asked for at most so many seconds; `noted` are its requests, for the caller to write down."""

    def __init__(self, house: House, llm: Llm, alias: Alias, now: int, seconds: float) -> None:
        self.alias, self.noted = alias, list[Asked]()
        self._house, self._llm, self._now = house, llm, now
        self._until = time.monotonic() + seconds
        self._rows = asked.latest(house.store.conn, alias, LOOKED_BACK)
        self._place: Place | None = None
        self._begun = 0.0

    @property
    def pace(self) -> float:
        """How many seconds the last request took, be it an earlier run's; 0 before the first."""
        rows = self.noted[-1:] or self._rows[:1]
        return rows[0].millis / 1000 if rows else 0.0

    @property
    def allowed(self) -> bool:
        """Whether the person allows it anywhere; only then is the gateway looked up."""
        return not profile.granted(self._house.store.conn).isdisjoint(consents(self.alias).values())

    def hindrance(self) -> str:
        """Why nothing may be asked now, in one word; empty where it may."""
        if not self.allowed:
            return "consent"
        if limits.is_resting(self._past(), self._now):
            return "resting"
        calls, tokens = spent(self._house, self._now)
        if limits.is_spent(calls, tokens + sum(row.tokens for row in self.noted)):
            return "budget"
        return "" if self.left() > 0 else "time"

    def send(self, call: Callable[[Place, float], Answer | LlmFailure], version: str) -> Answer | LlmFailure:
        """One request, worded as that `version` of its prompt. A consent that does not hold is a failure too."""
        with self._house.spans.span("model", self.alias, version) as step:
            answer = self._sent(call)
            if isinstance(answer, LlmFailure):
                step.note(answer.code)
            elif isinstance(answer, (LlmReply, LlmVectors)):
                step.note(tokens=answer.tokens)
        return answer

    def _sent(self, call: Callable[[Place, float], Answer | LlmFailure]) -> Answer | LlmFailure:
        self._begun = time.monotonic()
        if self._place is None:
            self._place = self._llm.place(self.left() / 2)
        try:
            return call(self._place, max(self.left(), 0.0))
        except ConsentMissingError:
            return LlmFailure("consent", "")

    def note(self, verdict: str, version: str, tokens: int, digest: str = "") -> bool:
        """Note how the last request went; whether the person should hear of it."""
        told = limits.is_news(self._past(), verdict)
        taken = round((time.monotonic() - self._begun) * 1000)
        key = consents(self.alias)[self._place or "cloud"]
        self.noted.append(Asked(new_id(), self._now, key, version, verdict, taken, tokens, told, digest, None, None))
        return told

    def left(self) -> float:
        """The seconds that are left of what it was given."""
        return self._until - time.monotonic()

    def _past(self) -> list[limits.Past]:
        return past([*reversed(self.noted), *self._rows])
