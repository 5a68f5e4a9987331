"""The probability that a person completes something within half an hour, learned from when they did before.

A logistic model over `habits.NAMES`. Its weights start from other people's and follow this person by assumed-density
filtering: a Gaussian with a diagonal covariance, updated once for every half hour that passes (Chapelle and Li 2011,
"An Empirical Evaluation of Thompson Sampling", algorithm 3, one observation at a time).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from math import exp, isfinite
from operator import mul
from zlib import crc32

from oo_cli.engine.moments.habits import DAY_SLOTS, SLOT_MS, Habits
from oo_cli.engine.moments.prior import Prior, shipped

LEARN_DAYS = 180  # the weights of someone's older self are left to the prior
VARYING = "recent"
AHEAD_MS = 48 * 3_600_000
FORMAT = 1


class Rhythm:
    """One person's rhythm; `learn` takes it further.

    `known_until` (UTC ms) is the end of the last half hour that is over and learned from; `pending` are the completions
    since then.
    """

    __slots__ = ("_current", "habits", "known_until", "mean", "pending", "prior", "variance")

    def __init__(self, prior: Prior | None = None) -> None:
        self.prior = prior or shipped()
        self.habits = self._current = Habits()
        self.known_until = 0
        self.pending: list[int] = []
        self.mean = list(self.prior.mean)
        self.variance = [spread * spread for spread in self.prior.spread]

    @classmethod
    def of(cls, completions: Sequence[int], now_ms: int, zone: tzinfo, prior: Prior | None = None) -> Rhythm:
        """The rhythm behind completions with a known time (UTC ms, oldest first), as known at `now_ms`."""
        rhythm = cls(prior)
        start = now_ms // SLOT_MS * SLOT_MS - LEARN_DAYS * DAY_SLOTS * SLOT_MS
        older = bisect_left(completions, start)
        for at in completions[:older]:
            rhythm.habits.note(at, zone)
        if older:
            rhythm.known_until = start
        rhythm.learn(completions[older:], now_ms, zone)
        return rhythm

    def active(self, now_ms: int) -> float:
        """Half hours with a completion that still count now: how much there is to go by."""
        return self._current.active(now_ms)

    def learn(self, completions: Iterable[int], now_ms: int, zone: tzinfo) -> None:
        """Live on to `now_ms`: predict each half hour that is over, then see it.

        `completions` (UTC ms, oldest first) are those not handed in so far; what comes too late or lies ahead is
        left out.
        """
        told = [*self.pending, *(at for at in completions if self.known_until <= at <= now_ms)]
        if told and not self.known_until:
            self.known_until = told[0] // SLOT_MS * SLOT_MS
        index = 0
        while self.known_until and self.known_until + SLOT_MS <= now_ms:
            begin, end = self.known_until, self.known_until + SLOT_MS
            if self.habits.recent:
                active = index < len(told) and told[index] < end
                self._update(self.habits.features(begin, zone, self.prior.everyone), active)
            while index < len(told) and told[index] < end:
                self.habits.note(told[index], zone)
                index += 1
            self.known_until = end
        self.pending = told[index:]
        self._look_at(zone)

    def _look_at(self, zone: tzinfo) -> None:
        """The current half hour is not over, so nothing is learned from it; what it has seen counts all the same."""
        self._current = Habits.restored(self.habits.state()) if self.pending else self.habits
        for at in self.pending:
            self._current.note(at, zone)

    def probability(self, at_ms: int, now_ms: int, zone: tzinfo) -> float:
        """The probability of a completion within the half hour from `at_ms`, now or up to 48 hours ahead.

        Of what may happen between `now_ms` and then nothing is assumed; 0 for someone who never completed anything.
        """
        at = min(max(at_ms, now_ms), now_ms + AHEAD_MS)
        if not self._current.recent:
            return 0.0
        return _chance(self.mean, self._current.features(at, zone, self.prior.everyone))

    def usual(self, hour: int) -> float:
        """How much likelier than average a local hour of the day (0 to 23) is, by long habit."""
        return self._current.usual(hour, self.prior.everyone)

    def _update(self, features: list[float], active: bool) -> None:
        chance = _chance(self.mean, features)
        error, curve = active - chance, chance * (1.0 - chance)
        for index, value in enumerate(features):
            if value:
                variance = self.variance[index] / (1.0 + self.variance[index] * curve * value * value)
                self.variance[index] = variance
                self.mean[index] += variance * value * error

    def to_json(self) -> str:
        """All that it knows: numbers and times, no names of things."""
        told = {name: getattr(self, name) for name in ("known_until", "pending", "mean", "variance")}
        return json.dumps({"version": _version(self.prior), **told, "habits": self.habits.state()})

    @classmethod
    def from_json(cls, text: str, zone: tzinfo, prior: Prior | None = None) -> Rhythm:
        """The rhythm that `to_json` told; raises ValueError for text of another version or another prior."""
        told, rhythm = json.loads(text), cls(prior)
        if not isinstance(told, dict) or told.get("version") != _version(rhythm.prior):
            raise ValueError("another version of the rhythm")
        found = told["habits"]
        numbers = _numbers([told["known_until"], told["pending"], told["mean"], told["variance"], list(found.values())])
        if not all(map(isfinite, numbers)) or _shape(found) != _shape(rhythm.habits.state()):
            raise ValueError("not a rhythm")
        if not len(told["mean"]) == len(told["variance"]) == len(rhythm.prior.mean):
            raise ValueError("not a rhythm")
        for name in ("known_until", "pending", "mean", "variance"):
            setattr(rhythm, name, told[name])
        rhythm.habits = Habits.restored(found)
        rhythm._look_at(zone)
        return rhythm


def _version(prior: Prior) -> int:
    """What is learned on top of one prior means nothing on top of another."""
    return crc32(f"{FORMAT} {prior}".encode())


def _numbers(value: object) -> Iterator[float]:
    """Every number in nested lists. Raises ValueError for anything else in them."""
    if isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
    else:
        raise ValueError("not a number")


def _shape(habits: Mapping[str, object]) -> dict[str, int]:
    """How long each list is; 0 for a number, and for the one whose length varies."""
    return {name: len(value) if isinstance(value, list) and name != VARYING else 0 for name, value in habits.items()}


def _chance(weights: Sequence[float], features: Sequence[float]) -> float:
    score = sum(map(mul, weights, features))
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))
