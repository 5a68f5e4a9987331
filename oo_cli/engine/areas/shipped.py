"""The areas of life that oO knows, each told by a line about it and by example titles in four languages."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

AREAS = (
    "health", "home", "money", "work", "learning", "family-and-friends", "errands", "travel", "admin", "creative",
)  # fmt: skip
FILE = os.path.join(os.path.dirname(__file__), "examples.toml")


class Shipped(NamedTuple):
    """One area as it is shipped: `about` in each language, and titles, each a row of its translations."""

    about: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]


@cache
def shipped() -> Mapping[str, Shipped]:
    """Every area by its slug."""
    areas = tomllib.loads(_raw().decode())
    return {slug: Shipped(tuple(areas[slug]["about"]), tuple(map(tuple, areas[slug]["titles"]))) for slug in AREAS}


@cache
def texts() -> tuple[str, ...]:
    """All of it in one row: for each area the lines about it, then its titles with their translations."""
    return tuple(text for area in shipped().values() for row in (area.about, *area.titles) for text in row)


@cache
def edition() -> str:
    """What changes whenever an example does."""
    return hashlib.sha256(_raw()).hexdigest()[:16]


def plain(slug: str) -> str:
    """The area in words: family-and-friends is "family and friends"."""
    return slug.replace("-", " ")


def _raw() -> bytes:
    with open(FILE, "rb") as file:
        return file.read()
