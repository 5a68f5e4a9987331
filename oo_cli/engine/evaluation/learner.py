"""The ranker, replayed: it starts from what ships, and learns each moment after it was asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from oo_cli.engine.evaluation.baselines import as_candidates
from oo_cli.engine.evaluation.contest import Contestant, Guess
from oo_cli.engine.policies.base import Moment
from oo_cli.engine.policies.ranker import Ranker
from oo_cli.engine.ranker import replay
from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.terms import terms
from oo_data.contracts.feature import TaskFeatures


class Learner:
    """One person's ranker as it would have been at each moment."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._model, self._zone = Model.prior(), zone

    def contestant(self) -> Contestant:
        """Itself, as a ranker that states how likely its first choice is."""
        return Contestant(Ranker.name, self._rank, policy=True, learn=self._learn)

    def _rank(self, now: int, tasks: Sequence[TaskFeatures], past: Past) -> Guess:
        policy = Ranker(self._model, past)
        ranking = policy.rank(as_candidates(tasks), Moment(now, self._zone, {}))
        return Guess([candidate.subject for candidate in ranking.order], policy.probability(ranking))

    def _learn(self, moment: replay.Moment) -> None:
        rows = terms(moment.open, moment.past, moment.now, self._zone)
        right = {at for at, task in enumerate(moment.open) if task.ref in moment.right}
        self._model.learn(rows, right, moment.now)
