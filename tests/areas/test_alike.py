"""Duplicates, and groups among what fits no area: told only where the letters agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.engine.areas.alike import Alike, alike, kind_of
from oo_cli.engine.areas.limits import KNOWN
from oo_cli.engine.areas.themes import themes

LIMITS = KNOWN["usem3"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Run 5 km", "Run 10 km"),
        ("Call Anna", "Call Hanna"),
        ("Pay 20 EUR to Tom", "Pay 200 EUR to Tom"),
        ("Write to Tom", "Write to him"),
        ("Zug nach Wien buchen", "Zug nach Graz buchen"),
        ("第3章", "第4章"),
    ],
)
def test_numbers_and_names_keep_titles_apart(one: str, two: str) -> None:
    """However alike an embedder finds them, another number or name is another task."""
    assert kind_of(one, two, 0.99, LIMITS) == "related"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Call mum", "ring mum"),
        ("Tante Erika anrufen", "Bei Tante Erika melden"),
        ("Renew passport 05", "passport: renew (5)"),
        ("позвонить маме", "Позвонить маме!"),
    ],
)
def test_same_numbers_and_names_may_be_one(one: str, two: str) -> None:
    """The first word's capital is no name, and a leading zero no other number."""
    assert kind_of(one, two, 0.83, LIMITS) == "duplicate"


def test_likeness_decides_the_rest() -> None:
    """Below each limit the claim is weaker, and in the end none."""
    assert [kind_of("a", "b", cosine, LIMITS) for cosine in (0.82, 0.81, 0.55, 0.54, 0.0)] == [
        "duplicate", "related", "related", None, None,
    ]  # fmt: skip


def test_pairs() -> None:
    """Every pair is looked at once and told by its places."""
    vectors = [(1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.8, 0.6)]
    found = list(alike(["tea", "coffee", "tea", "chai"], vectors, LIMITS))
    assert found == [
        Alike(0, 2, "duplicate", 1.0), Alike(0, 3, "related", 0.8), Alike(1, 3, "related", 0.6),
        Alike(2, 3, "related", 0.8),
    ]  # fmt: skip


def test_letters_alone_find_the_same_words() -> None:
    """Without a model, the same words in another order, case and punctuation are found, and no synonym is claimed."""
    titles = ["Buy oat milk", "oat milk: buy!", "Buy soy milk", "Get oat milk"]
    found = list(alike(titles, NgramEmbedder().embed(titles), KNOWN["ngrams"]))
    assert [(each.one, each.two, each.kind) for each in found] == [(0, 1, "duplicate")]


@given(st.text(max_size=60), st.text(max_size=60), st.floats(-1, 1))
def test_any_titles(one: str, two: str, likeness: float) -> None:
    """Whatever the titles hold, the order of the two does not matter, and a title is never another task than itself."""
    assert kind_of(one, two, likeness, LIMITS) == kind_of(two, one, likeness, LIMITS)
    assert kind_of(one, one, 0.9, LIMITS) == "duplicate"


def test_themes() -> None:
    """Three or more that hold together are a theme, the largest first; pairs and single ones are none."""
    tea, chess, rest = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    vectors = [tea, chess, tea, rest, chess, tea, chess, chess, rest]
    assert themes(vectors, 0.5) == [(1, 4, 6, 7), (0, 2, 5)]
    assert themes([], 0.5) == themes([tea], 0.5) == themes([tea, tea], 0.5) == []


def test_average_linkage() -> None:
    """A chain of neighbours is no theme where its ends have nothing in common: the mean over all pairs counts."""
    chain = [(1.0, 0.0), (0.6, 0.8), (-0.28, 0.96)]
    assert themes(chain, 0.15) == [(0, 1, 2)]
    assert themes(chain, 0.2) == []
