"""The contract of the core: a request, and a tip or an explained silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from oo_data.contracts.feature import TaskFeatures

Surface = Literal["tip", "face", "phone", "notify"]
Kind = Literal["todo", "advice"]
Reaction = Literal["done", "later", "no"]
Energy = Literal["low", "medium", "high"]
REASONS = ("not now", "not relevant", "wrong", "too many")


class RecommendRequest(NamedTuple):
    """Who asks, and when. A typed command is `asked`; a surface that speaks by itself is not.

    `minutes` and `energy` narrow the choice to what can be done in that time, with that much energy.
    """

    now_ms: int
    surface: Surface
    asked: bool
    minutes: int | None = None
    energy: Energy | None = None


class Term(NamedTuple):
    """One summand of a score: `value` times `weight`."""

    name: str
    value: float
    weight: float


class Candidate(NamedTuple):
    """Something that could be said. `subject` is a task's ref or an advice's id; `consent` must hold for it."""

    subject: str
    kind: Kind
    source: str
    consent: str
    features: TaskFeatures | None
    terms: tuple[Term, ...] = ()
    snippets: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The sum of its terms."""
        return sum(term.value * term.weight for term in self.terms)


class Decision(NamedTuple):
    """What a policy chose at one moment. `propensity` is the probability of that choice under the policy.

    Decisions of several policies about the same candidates share their `moment`.
    """

    id: str
    at: int
    policy: str
    stage: Literal["live", "shadow"]
    gate: str
    chosen: str | None
    propensity: float
    scores: Mapping[str, Mapping[str, tuple[float, float]]]
    moment: str = ""


class Tip(NamedTuple):
    """One thing, said well. Times are UTC milliseconds."""

    id: str
    kind: Kind
    text: str
    reason: str
    actions: tuple[Reaction, ...]
    valid_from: int
    valid_until: int
    subject: str
    decision_id: str


class Silence(NamedTuple):
    """Nothing to say, and why. `until` is UTC milliseconds, or None when only an event can end it."""

    reason: str
    until: int | None


Recommendation = Tip | Silence


class SilentSpan(NamedTuple):
    """A span in which oO keeps quiet once `after_shown` different tips were shown in it (0: from the start).

    `binding` "always" holds for typed commands too; "ambient" only for surfaces that speak by themselves.
    `origin` says who made it, so that its maker can replace it.
    """

    id: str
    from_at: int
    until_at: int
    reason: str
    after_shown: int
    binding: str
    origin: str
