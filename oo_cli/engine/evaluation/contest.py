"""Replaying the past: at each moment at which something was done, what would each ranker have named?

Progressive validation (Blum, Kalai & Langford 1999): a ranker that adapts is asked first and told afterwards, so no
answer rests on what came later. Measures as in the nexttask benchmark: the rank of the best right answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.replay import Moment
from oo_cli.engine.when import local
from oo_data.contracts.feature import TaskFeatures

RANDOM = "random"


class Guess(NamedTuple):
    """References, best first. `likely` is the stated probability that the first is right, where one is stated."""

    order: Sequence[str]
    likely: float | None = None


class Contestant(NamedTuple):
    """A ranker by name. `learn` is told of each moment after it was asked; `policy` is False for a baseline."""

    name: str
    rank: Callable[[int, Sequence[TaskFeatures], Past], Guess]
    policy: bool = False
    learn: Callable[[Moment], None] | None = None


class Score(NamedTuple):
    """How one answer fared. `day` is the local day (ISO); `likely` as in `Guess`."""

    day: str
    hit1: float
    hit3: float
    reciprocal: float
    likely: float | None = None


Scores = Mapping[str, Sequence[Score]]


def replay(
    moments: Iterable[Moment],
    contestants: Sequence[Contestant],
    zone: ZoneInfo,
    since: int = 0,
    told: Callable[[int], None] = lambda count: None,
) -> dict[str, list[Score]]:
    """The scores of every contestant and of blind choice, moment by moment; `told` hears how many are done.

    Moments before `since` (UTC ms) are learnt from, and not asked about.
    """
    scores: dict[str, list[Score]] = {RANDOM: [], **{contestant.name: [] for contestant in contestants}}
    for count, moment in enumerate(moments, start=1):
        day = local(moment.now, zone).date().isoformat()
        right = moment.right & {task.ref for task in moment.open}
        if right and moment.now >= since:
            scores[RANDOM].append(Score(day, *blind(len(moment.open), len(right))))
            for contestant in contestants:
                guess = contestant.rank(moment.now, moment.open, moment.past)
                scores[contestant.name].append(measure(day, guess, moment.open, right))
        for contestant in contestants:
            if contestant.learn is not None:
                contestant.learn(moment)
        told(count)
    return scores


def measure(day: str, guess: Guess, tasks: Sequence[TaskFeatures], right: frozenset[str]) -> Score:
    """The score of one answer; what it leaves out comes last, in the order of the list."""
    known = dict.fromkeys(task.ref for task in tasks)
    named = [ref for ref in dict.fromkeys(guess.order) if ref in known]
    order = dict.fromkeys((*named, *known))
    rank = next(at for at, ref in enumerate(order, start=1) if ref in right)
    return Score(day, float(rank == 1), float(rank <= 3), 1 / rank, guess.likely)


def blind(size: int, right: int) -> tuple[float, float, float]:
    """Expected hit@1, hit@3 and reciprocal rank of a blind draw without replacement, `right` of `size` being right."""
    missed, hit3, reciprocal = 1.0, 0.0, 0.0
    for rank in range(1, size - right + 2):
        here = missed * right / (size - rank + 1)
        reciprocal += here / rank
        hit3 += here if rank <= 3 else 0.0
        missed -= here
    return right / size, hit3, reciprocal
