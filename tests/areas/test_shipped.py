"""The shipped examples are whole, and the labelled titles are no copies of them."""

from __future__ import annotations

import tomllib

from oo_cli.adapters.embed.text import folded
from oo_cli.engine.areas.shipped import AREAS, FILE, edition, plain, shipped
from tests.areas.people import labelled, pairs, shipped_texts


def test_every_area_has_ten_examples_in_four_languages() -> None:
    """No area is heard less, or in fewer languages, than another; none is shipped that the code does not know."""
    with open(FILE, "rb") as file:
        assert tuple(tomllib.load(file)) == AREAS
    for area in shipped().values():
        assert len(area.about) == 4
        assert [len(row) for row in area.titles] == [4] * 10


def test_no_example_stands_twice() -> None:
    """A title in two areas, or twice in one, would be a vote counted wrongly."""
    texts = [folded(text) for slug in AREAS for text in shipped_texts(slug)]
    assert len(texts) == len(set(texts))


def test_the_labelled_titles_are_enough_and_no_copies() -> None:
    """What is measured on is large, in four languages, covers every area, and was not shipped."""
    found = labelled()
    known = {folded(text) for slug in AREAS for text in shipped_texts(slug)}
    titles = [folded(title) for _, _, title in found]
    assert len(set(titles)) == len(titles) >= 120
    assert {lang for lang, _, _ in found} == {"en", "de", "ru", "zh"}
    assert {area for _, area, _ in found} == set(AREAS)
    assert not known & set(titles)
    assert [len(each) for each in pairs()] == [24, 24]


def test_names() -> None:
    """An area's name reads as words; the edition is a fixed word of its own."""
    assert plain("family-and-friends") == "family and friends"
    assert len(edition()) == 16
