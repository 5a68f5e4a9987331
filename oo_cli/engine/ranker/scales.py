"""Numbers as pieces that a linear model can bend: ramps for what grows, boxes for what falls into kinds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class Ramp:
    """A piecewise linear scale: one value from 0 to 1 for each stretch between two knots, walked through in order."""

    __slots__ = ("_before", "_knots", "_last", "_rest", "names")

    def __init__(self, family: str, knots: Sequence[float], stretches: Sequence[str]) -> None:
        self.names = tuple(f"{family}: {stretch}" for stretch in stretches)
        self._knots = tuple(knots)
        self._last = len(knots) - 1
        self._before = tuple((1.0,) * index for index in range(len(knots)))
        self._rest = tuple((0.0,) * (self._last - index - 1) for index in range(self._last))

    def __call__(self, value: float) -> tuple[float, ...]:
        """The stretches (one fewer than knots): 1 where passed, 0 where not reached, between on the way."""
        index = bisect_right(self._knots, value) - 1
        if index < 0:
            return (0.0,) * self._last
        if index >= self._last:
            return self._before[self._last]
        start, end = self._knots[index], self._knots[index + 1]
        return (*self._before[index], (value - start) / (end - start), *self._rest[index])


class Boxes:
    """A scale cut at its edges: 1 in the one box that holds the value, 0 in all others."""

    __slots__ = ("_edges", "_rows", "names", "none")

    def __init__(self, family: str, edges: Sequence[float], boxes: Sequence[str]) -> None:
        self.names = tuple(f"{family}: {box}" for box in boxes)
        self._edges = tuple(edges)
        size = len(edges) + 1
        self._rows = tuple(tuple(float(at == box) for at in range(size)) for box in range(size))
        self.none = (0.0,) * size

    def index(self, value: float) -> int:
        """Which box (0 to the number of edges); a value on an edge belongs to the box above."""
        return bisect_right(self._edges, value)

    def __call__(self, value: float) -> tuple[float, ...]:
        """The row of zeros with its single one."""
        return self._rows[bisect_right(self._edges, value)]


def clip(value: float, limit: float) -> float:
    """The value, held between -limit and limit."""
    return limit if value > limit else -limit if value < -limit else value
