"""What oO holds true about the person, and where each value came from."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from oo_data.contracts.agent import ParamValue


class Pref(NamedTuple):
    """One preference. `source` is user, inferred or default; `evidence` counts the observations behind it.

    `at` is UTC milliseconds.
    """

    scope: str
    key: str
    source: str
    value: ParamValue
    evidence: int
    at: int


SPELLED_MOST = 1024  # characters
_SIGNS = re.compile(r"[A-Za-z0-9_.:@+/\-]*")
_LETTERS = {int: "i", float: "f", str: "w"}


def spell(value: ParamValue) -> str:
    """A value in the signs that an event may carry; empty where it holds others, or is too long.

    A letter says what follows: i, f, w a whole number, a number, a word; I and W many of them, with colons between.
    """
    text = _spelled(value)
    return text if unspell(text) is not None else ""


def unspell(text: str) -> ParamValue | None:
    """The value that `spell` spells so; None for what it never says."""
    if len(text) > SPELLED_MOST or not _SIGNS.fullmatch(text):
        return None
    value = _read(text)
    return value if value is not None and _spelled(value) == text else None


def _spelled(value: ParamValue) -> str:
    if not isinstance(value, tuple):
        return f"{_LETTERS.get(type(value), '')}{value}"
    kinds = {type(item) for item in value} or {int}
    letter = _LETTERS.get(kinds.pop(), "").upper() if len(kinds) == 1 else ""
    return letter + ":".join(map(str, value))


def _read(text: str) -> ParamValue | None:
    letter, words = text[:1], text[1:].split(":") if len(text) > 1 else []
    try:
        if letter == "I":
            return tuple(map(int, words))
        if letter == "W":
            return tuple(words)
        (word,) = words
        if letter == "i":
            return int(word)
        if letter == "f" and math.isfinite(number := float(word)):
            return number
    except ValueError:
        return None
    return word if letter == "w" else None
