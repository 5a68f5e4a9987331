"""The policy that learns from reactions, replayed: at each moment it knows the reactions and ticks before it only."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.evaluation.baselines import as_candidates
from oo_cli.engine.evaluation.contest import Contestant, Guess
from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies.base import Moment
from oo_cli.engine.policies.epsilon_greedy import EpsilonGreedy, Habits, Memory, fading
from oo_cli.engine.ranker import replay
from oo_cli.engine.ranker.past import Past
from oo_data.contracts.feature import TaskFeatures


class Lesson(NamedTuple):
    """One reaction: when (UTC ms), to a candidate with which features, and what it was worth."""

    at: int
    features: Mapping[str, float]
    worth: float


class Reacting:
    """Epsilon-greedy in the past. Lessons and showings (subject, UTC ms) come oldest first.

    Habits grow from the replayed moments and do not fade, which over the span of a replay changes little.
    """

    def __init__(
        self,
        lessons: Sequence[Lesson],
        shown: Sequence[tuple[str, int]],
        declined: Sequence[tuple[str, int]],
        zone: ZoneInfo,
        chance: random.Random,
    ) -> None:
        self._lessons = list(lessons)[::-1]
        self._shown, self._declined = shown, declined
        self._zone, self._chance = zone, chance
        self._state, self._habits = greedy.fresh(), Habits()

    def contestant(self) -> Contestant:
        """Itself, as a ranker."""
        return Contestant(greedy.NAME, self._rank, policy=True, learn=self._learn)

    def _rank(self, now: int, tasks: Sequence[TaskFeatures], past: Past) -> Guess:
        while self._lessons and self._lessons[-1].at <= now:
            lesson = self._lessons.pop()
            self._state = greedy.learn(self._state, lesson.features, lesson.worth)
        shown = fading(((subject, at) for subject, at in self._shown if at <= now), "shown", now)
        declined = fading(((subject, at) for subject, at in self._declined if at <= now), "declined", now)
        policy = EpsilonGreedy(self._state, Memory(self._habits, shown, declined), self._chance)
        ranking = policy.rank(as_candidates(tasks), Moment(now, self._zone, {}))
        return Guess([candidate.subject for candidate in ranking.order])

    def _learn(self, moment: replay.Moment) -> None:
        for task in moment.open:
            if task.ref in moment.right:
                self._habits.add(task.project_ref, moment.now, self._zone)
