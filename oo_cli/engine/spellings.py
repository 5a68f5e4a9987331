"""How a word may lie in bytes: in other alphabets, encodings and escapes, each as the bytes to look for."""

from __future__ import annotations

import base64
import codecs
import html
import json
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, quote_plus

LEAST = 4  # bytes: what is shorter turns up by chance
SURE = 6  # bytes: what is shorter is looked for only in the case in which it is written
AS_WRITTEN = frozenset(("plain", "upper case", "lower case"))


class Spelling(NamedTuple):
    """One way to write a word. `exact`: its case counts; else it is looked for in any case of A to Z."""

    name: str
    pattern: bytes
    exact: bool = False


def spellings(word: str) -> tuple[Spelling, ...]:
    """Every way in which a word is looked for, without those too short to mean anything, and each pattern once."""
    found: dict[bytes, Spelling] = {}
    if len(_utf8(word)) < LEAST:
        return ()
    for spelling in (*_texts(word), *_encoded(word), *_base64(_utf8(word))):
        if len(spelling.pattern) < SURE:
            if len(spelling.pattern) < LEAST or not (spelling.exact or spelling.name in AS_WRITTEN):
                continue
            spelling = spelling._replace(exact=True)
        pattern = spelling.pattern if spelling.exact else spelling.pattern.lower()
        found.setdefault(pattern, spelling._replace(pattern=pattern))
    return tuple(found.values())


def _texts(word: str) -> Iterator[Spelling]:
    for name, text in (
        ("plain", word),
        ("upper case", word.upper()),
        ("lower case", word.lower()),
        ("composed", unicodedata.normalize("NFC", word)),
        ("decomposed", unicodedata.normalize("NFD", word)),
        ("letters reversed", word[::-1]),
        ("rot13", codecs.encode(word, "rot13")),
        ("URL", quote(word, errors="surrogatepass")),
        ("form", quote_plus(word, errors="surrogatepass")),
        ("JSON", json.dumps(word)[1:-1]),
        ("HTML", html.escape(word)),
        ("HTML numbers", word.encode("ascii", "xmlcharrefreplace").decode()),
    ):
        yield Spelling(name, _utf8(text))


def _encoded(word: str) -> Iterator[Spelling]:
    plain = _utf8(word)
    yield Spelling("bytes reversed", plain[::-1])
    yield Spelling("hexadecimal", plain.hex().encode())
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield Spelling(codec, word.encode(codec, "surrogatepass"))


def _base64(plain: bytes) -> Iterator[Spelling]:
    for shift in range(3):
        # The outer groups depend on the neighbours, so only the middle is looked for.
        middle = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
        yield Spelling(f"base64 from byte {shift}", middle, exact=True)
        yield Spelling(f"base64 for URLs from byte {shift}", middle.translate(_TO_URL), exact=True)


_TO_URL = bytes.maketrans(b"+/", b"-_")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
