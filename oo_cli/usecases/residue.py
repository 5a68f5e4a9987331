"""Looking for words in the bytes of files, also where they are encoded."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

CHUNK = 1 << 20
MIN_NEEDLE = 4  # shorter words turn up by chance


class Scan(NamedTuple):
    """What a look at the bytes found: the files that hold one of the words, and those that could not be read."""

    files: int
    bytes: int
    words: int
    hits: tuple[str, ...]
    unread: tuple[str, ...] = ()


def scan(paths: Iterable[str], needles: Iterable[str]) -> Scan:
    """Search files for the words in every encoding of `encodings`."""
    words = [needle for needle in needles if len(needle) >= MIN_NEEDLE]
    patterns = [pattern for word in words for pattern in encodings(word)]
    overlap = max((len(pattern) for pattern in patterns), default=1) - 1
    files = size = 0
    hits: list[str] = []
    unread: list[str] = []
    for path in paths:
        if not os.path.isfile(path):
            continue
        files += 1
        size += os.path.getsize(path)
        try:
            found = any(any(pattern in block for pattern in patterns) for block in _blocks(path, overlap))
        except OSError:
            unread.append(path)
            continue
        if found:
            hits.append(path)
    return Scan(files, size, len(words), tuple(hits), tuple(unread))


def encodings(word: str) -> Iterator[bytes]:
    """The word as bytes: in both cases, reversed, UTF-16, hexadecimal, for a URL, in JSON, base64 at each alignment."""
    plain = word.encode("utf-8", "surrogatepass")
    yield plain
    yield word.upper().encode("utf-8", "surrogatepass")
    yield plain[::-1]
    yield word.encode("utf-16-le", "surrogatepass")
    yield word.encode("utf-16-be", "surrogatepass")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield word.lower().encode("utf-8", "surrogatepass")
    yield quote(plain).encode()
    yield quote(plain).lower().encode()
    yield json.dumps(word)[1:-1].encode()
    for shift in range(3):
        # The outer groups depend on the neighbours, so only the middle is searched for.
        middle = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
        if len(middle) >= MIN_NEEDLE:
            yield middle
            yield middle.translate(bytes.maketrans(b"+/", b"-_"))


def _blocks(path: str, overlap: int) -> Iterator[bytes]:
    tail = b""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            block = tail + chunk
            yield block
            tail = block[-overlap:] if overlap else b""
