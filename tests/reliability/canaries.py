"""64 titles that stand nowhere else, and every way in which one could lie readable in a file.

Nothing here comes from the code under test: what looks for residues there and what looks for them here are two.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import quopri
import random
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

_LETTERS = random.Random(64)
_BIRD = " \N{BIRD}"  # in every second one, so that the others can be written in one byte a letter
_HASHES = ("md5", "sha1", "sha256", "blake2b")
_HASHED = 8  # bytes of a digest: also one that was cut is found
_STREAMS = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_MOST_UNPACKED = 1 << 20  # bytes


def _title(number: int) -> str:
    """With letters beyond ASCII, both quotes, and the signs that HTML, JSON, SQL and addresses write otherwise."""
    return f'Möve Ann\'s "{word(number)}" & <Käse>/Café {number:02}{_BIRD * (number % 2)}'


def word(number: int) -> str:
    """The one word that only this title has."""
    return _WORDS[number]


_WORDS = ["".join(_LETTERS.choices("bcdfghjklmnpqrstvwxz", k=10)) for _ in range(64)]
CANARIES = tuple(map(_title, range(64)))


def readable(number: int) -> dict[str, bytes]:
    """A title in every writing that would tell it, and by its own word alone where somebody cut it to pieces."""
    title = CANARIES[number]
    plain = title.encode()
    return {
        "plain": plain,
        "a piece of it": word(number).encode(),
        "a piece in UTF-16": word(number).encode("utf-16-le")[:-1],  # the same in either order of bytes
        "upper case": title.upper().encode(),
        "case folded, compatible": unicodedata.normalize("NFKC", title).casefold().encode(),
        "decomposed": unicodedata.normalize("NFD", title).encode(),
        "letters reversed": title[::-1].encode(),
        "bytes reversed": plain[::-1],
        "rot13": _rot13(title).encode(),
        "hexadecimal": plain.hex().encode(),
        "quoted-printable": quopri.encodestring(plain).replace(b"=\n", b""),
        "URL": quote(title).encode(),
        "part of a URL": quote(title, safe="").encode(),
        "part of a URL, by JavaScript": quote(title, safe="!'()*").encode(),
        "form": quote_plus(title).encode(),
        "JSON": json.dumps(title)[1:-1].encode(),
        "JSON in JSON": json.dumps(json.dumps([title]))[4:-4].encode(),
        "SQL": title.replace("'", "''").encode(),
        "Python": ascii(title).strip("'").encode(),
        "Python, bytes": repr(plain)[2:-1].encode(),
        "HTML": html.escape(title).encode(),
        "HTML, as text": html.escape(title, quote=False).encode(),
        "HTML numbers": html.escape(title).encode("ascii", "xmlcharrefreplace"),
        "one byte a letter": plain if _BIRD in title else title.encode("cp1252"),
        **{codec: title.encode(codec) for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")},
        **dict(_base64(plain)),
        **dict(_hashed(title)),
    }


def _rot13(text: str) -> str:
    turned = {at + letter: at + (letter + 13) % 26 for at in (ord("a"), ord("A")) for letter in range(26)}
    return text.translate(turned)


def _base64(plain: bytes) -> Iterator[tuple[str, bytes]]:
    for before in range(3):
        whole = b"." * before + plain
        begin = 4 if before else 0  # groups that also hold a neighbour are left out
        end = len(whole) // 3 * 4
        yield f"base64 after {before}", base64.b64encode(whole)[begin:end]
        yield f"base64 for URLs after {before}", base64.urlsafe_b64encode(whole)[begin:end]


def _hashed(title: str) -> Iterator[tuple[str, bytes]]:
    """A digest without a key tells whoever guesses the title."""
    for name in _HASHES:
        digest = hashlib.new(name, title.encode(), usedforsecurity=False).digest()
        yield name, digest[:_HASHED].hex().encode()
        yield f"{name}, bytes", digest[:_HASHED]
        yield f"{name} in base64", base64.b64encode(digest)[: _HASHED * 4 // 3]


def leaks(folder: Path) -> list[tuple[str, int, str]]:
    """Every file under a folder that tells a canary in any case, also inside a stream: which one, and how."""
    wanted = {
        pattern.lower(): (number, name) for number in range(len(CANARIES)) for name, pattern in readable(number).items()
    }
    return [
        (str(path.relative_to(folder)), *which)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for data in map(bytes.lower, _unpacked(path.read_bytes()))
        for pattern, which in wanted.items()
        if pattern in data
    ]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The bytes, and those of every stream in them."""
    yield data
    for head in _STREAMS:
        at = data.find(head)
        while at >= 0:
            with suppress(zlib.error):  # bytes that only look like a stream
                yield zlib.decompressobj(47).decompress(memoryview(data)[at:], _MOST_UNPACKED)
            at = data.find(head, at + 1)
