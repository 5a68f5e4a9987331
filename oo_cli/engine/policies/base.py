"""The contract every policy keeps, so that one can take another's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from oo_data.contracts.tip import Candidate

LIKELY = "likely"  # a term that weighs nothing: the calibrated chance of a candidate to be what comes next


class Moment(NamedTuple):
    """What a policy may know beside the candidates. `weights` are the agents' snippet weights by agent id.

    `fresh` says by subject what is left of its chance, in 0..1, after it was ignored or refused; all of it where a
    subject is not named.
    """

    now: int
    zone: ZoneInfo
    weights: Mapping[str, float]
    fresh: Mapping[str, float] = MappingProxyType({})


class Ranking(NamedTuple):
    """Candidates with their terms, best first, and the probability of the first under the policy."""

    order: tuple[Candidate, ...]
    propensity: float


class Policy(Protocol):
    """Ranks candidates; pure, so that it can be replayed on the past. `version` changes where its choices would."""

    name: str
    version: str

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """All candidates, scored and ordered."""
        ...
