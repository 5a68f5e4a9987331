"""Limits that an embedder gets by itself: found where it knows areas, and none where it does not."""

from __future__ import annotations

from random import Random

from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.engine.areas.atlas import unit
from oo_cli.engine.areas.limits import NEVER
from oo_cli.engine.areas.measure import MARGIN, limits_from, measure
from oo_cli.engine.areas.shipped import texts
from tests.areas.people import AxisEmbedder


def test_one_that_knows_the_areas() -> None:
    """Perfect vectors pass; duplicates and themes are left to those that were measured for them."""
    found = measure(AxisEmbedder().embed(texts()))
    assert found is not None
    assert found == limits_from(found.least)
    assert 0 < found.margin == found.least * MARGIN
    assert (found.theme, found.related, found.duplicate) == (NEVER, NEVER, NEVER)


def test_ones_that_do_not() -> None:
    """Letters alone, chance, and one thing said of everything are turned down."""
    dice = Random(1)
    chance = [unit([dice.gauss(0, 1) for _ in range(64)]) for _ in texts()]
    for vectors in (NgramEmbedder().embed(texts()), chance, [(1.0, 0.0)] * len(texts())):
        assert measure(vectors) is None


def test_it_is_a_question_of_enough_and_right() -> None:
    """The same perfect vectors with every fourth one exchanged for another area's are not right often enough."""
    vectors = AxisEmbedder().embed(texts())
    mixed = [vectors[(at * 7 + 44) % len(vectors)] if at % 2 else vector for at, vector in enumerate(vectors)]
    assert measure(mixed) is None
