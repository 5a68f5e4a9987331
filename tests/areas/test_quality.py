"""On our own labelled titles the model keeps what docs/areas.md says of it, and beats what compares letters."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.areas import TfIdf, auc, measure, quality, words
from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.adapters.embed.use import UseEmbedder, installed
from oo_cli.engine.areas.shipped import AREAS
from tests.areas.people import AxisEmbedder, labelled, pairs, shipped_texts

needs_model = pytest.mark.skipif(not installed(), reason="the extra `embed` is not installed")


@pytest.fixture(scope="module")
def letters() -> dict[str, Any]:
    """The fallback's figures."""
    return quality(NgramEmbedder())


@pytest.fixture(scope="module")
def meaning() -> dict[str, Any]:
    """The model's figures."""
    return quality(UseEmbedder())


@needs_model
def test_areas(meaning: dict[str, Any], letters: dict[str, Any]) -> None:
    """Four titles in five land where a person would put them; of those placed for sure, more."""
    assert meaning["accuracy"] >= 0.78
    assert min(meaning[language] for language in ("en", "de", "ru", "zh")) >= 0.7
    assert meaning["placed"] >= 0.8
    assert meaning["accuracy_of_placed"] >= 0.84
    assert meaning["accuracy"] > letters["accuracy"] + 0.4


@needs_model
def test_duplicates(meaning: dict[str, Any], letters: dict[str, Any]) -> None:
    """Duplicates are told from look-alikes better than by letters; a claim is hardly ever wrong."""
    assert meaning["duplicate_over_lookalike"] >= 0.8
    assert meaning["duplicate_over_lookalike"] > letters["duplicate_over_lookalike"] + 0.3
    assert meaning["duplicate_over_any"] >= 0.99
    assert meaning["duplicates_claimed"] >= 0.4
    assert meaning["lookalikes_claimed"] <= 0.05


def test_letters_make_no_false_claim(letters: dict[str, Any]) -> None:
    """The fallback has no area to offer, and takes no look-alike for a duplicate."""
    assert "placed" not in letters
    assert letters["lookalikes_claimed"] == 0


def test_perfect_and_blind() -> None:
    """The yardstick itself: one that knows every truth scores 1, TF-IDF on unseen words hardly more than chance."""
    titles = {title: f"{area}: x" for _, area, title in labelled()}

    class Knowing(AxisEmbedder):
        def _vector(self, text: str) -> tuple[float, ...]:
            return super()._vector(titles.get(text, text))

    assert quality(Knowing())["accuracy"] == 1.0
    texts = [text for area in AREAS for text in shipped_texts(area)] + [t for kind in pairs() for p in kind for t in p]
    assert quality(TfIdf(words, texts))["accuracy"] < 0.5


def test_auc() -> None:
    """Always above is 1, never 0, all the same one half."""
    assert (auc([2, 3], [0, 1]), auc([0], [1]), auc([1, 1], [1])) == (1.0, 0.0, 0.5)


def test_cost() -> None:
    """What a refresh pays for the fallback is next to nothing, and every figure is there."""
    found = measure("ngrams")
    assert found["load_s"] < 0.5
    assert all(figure >= 0 for figure in found.values())
    assert len(found) == 5
