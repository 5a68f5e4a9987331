"""Looking for words in the bytes of files: in every spelling of `engine.spellings`, and inside packed streams."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple, Protocol

from oo_cli.engine.spellings import spellings

CHUNK = 1 << 20
MOST_UNPACKED = 64 << 20  # bytes of one packed stream; what is longer is told as not looked through
DEPTH = 3  # streams inside streams
_HEADS = {
    b"\x1f\x8b\x08": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"PK\3\4": "zip",
    b"\x78\x01": "zlib", b"\x78\x5e": "zlib", b"\x78\x9c": "zlib", b"\x78\xda": "zlib",
}  # fmt: skip
STREAMS = tuple(dict.fromkeys(_HEADS.values()))
_ZIP_HEADER, _DEFLATED = 30, 8
_GRAM = 4


class Scan(NamedTuple):
    """What a look at the bytes found: the files that hold one of the words, and those not looked through to the end.

    `patterns` are the spellings of all the words together; `unpacked` are the bytes that came out of streams.
    """

    files: int
    bytes: int
    words: int
    hits: tuple[str, ...]
    unread: tuple[str, ...] = ()
    patterns: int = 0
    unpacked: int = 0


def scan(paths: Iterable[str], needles: Iterable[str]) -> Scan:
    """Search files for words; those too short to be told from chance are left out."""
    seeker = Seeker(needles)
    files = size = 0
    hits: list[str] = []
    unread: list[str] = []
    for path in paths:
        if not os.path.isfile(path):
            continue
        files += 1
        try:
            with open(path, "rb") as file:
                found, whole = seeker.look(file)
                size += file.seek(0, os.SEEK_END)
        except OSError:
            unread.append(path)
            continue
        if found:
            hits.append(path)
        if not whole:
            unread.append(path)
    return Scan(files, size, seeker.words, tuple(hits), tuple(unread), seeker.patterns, seeker.unpacked)


class Seeker:
    """Looks for all patterns at once, in a time that does not grow with their number.

    A block is cut into groups of four bytes, and only patterns that share one with it are searched for.
    """

    def __init__(self, needles: Iterable[str]) -> None:
        known = {needle: spellings(needle) for needle in set(needles)}
        self.words = sum(bool(found) for found in known.values())
        self.unpacked = 0
        self._short: list[tuple[bytes, bytes | None]] = []
        self._by_gram: dict[int, list[tuple[bytes, bytes | None]]] = {}
        patterns = {spelling for found in known.values() for spelling in found}
        for _, pattern, exact in patterns:
            low = pattern.lower()
            if len(low) < 2 * _GRAM - 1:  # may hold no whole group
                self._short.append((low, pattern if exact else None))
                continue
            for at in range(_GRAM):
                gram = int.from_bytes(low[at : at + _GRAM], sys.byteorder)
                self._by_gram.setdefault(gram, []).append((low, pattern if exact else None))
        self.patterns = len(patterns)
        self._grams = frozenset(self._by_gram)
        self._overlap = max((len(pattern) for _, pattern, _ in patterns), default=1) - 1

    def look(self, file: BinaryIO, depth: int = DEPTH) -> tuple[bool, bool]:
        """Whether one of the words is in a file or in a stream in it, and whether all of it could be looked through."""
        whole = True
        for at, block in _blocks(file, max(self._overlap, *map(len, _HEADS))):
            if self.holds(block):
                return True, True
            for begin, kind in _streams(block) if depth else ():
                packed, ended = _unpack(file, at + begin, kind)
                self.unpacked += len(packed)
                found, complete = self.look(io.BytesIO(packed), depth - 1) if packed else (False, True)
                if found:
                    return True, True
                whole = whole and ended and complete
        return False, whole

    def holds(self, block: bytes) -> bool:
        """Whether one of the words is in these bytes."""
        low = block.lower()
        groups = memoryview(low)[: len(low) // _GRAM * _GRAM].cast("I")
        near = (self._by_gram[gram] for gram in self._grams.intersection(groups))
        return any(pattern in low and (exact is None or exact in block) for pattern, exact in chain(self._short, *near))


def _blocks(file: BinaryIO, overlap: int) -> Iterator[tuple[int, bytes]]:
    """The file piece by piece, each with the end of the one before; where each begins."""
    at, tail = 0, b""
    while True:
        file.seek(at + len(tail))
        chunk = file.read(CHUNK)
        if not chunk:
            return
        block = tail + chunk
        yield at, block
        tail = block[-overlap:]
        at += len(block) - len(tail)


def _streams(block: bytes) -> Iterator[tuple[int, str]]:
    """Where a packed stream may begin, and of which kind."""
    for head, kind in _HEADS.items():
        at = block.find(head)
        while at >= 0:
            yield at, kind
            at = block.find(head, at + 1)


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _unpack(file: BinaryIO, at: int, kind: str) -> tuple[bytes, bool]:
    """What is packed from there on, as far as it can be unpacked; whether that is all of it."""
    unpacker, begin = _unpacker(file, at, kind)
    if unpacker is None:
        return b"", True
    file.seek(begin)
    out = bytearray()
    rest = b""
    try:
        while not unpacker.eof:
            data = rest or file.read(1 << 16)
            if not data:
                break
            out += unpacker.decompress(data, MOST_UNPACKED + 1 - len(out))
            rest = getattr(unpacker, "unconsumed_tail", b"")
            if len(out) > MOST_UNPACKED:
                return bytes(out[:MOST_UNPACKED]), False
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
        pass  # bytes that only looked like a stream, or a cut one
    return bytes(out), True


def _unpacker(file: BinaryIO, at: int, kind: str) -> tuple[_Unpacker | None, int]:
    """What unpacks a stream of that kind, and where its data begin."""
    match kind:
        case "gzip":
            return zlib.decompressobj(31), at
        case "zlib":
            return zlib.decompressobj(), at
        case "bz2":
            return bz2.BZ2Decompressor(), at
        case "xz":
            return lzma.LZMADecompressor(), at
    file.seek(at)
    header = file.read(_ZIP_HEADER)
    if len(header) < _ZIP_HEADER or int.from_bytes(header[8:10], "little") != _DEFLATED:
        return None, at  # stored as it is: looked at already
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return zlib.decompressobj(-15), at + _ZIP_HEADER + names
