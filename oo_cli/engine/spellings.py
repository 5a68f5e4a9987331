"""How a word may lie in bytes: in other alphabets, encodings, escapes and digests, each as the bytes to look for."""

from __future__ import annotations

import base64
import codecs
import hashlib
import html
import json
import quopri
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote, quote_plus

LEAST = 4  # bytes: what is shorter turns up by chance
SURE = 6  # bytes: what is shorter is looked for only in the case in which it is written
AS_WRITTEN = frozenset(("plain", "upper case", "lower case"))
DIGEST = 8  # bytes of one are looked for, so that a shortened one is found


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
    for spelling in (*_texts(word), *_escaped(word), *_encoded(word), *_base64(_utf8(word)), *_digests(_utf8(word))):
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
    ):
        yield Spelling(name, _utf8(text))


def _escaped(word: str) -> Iterator[Spelling]:
    once = json.dumps(word)
    for name, text in (
        ("URL", quote(word, errors="surrogatepass")),
        ("part of a URL", quote(word, "", errors="surrogatepass")),
        ("part of a URL, by JavaScript", quote(word, "!'()*", errors="surrogatepass")),
        ("form", quote_plus(word, errors="surrogatepass")),
        ("JSON", once[1:-1]),
        ("JSON in JSON", json.dumps(once)[3:-3]),
        ("HTML", html.escape(word)),
        ("HTML text", html.escape(word, quote=False)),
        ("HTML numbers", html.escape(word).encode("ascii", "xmlcharrefreplace").decode()),
        ("SQL", word.replace("'", "''")),
        ("Python", ascii(word)[1:-1]),
        ("bytes in Python", ascii(_utf8(word))[2:-1]),
    ):
        yield Spelling(name, _utf8(text))


def _encoded(word: str) -> Iterator[Spelling]:
    plain = _utf8(word)
    yield Spelling("bytes reversed", plain[::-1])
    yield Spelling("hexadecimal", plain.hex().encode())
    yield Spelling("quoted-printable", quopri.encodestring(plain).replace(b"=\n", b""))
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield Spelling(codec, word.encode(codec, "surrogatepass"))
    for codec in ("latin-1", "cp1252"):
        with suppress(UnicodeEncodeError):  # it has letters that this alphabet lacks
            yield Spelling(codec, word.encode(codec))


def _base64(plain: bytes) -> Iterator[Spelling]:
    for shift in range(3):
        # The outer groups depend on the neighbours, so only the middle is looked for.
        middle = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
        yield Spelling(f"base64 from byte {shift}", middle, exact=True)
        yield Spelling(f"base64 for URLs from byte {shift}", middle.translate(_TO_URL), exact=True)


def _digests(plain: bytes) -> Iterator[Spelling]:
    """Without a key, a digest tells whoever guesses the word."""
    for name, digest in (
        ("MD5", hashlib.md5(plain, usedforsecurity=False).digest()),
        ("SHA-1", hashlib.sha1(plain, usedforsecurity=False).digest()),
        ("SHA-256", hashlib.sha256(plain).digest()),
        ("BLAKE2b", hashlib.blake2b(plain).digest()),
    ):
        yield Spelling(name, digest[:DIGEST], exact=True)
        yield Spelling(f"{name} in hexadecimal", digest[:DIGEST].hex().encode())
        yield Spelling(f"{name} in base64", base64.b64encode(digest)[: DIGEST * 4 // 3], exact=True)


_TO_URL = bytes.maketrans(b"+/", b"-_")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
