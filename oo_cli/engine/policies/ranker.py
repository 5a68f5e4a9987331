"""The policy that learns the person: a softmax over the open list, explained by its largest terms.

A task's score is the logit of `engine/ranker`, less that of a usual rival on the list, plus what agents point at.
Advice has no terms of its own there: its score is that of all tasks together (the logarithm of their summed
exponentials) plus `RARE` plus its snippet's weight. So advice of full weight comes first only where the best task has
less than about five chances in a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from operator import mul

from oo_cli.engine.policies.base import LIKELY, Moment, Ranking
from oo_cli.engine.ranker.alone import AGE, CHANGED
from oo_cli.engine.ranker.model import VERSION, Model, softmax
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.place import APART, FURTHER
from oo_cli.engine.ranker.terms import NAMES, Row, terms
from oo_data.contracts.tip import Candidate, Term

AGENT, ADVICE, RARE = 1.0, 1.0, -4.0
LEAST_FRESH = 0.01
SMALL, NOTHING = 0.05, 1e-12
SHOWN = 6  # terms named for each candidate; what is left is one more, and agents add theirs
EXPLAINED = 50  # candidates from the top that are explained; further down the sum is enough
REST, ALL, BESIDE = "everything else", "all terms", "advice: beside your tasks"


def _families() -> tuple[tuple[int, ...], ...]:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(NAMES):
        found.setdefault(name.split(":")[0], []).append(index)
    return tuple(map(tuple, found.values()))


FAMILIES = _families()
_RAMPS = {
    NAMES.index(name): tuple(map(NAMES.index, ramp.names))
    for ramp in (AGE, CHANGED, FURTHER, APART)
    for name in ramp.names
}


class Ranker:
    """The likeliest first; ties go to the task added last, then to the reference."""

    name, version = "ranker", str(VERSION)

    def __init__(self, model: Model, past: Past) -> None:
        self.model, self.past = model, past

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """Score every candidate by its terms. Deterministic, so the propensity of the first is 1."""
        tasks = [candidate for candidate in candidates if candidate.features is not None]
        rows = terms([each.features for each in tasks if each.features], self.past, moment.now, moment.zone)
        logits = self.model.logits(rows)
        beside = _together(logits) + RARE
        scored = [
            (candidate, row, (Term(ALL, 1.0, logit), *_beside(candidate, moment, AGENT)))
            for candidate, row, logit in zip(tasks, rows, logits, strict=True)
        ]
        scored += [
            (candidate, (), (Term(BESIDE, 1.0, beside), *_beside(candidate, moment, ADVICE)))
            for candidate in candidates
            if candidate.features is None
        ]
        scored.sort(key=lambda each: (-_sum(each[2]), -_added(each[0]), each[0].subject))
        chances = softmax([_sum(found) / self.model.temperature for _, _, found in scored])
        rival = _rival([row for _, row, _ in scored[:EXPLAINED] if row])
        par = sum(map(mul, rival, self.model.mean))
        explained = []
        for at, (candidate, row, (own, *others)) in enumerate(scored):
            parts: tuple[Term, ...] = (own._replace(value=own.value - par),)
            if at < EXPLAINED:
                parts = self._explained(row, rival) if row else parts
                others = [*others, Term(LIKELY, round(chances[at], 4), 0.0)]
            explained.append(candidate._replace(terms=(*parts, *others)))
        return Ranking(tuple(explained), 1.0)

    def probability(self, ranking: Ranking) -> float:
        """The chance that the first is what comes next, by the softmax over all candidates; 0 where there is none."""
        first = ranking.order[0].terms if ranking.order else ()
        return next((term.value for term in first if term.name == LIKELY), 0.0)

    def _explained(self, row: Row, rival: Sequence[float]) -> tuple[Term, ...]:
        """The lead over a usual rival by families of terms, the largest first, named after their strongest members.

        A family is named after what the task has, and only where it has nothing of it after what it lacks.
        """
        ahead = [value - usual for value, usual in zip(row, rival, strict=True)]
        parts = list(map(mul, ahead, self.model.mean))
        found = []
        for family in FAMILIES:
            active = [index for index in family if abs(parts[index]) > NOTHING]
            if len(active) == 1:
                found.append(Term(NAMES[_reached(active[0], row)], ahead[active[0]], self.model.mean[active[0]]))
            elif active:
                held = [index for index in active if row[index]]  # else it is the rival's, and lacking here
                sign = 1.0 if held else -1.0
                strongest = max(held or active, key=lambda index: abs(parts[index]))
                found.append(Term(NAMES[_reached(strongest, row)], sign, sign * sum(parts[index] for index in active)))
        found.sort(key=lambda term: -abs(term.value * term.weight))
        shown = [term for term in found[:SHOWN] if abs(term.value * term.weight) >= SMALL]
        rest = sum(parts) - _sum(shown)
        return (*shown, Term(REST, 1.0, rest)) if abs(rest) > NOTHING else tuple(shown)


def _reached(index: int, row: Row) -> int:
    """The stretch of a ramp that the task has come to, whichever it passed weighs most; other terms as they are."""
    return max((stretch for stretch in _RAMPS.get(index, ()) if row[stretch]), default=index)


def _beside(candidate: Candidate, moment: Moment, weight: float) -> tuple[Term, ...]:
    """What agents point at, and what is left of the chance of something ignored or refused (its logarithm)."""
    agents = tuple(Term(f"agent.{agent}", moment.weights.get(agent, 0.0), weight) for agent in candidate.snippets)
    fresh = moment.fresh.get(candidate.subject, 1.0)
    return (*agents, Term("turned down lately", round(log(max(fresh, LEAST_FRESH)), 4), 1.0)) if fresh < 1 else agents


def _rival(rows: Sequence[Row]) -> Sequence[float]:
    """The mean of the first rows; nothing where there is nobody to compare with.

    What all have in common moves no chance, so reasons speak of the difference: a softmax is the same after a shift.
    """
    if len(rows) < 2:
        return (0.0,) * len(NAMES)
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _together(logits: Sequence[float]) -> float:
    """The logarithm of the summed exponentials; 0 where there is none."""
    if not logits:
        return 0.0
    top = max(logits)
    return top + log(sum(exp(logit - top) for logit in logits))


def _sum(found: Sequence[Term]) -> float:
    return sum(term.value * term.weight for term in found)


def _added(candidate: Candidate) -> int:
    task = candidate.features
    return task.added_at if task and task.added_at is not None else 0
