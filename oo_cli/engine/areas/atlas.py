"""Placing a title in an area of life, by its likeness to example titles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import mul
from typing import NamedTuple

from oo_cli.engine.areas.limits import Limits
from oo_cli.engine.areas.shipped import shipped, texts

Vector = Sequence[float]
NEAREST = 3  # examples of an area that speak for it


def dot(one: Vector, two: Vector) -> float:
    """The inner product; of vectors of length one their cosine."""
    total: float = sum(map(mul, one, two))
    return total


def unit(vector: Vector) -> Vector:
    """The vector with length one; zeros stay zeros."""
    length = math.sqrt(dot(vector, vector))
    return [value / length for value in vector] if length else vector


def mean(vectors: Sequence[Vector]) -> Vector:
    """The mean of at least one vector."""
    return [math.fsum(column) / len(vectors) for column in zip(*vectors, strict=True)]


class Region(NamedTuple):
    """An area around the centre: its description, and its examples."""

    about: Vector
    examples: Sequence[Vector]

    def score(self, seen: Vector) -> float:
        """The mean of the description's likeness and that of the three nearest examples."""
        nearest = sorted((dot(seen, example) for example in self.examples), reverse=True)[:NEAREST]
        return (math.fsum(nearest) / len(nearest) + dot(seen, self.about)) / 2


class Atlas:
    """The areas among one embedder's vectors. Cosines are taken around the centre of all examples.

    Without centring (Mu and Viswanath 2018) one area lies near everything and draws in what fits nowhere.
    """

    __slots__ = ("_centre", "regions")

    def __init__(self, about: Mapping[str, Vector], examples: Mapping[str, Iterable[Vector]], centre: Vector) -> None:
        self._centre = centre
        self.regions = {
            area: Region(self.seen(about[area]), tuple(self.seen(each) for each in examples[area])) for area in about
        }

    def scores(self, vector: Vector) -> dict[str, float]:
        """How near each area is."""
        seen = self.seen(vector)
        return {area: region.score(seen) for area, region in self.regions.items()}

    def place(self, vector: Vector, limits: Limits) -> str | None:
        """The area, or None where no area is near enough or two are about as near."""
        return nearest(self.scores(vector), limits)

    def seen(self, vector: Vector) -> Vector:
        """The direction of a vector from the centre. What says nothing lies in no direction."""
        return unit([value - middle for value, middle in zip(vector, self._centre, strict=True)]) if any(vector) else ()


def nearest(scores: Mapping[str, float], limits: Limits) -> str | None:
    """The area of the best score, or None where that is too low or the next one too near."""
    best, second = sorted(((score, area) for area, score in scores.items()), reverse=True)[:2]
    clear = best[0] >= limits.least and best[0] - second[0] >= limits.margin
    return best[1] if clear else None


def build(embed: Callable[[Sequence[str]], Sequence[Vector]], own: Mapping[str, Sequence[Vector]]) -> Atlas:
    """The atlas of the shipped areas, and of the person's `own` examples by area.

    A title and its translations make one example together, their mean: what is left of it is what they share.
    """
    areas = shipped()
    vectors = iter(embed(texts()))
    about: dict[str, Vector] = {}
    examples: dict[str, list[Vector]] = {}
    every: list[Vector] = []
    for slug, area in areas.items():
        about[slug] = unit(mean([next(vectors) for _ in area.about]))
        told = [[next(vectors) for _ in row] for row in area.titles]
        every += [vector for row in told for vector in row]
        examples[slug] = [unit(mean(row)) for row in told] + list(own.get(slug, ()))
    return Atlas(about, examples, mean(every))
