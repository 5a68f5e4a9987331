"""The word lists of words.toml, and the ways a text is read before it is held against them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

# Letters that digits and signs stand in for where a word is disguised.
_LEET = str.maketrans("013457@$", "oieastas")
_WORD = re.compile(r"\w+")
_MARKS = frozenset(("Mn", "Me"))
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_HOSTILE = ("link", "command", "markup", "secret", "medical", "inside")
_ENDINGS = "(?:s|day|days|en|e|n)?"


class Lists(NamedTuple):
    """Patterns by what they find; `claims` match whole folded words, `small` are folded words."""

    hostile: Mapping[str, re.Pattern[str]]
    refusal: re.Pattern[str]
    orders: re.Pattern[str]
    claims: re.Pattern[str]
    small: frozenset[str]


@cache
def lists() -> Lists:
    """The lists, read once."""
    found = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    hostile = {name: _any(found[name]) for name in _HOSTILE}
    claims = re.compile(f"(?:{'|'.join(map(folded, found['claims']))}){_ENDINGS}")
    return Lists(hostile, _any(found["refusal"]), _any(found["orders"]), claims, frozenset(map(folded, found["small"])))


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def folded(text: str) -> str:
    """The text as it reads: compatibility forms and marks undone, case folded."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if unicodedata.category(char) not in _MARKS)
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())


def readings(text: str) -> Iterator[str]:
    """The text as written, as it reads, and with digits read as the letters they imitate."""
    yield text
    plain = folded(text)
    yield plain
    disguised = (word for word in plain.split() if re.search(r"[^\W\d_]", word) and re.search(r"[\d@$]", word))
    for word in disguised:
        plain = plain.replace(word, word.translate(_LEET))
    yield plain


def mixes_scripts(text: str) -> bool:
    """Whether one word is written in several alphabets, as words are that imitate others."""
    return any(len(_scripts(word)) > 1 for word in _WORD.findall(text))


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(char, "").split(" ")[0] for char in word if char.isalpha())
    return {name for name in names if name in _SCRIPTS}
