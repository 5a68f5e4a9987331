"""How long a task may take and what it asks for: the person's word, the source's, or a guess from the past.

Nobody times their tasks, so a guess rests on the pauses between ticks of one sitting: what was ticked 25 minutes after
the tick before took about that long, at most. It is a guess, is called one, and the person's word replaces it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from oo_cli.engine.when import HOUR_MS, MINUTE_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.signal import Stated
from oo_data.contracts.tip import Energy

Origin = Literal["you", "source", "guess"]

USUAL_MINUTES = 25.0  # with no past at all
SITTING = (3 * MINUTE_MS, 3 * HOUR_MS)  # shorter pauses are lists ticked off at once, longer ones another sitting
WEIGHT = 5.0  # pauses that the wider group counts for beside a group's own
STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
LOW_MINUTES, ROUTINE_MINUTES, HIGH_MINUTES = 15, 30, 60
# Which tasks suit somebody with that much energy: little of it rules out the hard ones, much of it the trifles.
SUITS: Mapping[Energy, frozenset[Energy]] = {
    "low": frozenset(("low",)),
    "medium": frozenset(("low", "medium")),
    "high": frozenset(("medium", "high")),
}

AT_HAND = 4  # tasks of each kind of short or easy ones that a shelf should hold
KINDS: tuple[tuple[int | None, Energy | None], ...] = ((5, None), (LOW_MINUTES, None), (None, "low"))


class Effort(NamedTuple):
    """What a task asks for. `evidence` counts the pauses behind a guess."""

    minutes: int
    energy: Energy
    origin: Origin
    evidence: int


class Efforts:
    """Estimates from one person's completions (oldest first), by routine, then project, then all."""

    def __init__(self, done: Iterable[TaskCompletion]) -> None:
        self._pauses: dict[str, list[float]] = {}
        before = None
        for c in done:
            if not c.timed:
                continue
            if before is not None and SITTING[0] <= c.at - before <= SITTING[1]:
                pause = math.log((c.at - before) / MINUTE_MS)
                for key in {"", c.project_ref or "", c.routine_ref or (c.ref if c.recurring else "")}:
                    self._pauses.setdefault(key, []).append(pause)
            before = c.at
        self._logs: dict[str, tuple[float, int]] = {}

    def of(self, task: TaskFeatures, stated: Stated | None = None) -> Effort:
        """The estimate for one task: what was said of it where anything was."""
        minutes, origin, evidence = self._minutes(task, stated)
        said = stated.energy if stated else None
        return Effort(minutes, said or _energy(minutes, task.recurring), origin, evidence)

    def _minutes(self, task: TaskFeatures, stated: Stated | None) -> tuple[int, Origin, int]:
        if stated is not None and stated.minutes is not None:
            return stated.minutes, "you", 0
        if task.minutes:
            return task.minutes, "source", 0
        (log, _), evidence = self._log("", math.log(USUAL_MINUTES)), 0
        for key in (task.project_ref, task.routine_ref or (task.ref if task.recurring else None)):
            if key and key in self._pauses:
                log, evidence = self._log(key, log)
        return _step(math.exp(log)), "guess", evidence

    def _log(self, key: str, wider: float) -> tuple[float, int]:
        """The median log-pause of a group, drawn towards the wider group by `WEIGHT` pauses; and how many there are."""
        if key not in self._logs:
            pauses = sorted(self._pauses.get(key, ()))
            self._logs[key] = (pauses[len(pauses) // 2] if pauses else 0.0, len(pauses))
        median, count = self._logs[key]
        return (median * count + wider * WEIGHT) / (count + WEIGHT), count


def fits(effort: Effort, minutes: int | None, energy: Energy | None) -> bool:
    """Whether a task of that effort can be done in the time and with the energy there is (None: no matter)."""
    return (minutes is None or effort.minutes <= minutes) and (energy is None or effort.energy in SUITS[energy])


def spread(efforts: Sequence[Effort], depth: int) -> list[int]:
    """Places beyond the first `depth` worth keeping at hand: of each kind of short or easy task, its best few."""
    kept: list[int] = []
    for minutes, energy in KINDS:
        have = sum(fits(effort, minutes, energy) for effort in efforts[:depth])
        more = (at for at in range(depth, len(efforts)) if at not in kept and fits(efforts[at], minutes, energy))
        kept += [at for at, _ in zip(more, range(max(0, AT_HAND - have)), strict=False)]
    return sorted(kept)


def _energy(minutes: int, recurring: bool) -> Energy:
    if minutes <= LOW_MINUTES or (recurring and minutes <= ROUTINE_MINUTES):
        return "low"
    return "high" if minutes >= HIGH_MINUTES else "medium"


def _step(minutes: float) -> int:
    """The nearest of the round numbers people use, by ratio."""
    at = bisect_left(STEPS, minutes)
    near = STEPS[max(0, at - 1) : at + 1]
    return min(near, key=lambda step: abs(math.log(step / minutes)))
