"""A stand-in embedder whose meanings are known, and the labelled titles and pairs."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oo_cli.engine.areas.shipped import AREAS, shipped
from oo_data.errors import ModelUnavailableError
from oo_data.ports import Embedder

HERE = Path(__file__).parent
OTHER = len(AREAS)  # the axis of what belongs to no area


class AxisEmbedder(Embedder):
    """One axis an area, and some more: "health: run" lies on the axis of health, "7: chess" on the seventh beyond.

    `asked` holds every text but the shipped ones; `loads` counts calls with any text. `broken`: it cannot be had.
    """

    semantic = True

    def __init__(self, version: str = "1") -> None:
        self.id = f"usem3@{version}"  # the limits of this name
        self.dim = OTHER + 10
        self.asked: list[str] = []
        self.loads = 0
        self.broken = False
        self._axis = {text: at for at, area in enumerate(AREAS) for text in shipped_texts(area)}

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """The unit vectors of the texts' axes."""
        if self.broken:
            raise ModelUnavailableError("No model.", "None.")
        self.loads += bool(texts)
        self.asked += [text for text in texts if text not in self._axis]
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> tuple[float, ...]:
        word = text.partition(":")[0]
        at = self._axis.get(text, AREAS.index(word) if word in AREAS else OTHER + int(word) if word.isdigit() else -1)
        return tuple(float(place == at) for place in range(OTHER + 10))


def shipped_texts(area: str) -> list[str]:
    """Every text that is shipped for an area."""
    found = shipped()[area]
    return [*found.about, *(text for row in found.titles for text in row)]


def labelled() -> list[tuple[str, str, str]]:
    """Our own titles: language, area, title."""
    data = _read("titles.toml")
    return [(lang, area, title) for lang, by in data.items() for area, titles in by.items() for title in titles]


def pairs() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Duplicates and look-alikes."""
    data = _read("pairs.toml")
    return [(one, two) for one, two in data["duplicates"]], [(one, two) for one, two in data["look-alikes"]]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text())
