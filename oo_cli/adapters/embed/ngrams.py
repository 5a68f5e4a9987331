"""Hashed character n-grams in pure Python: tells the same words in another order or form, and claims no meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from zlib import crc32

from oo_cli.adapters.embed.text import folded
from oo_data.ports import Embedder

DIM = 1024
SIZES = (3, 4, 5)
_WORD = re.compile(r"\w+")


class NgramEmbedder(Embedder):
    """Counts of the n-grams of each word, hashed into a row of numbers (Weinberger et al. 2009), length one."""

    id = "ngrams@1"
    dim = DIM
    semantic = False

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text; zeros for a text without words."""
        return [_vector(folded(text)) for text in texts]


def _vector(text: str) -> tuple[float, ...]:
    row = [0.0] * DIM
    for gram in _grams(text):
        hashed = crc32(gram.encode())
        row[hashed % DIM] += 1.0 if hashed >> 31 else -1.0  # signs let collisions cancel out
    length = math.sqrt(math.fsum(value * value for value in row))
    return tuple(value / length for value in row) if length else tuple(row)


def _grams(text: str) -> Iterator[str]:
    for word in _WORD.findall(text) or text.split():
        edged = f" {word} "
        yield edged
        for size in SIZES:
            yield from (edged[at : at + size] for at in range(len(edged) - size + 1))
