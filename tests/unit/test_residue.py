"""Looking for words in bytes: every encoding is found wherever it lies, and nothing that is not there."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.spellings import LEAST, spellings
from oo_cli.usecases.residue import CHUNK, MOST_UNPACKED, Seeker, scan

WORD = "Zahnärztin anrufen"
PLAIN = WORD.encode()
UNREADABLE = Path("/proc/self/mem")  # its first page is never mapped
# Written down without the code under test.
ENCODED: dict[str, bytes] = {
    "plain": PLAIN,
    "capitals": "ZAHNÄRZTIN ANRUFEN".encode(),
    "reversed": bytes(reversed(PLAIN)),
    "utf-16-le": WORD.encode("utf-16-le"),
    "utf-16-be": WORD.encode("utf-16-be"),
    "hex": binascii.hexlify(PLAIN),
    "HEX": binascii.hexlify(PLAIN).upper(),
    "url": quote(WORD).encode(),
    "base64+0": base64.b64encode(b"abc" + PLAIN + b"tail"),
    "base64+1": base64.b64encode(b"a" + PLAIN + b"tail"),
    "base64+2": base64.b64encode(b"ab" + PLAIN),
    "base64 for URLs": base64.urlsafe_b64encode(b"??" + PLAIN + b"tail"),
    "letters reversed": WORD[::-1].encode(),
    "titled": b"zahn" + "Ärztin ANRUFEN".encode(),
    "decomposed": b"Zahna\xcc\x88rztin anrufen",
    "utf-32-le": WORD.encode("utf-32-le"),
    "utf-32-be": WORD.encode("utf-32-be"),
    "form": b"Zahn%C3%A4rztin+anrufen",
    "JSON": b"Zahn\\u00e4rztin anrufen",
    "HTML": b"Zahn&#228;rztin anrufen",
    "rot13": "Mnuaäemgva naehsra".encode(),
    "JSON in JSON": b"Zahn\\\\u00e4rztin anrufen",
    "Python": b"Zahn\\xe4rztin anrufen",
    "bytes in Python": b"Zahn\\xc3\\xa4rztin anrufen",
    "one byte a letter": b"Zahn\xe4rztin anrufen",
    "quoted-printable": b"Zahn=C3=A4rztin anrufen",
    "MD5": b"d8c3b2a3ea16d7d80e3cba523bdaf501",
    "SHA-1, shortened": b"44855359ea62e652e7",
    "SHA-256, bytes": bytes.fromhex("7d87fbc9bdbfc15d83fc47d8ad81d565b83ca8cfd3b3885b36880547e4e18b1c"),
    "SHA-256 in base64": b"fYf7yb2/wV2D/EfYrYHVZbg8qM/Ts4hbNogFR+Thixw=",
}


def zipped(data: bytes) -> bytes:
    """An archive of two files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty", b"")
        archive.writestr("notes.txt", data)
    return out.getvalue()


