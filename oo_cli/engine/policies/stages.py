"""Who speaks and who only watches: the live policy decides, every other one decides beside it, unheard.

A shadow sees a pool instead of everything: the live policy's first `POOL`, and of the rest the `EDGE` due soonest and
the `EDGE` newest. It would pick from outside that pool only what the live policy puts below 200 others and what is
neither pressing nor new, and ranking some 300 candidates costs a few milliseconds where 5,000 cost many.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from oo_cli.engine.policies import epsilon_greedy
from oo_cli.engine.policies.base import Moment, Policy, Ranking
from oo_cli.engine.policies.urgency import Urgency
from oo_data.contracts.tip import Candidate, Decision

DEFAULT = "ranker"  # live until the person promotes another one
FALLBACK = "urgency"  # speaks where the live one cannot: it needs nothing learnt
POLICIES = ("ranker", "urgency", epsilon_greedy.NAME, "orchestrator")
NEEDS_MODEL = frozenset(("orchestrator",))  # these stay in shadow: the live path waits for no model

POOL, EDGE = 200, 50
LOGGED = 20  # candidates whose scores a decision keeps
WATCHED = 5  # of its own, that is, where it runs in shadow
LEARNERS = frozenset((epsilon_greedy.NAME,))  # they keep the terms of what the live one may show, to learn from it

Scores = Mapping[str, Mapping[str, tuple[float, float]]]


class Verdict(NamedTuple):
    """What one policy made of a moment. `scores` are the terms that a decision logs, by subject."""

    policy: str
    stage: Literal["live", "shadow"]
    ranking: Ranking
    scores: Scores

    @property
    def chosen(self) -> str | None:
        """The subject it puts first, if there is one."""
        return self.ranking.order[0].subject if self.ranking.order else None


def decide(policies: Sequence[Policy], candidates: Sequence[Candidate], moment: Moment) -> tuple[Verdict, ...]:
    """The live verdict, then those of the shadows. The first policy is live; where it ranks nothing, urgency is."""
    live, shadows = policies[0], policies[1:]
    ranking = live.rank(candidates, moment)
    if candidates and not ranking.order:
        live = Urgency()
        ranking = live.rank(candidates, moment)
    verdicts = [Verdict(live.name, "live", ranking, _scores(ranking.order[:LOGGED]))]
    seen = pool(ranking.order)
    ahead = [candidate.subject for candidate in ranking.order[:LOGGED]]
    for shadow in shadows:
        if shadow.name == live.name:
            continue
        other = shadow.rank(seen, moment)
        verdicts.append(Verdict(shadow.name, "shadow", other, _scores(_kept(shadow.name, other, ahead))))
    return tuple(verdicts)


def pool(order: Sequence[Candidate]) -> Sequence[Candidate]:
    """What a shadow may choose from, of all candidates in the live order."""
    if len(order) <= POOL + 2 * EDGE:
        return order
    rest = order[POOL:]
    dated = heapq.nsmallest(EDGE, (c for c in rest if c.features and c.features.due), key=_due)
    newest = heapq.nlargest(EDGE, rest, key=_added)
    return tuple({candidate.subject: candidate for candidate in (*order[:POOL], *dated, *newest)}.values())


def chances(decision: Decision) -> dict[str, float]:
    """The probability of each subject to come first under the policy that made this decision."""
    logged = {
        subject: terms[epsilon_greedy.CHANCE][0]
        for subject, terms in decision.scores.items()
        if epsilon_greedy.CHANCE in terms
    }
    return logged or ({decision.chosen: 1.0} if decision.chosen else {})


def _kept(name: str, ranking: Ranking, ahead: Sequence[str]) -> list[Candidate]:
    """What a shadow's decision logs: its own first few, and for a learner what the live one may show."""
    own = list(ranking.order[:WATCHED])
    if name not in LEARNERS:
        return own
    known = {candidate.subject: candidate for candidate in ranking.order}
    first = {candidate.subject for candidate in own}
    own += [known[subject] for subject in ahead if subject in known and subject not in first]
    return own[:LOGGED]


def _scores(order: Sequence[Candidate]) -> Scores:
    return {c.subject: {term.name: (term.value, term.weight) for term in c.terms} for c in order}


def _due(candidate: Candidate) -> str:
    return (candidate.features.due or "") if candidate.features else ""


def _added(candidate: Candidate) -> int:
    return (candidate.features.added_at or 0) if candidate.features else 0
