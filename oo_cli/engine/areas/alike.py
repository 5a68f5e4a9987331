"""Titles that say the same, or nearly: told, never acted upon.

Embedders hardly see numbers and names ("Run 5 km", "Run 10 km"), so these are compared letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from oo_cli.engine.areas.atlas import Vector, dot
from oo_cli.engine.areas.limits import Limits

Kind = Literal["duplicate", "related"]
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")


class Alike(NamedTuple):
    """Two titles, by their places, and how alike they are (cosine)."""

    one: int
    two: int
    kind: Kind
    likeness: float


def kind_of(one: str, two: str, likeness: float, limits: Limits) -> Kind | None:
    """What two titles of that likeness (cosine) are to each other."""
    if likeness >= limits.duplicate and _same_numbers(one, two) and _same_names(one, two):
        return "duplicate"
    return "related" if likeness >= limits.related else None


def alike(titles: Sequence[str], vectors: Sequence[Vector], limits: Limits) -> Iterator[Alike]:
    """Every pair that is duplicate or related; vectors have length one."""
    for two, vector in enumerate(vectors):
        for one in range(two):
            likeness = dot(vectors[one], vector)
            kind = kind_of(titles[one], titles[two], likeness, limits)
            if kind is not None:
                yield Alike(one, two, kind, likeness)


def _same_numbers(one: str, two: str) -> bool:
    return _numbers(one) == _numbers(two)


def _numbers(title: str) -> list[str]:
    return sorted(number.lstrip("0") for number in _NUMBER.findall(title))


def _same_names(one: str, two: str) -> bool:
    """Whether each title has, somewhere, every word that stands out as a name in the other."""
    return _names(one) <= _words(two) and _names(two) <= _words(one)


def _words(title: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(title)}


def _names(title: str) -> set[str]:
    """Words with a capital that the start of a sentence does not explain; German nouns among them, to be careful."""
    return {word.casefold() for word in _WORD.findall(title)[1:] if word[0].isupper()}