def after_a_picture(data: bytes) -> bytes:
    """An archive whose first file lies in it as it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("picture.png", b"not packed again")
        archive.writestr("notes.txt", data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zlib": zlib.compress, "zip": zipped,
    "a zip of a gzip": lambda data: zipped(gzip.compress(data)), "a mixed zip": after_a_picture,
}  # fmt: skip


@pytest.mark.parametrize("pack", STREAMS.values(), ids=list(STREAMS))
def test_streams_are_unpacked(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """A word in a packed stream is found wherever the stream lies."""
    path = tmp_path / "file"
    packed = pack(b"nothing of the kind " * 99 + ENCODED["hex"] * 9)
    assert PLAIN.hex().encode() not in packed
    for start in (0, CHUNK - 2):
        path.write_bytes(bytes(start) + packed + b"tail")
        found = scan([str(path)], [WORD])
        assert (found.hits, found.unread) == ((str(path),), ()), start
    path.write_bytes(pack(b"nothing of the kind"))
    found = scan([str(path)], [WORD])
    assert (found.hits, found.unread) == ((), ())
    assert found.unpacked >= 19


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
def test_a_stream_cut_short_tells_what_it_holds(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """A copy that was broken off is searched as far as it goes, by every packer that can be read so far."""
    path = tmp_path / "file"
    filler = random.Random(7).randbytes(1 << 20)
    packed = pack(ENCODED["hex"] * 9 + filler)
    path.write_bytes(packed[: len(packed) - 99])
    found = scan([str(path)], [WORD])
    assert (found.hits, found.unread) == ((str(path),), ())


def test_a_stream_that_never_ends_is_named(tmp_path: Path) -> None:
    """A file that unpacks to more than anybody would look through is told as such, and costs no more than that."""
    path = tmp_path / "file"
    packer = zlib.compressobj()
    path.write_bytes(b"".join(packer.compress(bytes(1 << 20)) for _ in range(70)) + packer.flush())
    found = scan([str(path)], [WORD])
    assert (found.hits, found.unread) == ((), (str(path),))
    assert found.unpacked == MOST_UNPACKED


@pytest.mark.parametrize("encoded", ENCODED.values(), ids=list(ENCODED))
def test_every_encoding_is_found_across_chunks(encoded: bytes, tmp_path: Path) -> None:
    """A word is found at the start, at the end, and at every place astride the border of two chunks."""
    path = tmp_path / "file"
    for start in (0, CHUNK - len(encoded), CHUNK - len(encoded) // 2, CHUNK - 1, CHUNK, 2 * CHUNK - 1):
        path.write_bytes(b"\xff" * start + encoded + b"\xff" * 7)
        assert scan([str(path)], [WORD]).hits == (str(path),), start


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (PLAIN[:-1], "cut short"),
        (PLAIN[:9] + b"\x00" + PLAIN[9:], "interrupted"),
        (PLAIN[: len(PLAIN) // 2] + b"-" * CHUNK + PLAIN[len(PLAIN) // 2 :], "halves in two chunks"),
        (bytes(byte ^ 0x20 for byte in PLAIN), "changed"),
        (binascii.hexlify(PLAIN)[1:], "hexadecimal without its start"),
    ],
)
def test_what_is_not_there_is_not_found(content: bytes, why: str, tmp_path: Path) -> None:
    """Parts and near misses are no hits."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert scan([str(path)], [WORD]).hits == (), why


def test_what_was_looked_at_is_counted(tmp_path: Path) -> None:
    """Files and bytes that were read, words that were looked for; folders and absent files are passed over."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"nothing")
    two.write_bytes(b"..." + PLAIN)
    found = scan([str(one), str(two), str(tmp_path), str(tmp_path / "gone")], [WORD, "abc", "", "milk"])
    assert (found.files, found.bytes, found.words, found.hits) == (2, 7 + 3 + len(PLAIN), 2, (str(two),))
    assert found.patterns > 20
    assert scan([str(two)], ["a" * (LEAST - 1)]).words == 0
    assert scan([], [WORD])[:4] == (0, 0, 1, ())


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs a file that opens and cannot be read, also for root")
def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that fails to be read is reported as such, not as clean, and the others are still looked at."""
    path = tmp_path / "file"
    path.write_bytes(PLAIN)
    found = scan([str(UNREADABLE), str(path)], [WORD])
    assert (found.files, found.hits, found.unread) == (2, (str(path),), (str(UNREADABLE),))


def test_short_words_find_their_own_ends(tmp_path: Path) -> None:
    """A word of the shortest length is found at any place, also after others in one long file."""
    path = tmp_path / "file"
    path.write_bytes(b"\x00" * (CHUNK - 2) + b"milk" + b"\x00" * CHUNK)
    assert scan([str(path)], ["bread and butter", "milk"]).hits == (str(path),)


def test_broken_unicode_is_found_as_it_was_written(tmp_path: Path) -> None:
    """A title that is not valid Unicode is looked for as well, in either width."""
    path, word = tmp_path / "file", "Zahn\udc80arzt"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        path.write_bytes(word.encode(encoding, "surrogatepass"))
        assert scan([str(path)], [word]).hits == (str(path),), encoding


WRAPS: tuple[Callable[[bytes], bytes], ...] = (bytes, base64.b64encode, binascii.hexlify)


@given(st.text(min_size=6, max_size=20), st.binary(max_size=20), st.binary(max_size=20), st.sampled_from(WRAPS))
def test_any_word_in_any_company(word: str, before: bytes, after: bytes, wrap: Callable[[bytes], bytes]) -> None:
    """Whatever stands around a word, one of its patterns is in the bytes, also when all of it was encoded at once."""
    around = wrap(before + word.encode("utf-8", "surrogatepass") + after)
    assert Seeker([word]).holds(around)


@given(st.text(min_size=LEAST, max_size=20))
def test_no_pattern_is_too_short_to_mean_something(word: str) -> None:
    """No pattern is so short that it would turn up by chance."""
    assert all(len(found.pattern) >= LEAST for found in spellings(word))
