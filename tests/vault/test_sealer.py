"""Sealing: the published vectors, and what no input may break."""

from __future__ import annotations

import base64
import json
import string
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.vault import passphrase_holder as words
from oo_cli.adapters.vault import sealer
from oo_cli.adapters.vault.sealer import KEY_BYTES, Cipher, key_bytes, key_from_text, new_key, raw_key, same_key
from oo_data import errors
from oo_data.secret import Secret
from tests.vault import vectors
from tests.vault.vectors import FOLDER, Vector

FILES = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in (*vectors.MAKERS, "sealed-1")}
CIPHER = Cipher(raw_key(new_key()))


def _all(file: str, kind: str) -> pytest.MarkDecorator:
    # In ASCII, because pytest escapes a name once more each time that one process collects it.
    names = [str(vector["name"]).encode("ascii", "replace").decode() for vector in FILES[file][kind]]
    return pytest.mark.parametrize("vector", FILES[file][kind], ids=names)


def _place(vector: Vector, *, first: bool = False) -> bytes:
    return sealer.place(vector["table"], vector["column"], vector["row"], first=first)


def _raised(vector: Vector) -> Any:
    return pytest.raises(getattr(errors, vector["error"]))


@_all("sealed-2", "good")
def test_good_text(vector: Vector) -> None:
    """The format is the published one, byte for byte, both ways."""
    cipher, sealed = Cipher(bytes.fromhex(vector["key"])), base64.b64decode(vector["sealed"])
    assert sealer.to_text(cipher.open(sealed, _place(vector))) == vector["text"]
    assert cipher._seal(bytes.fromhex(vector["nonce"]), sealer.to_bytes(vector["text"]), _place(vector)) == sealed
    assert sealer.key_id_of(sealed) == cipher.id


@_all("sealed-2", "bad")
def test_bad_text(vector: Vector) -> None:
    """Nothing cut, changed, moved or foreign opens, and the error says which of the two it is."""
    with _raised(vector) as caught:
        sealer.to_text(Cipher(bytes.fromhex(vector["key"])).open(base64.b64decode(vector["sealed"]), _place(vector)))
    assert caught.value.hint


@_all("sealed-1", "good")
def test_good_text_of_the_first_release(vector: Vector) -> None:
    """What the first release sealed opens still."""
    cipher = Cipher(raw_key(Secret(vector["key"])), first=True)
    opened = cipher.open(base64.b64decode(vector["sealed"]), _place(vector, first=True))
    assert sealer.to_text(opened) == vector["text"]


@_all("sealed-1", "bad")
def test_bad_text_of_the_first_release(vector: Vector) -> None:
    """And what it refused is refused still."""
    cipher = Cipher(raw_key(Secret(vector["key"])), first=True)
    with _raised(vector):
        sealer.to_text(cipher.open(base64.b64decode(vector["sealed"]), _place(vector, first=True)))


@_all("wrapped-2", "good")
def test_good_wrapping(vector: Vector) -> None:
    """A wrapped key is a sealed one, bound to its id, month and source, byte for byte."""
    home, wrapped = Cipher(bytes.fromhex(vector["home"])), base64.b64decode(vector["wrapped"])
    bound = sealer.wrapping(vector["id"], vector["source"], vector["month"])
    key = home.open(wrapped, bound)
    assert (key.hex(), Cipher(key).id) == (vector["key"], vector["id"])
    assert home._seal(bytes.fromhex(vector["nonce"]), key, bound) == wrapped


@_all("wrapped-2", "bad")
def test_bad_wrapping(vector: Vector) -> None:
    """No wrapped key opens in another key's place."""
    bound = sealer.wrapping(vector["id"], vector["source"], vector["month"])
    with _raised(vector):
        Cipher(bytes.fromhex(vector["home"])).open(base64.b64decode(vector["wrapped"]), bound)


@_all("passphrase-2", "good")
def test_good_line(vector: Vector) -> None:
    """A key that a passphrase seals comes back from the published line."""
    cipher = partial(words.stretched, Secret(vector["passphrase"]))
    assert raw_key(words.opened_line(vector["line"], cipher)).hex() == vector["key"]


@_all("passphrase-2", "bad")
def test_bad_line(vector: Vector) -> None:
    """A wrong passphrase and a damaged file are told apart, and neither opens."""
    with _raised(vector):
        words.opened_line(vector["line"], partial(words.stretched, Secret(vector["passphrase"])))


def test_vectors_are_the_published_ones() -> None:
    """The files in docs are what the generator makes, and as many as were promised."""
    for name, maker in vectors.MAKERS.items():
        assert (FOLDER / f"{name}.json").read_text("utf-8") == vectors.text_of(maker())
    good, bad = (sum(len(FILES[name][kind]) for name in vectors.MAKERS) for kind in ("good", "bad"))
    assert (good >= 50, bad >= 100) == (True, True)
    assert len(FILES["sealed-1"]["bad"]) > 50


# Surrogates included: they are legal in text from outside.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
NAMES = st.text(st.characters(exclude_characters="|", exclude_categories=()), max_size=20)


@given(ANY_TEXT, st.binary(max_size=20))
def test_round_trip(text: str, bound: bytes) -> None:
    """Any text comes back as it was, and is never sealed the same twice."""
    sealed = CIPHER.seal(sealer.to_bytes(text), bound)
    assert sealer.to_text(CIPHER.open(sealed, bound)) == text
    assert CIPHER.seal(sealer.to_bytes(text), bound) != sealed


@given(st.tuples(NAMES, NAMES, ANY_TEXT), st.tuples(NAMES, NAMES, ANY_TEXT))
def test_no_two_places_are_alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    """No two places are the same to the sealer, so no row can be swapped for another; nor is one a wrapped key's."""
    assert (sealer.place(*one) == sealer.place(*other)) == (one == other)
    assert (sealer.wrapping(*one[:2], "x") == sealer.wrapping(*other[:2], "x")) == (one[:2] == other[:2])
    assert sealer.place(*one) != sealer.wrapping(one[0], one[2], one[1])


@given(st.binary(max_size=120))
def test_noise_is_refused(noise: bytes) -> None:
    """Whatever lies in the column, the answer is one of two errors."""
    with pytest.raises((errors.DataDamagedError, errors.DataLockedError)):
        CIPHER.open(noise, b"")


@given(st.integers(0, 44), st.integers(0, 7))
def test_every_bit_counts(at: int, bit: int) -> None:
    """One flipped bit anywhere is found."""
    sealed = bytearray(CIPHER.seal(b"12345678", b""))
    assert len(sealed) == 45
    sealed[at] ^= 1 << bit
    with pytest.raises((errors.DataDamagedError, errors.DataLockedError)):
        CIPHER.open(bytes(sealed), b"")


@pytest.mark.parametrize(("table", "column"), [("tip|x", "text"), ("tip", "text|x")])
def test_separator_in_a_name(table: str, column: str) -> None:
    """A name that would make two places look alike never reaches the cipher."""
    with pytest.raises(ValueError, match="separator"):
        sealer.place(table, column, "1")


def test_new_keys_differ() -> None:
    """Every home gets its own key, of full length."""
    keys = {new_key().reveal() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key_bytes(key) or b"") for key in keys} == {KEY_BYTES}


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES))
def test_every_spelling_of_a_key(raw: bytes) -> None:
    """Base64 in both alphabets, padded or not, hexadecimal in both cases, blanks around: one key."""
    expected = base64.b64encode(raw).decode()
    standard, urlsafe = expected, base64.urlsafe_b64encode(raw).decode()
    spellings = [
        standard,
        standard[:-1],
        urlsafe,
        urlsafe[:-1],
        raw.hex(),
        raw.hex().upper(),
        f" {standard}\n",
    ]
    assert {key_from_text(text).reveal() for text in spellings} == {expected}


@pytest.mark.parametrize(
    "text",
    [
        *("", "=", "x", "A" * 42, "A" * 44, "A" * 43 + "==", "A" * 43 + "\n=", "A" * 20 + " " + "A" * 22),
        *("A" * 42 + "é", "\ud800" * 43, "0" * 63, "0" * 65, "g" * 64, "٣" * 64, "0x" + "0" * 62),
    ],
)
def test_what_is_no_key(text: str) -> None:
    """Anything but 32 bytes is refused with the format, and not repeated."""
    with pytest.raises(errors.BadUsageError) as caught:
        key_from_text(text)
    assert "OO_KEY" in caught.value.line()
    assert len(text) < 2 or text not in caught.value.line()
    assert caught.value.__cause__ is None


@given(st.text(string.ascii_letters + string.digits + "+/-_=", max_size=70))
def test_reading_keys_never_fails(text: str) -> None:
    """Text near to a key is a key of 32 bytes or none."""
    assert len(key_bytes(text) or bytes(KEY_BYTES)) == KEY_BYTES


def test_sealer_without_a_key() -> None:
    """A sealer is never made around something that is no key."""
    with pytest.raises(errors.DataLockedError):
        raw_key(Secret("not a key"))
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(bytes(31))


def test_same_key() -> None:
    """Comparing tells equal from different and from none."""
    key = new_key()
    assert same_key(key, Secret(key.reveal()))
    assert not same_key(key, new_key())
    assert not same_key(key, None)


def test_nothing_shows_the_key() -> None:
    """Neither the sealer nor the key has its value in its repr."""
    key = new_key()
    assert key.reveal() not in f"{key!r} {Cipher(raw_key(key))!r}"


def test_cipher_is_imported_when_used() -> None:
    """The room loads without `cryptography` and `keyring`, which cost more than the rest of a command."""
    code = (
        "import sys; import oo_cli.adapters.vault.custody; "
        "sys.exit(any(name in sys.modules for name in ('cryptography', 'keyring')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("sealed", [b"", b"\x02", b"\x02" + bytes(35), b"\x01" + bytes(99), b"\x03" + bytes(99)])
def test_bytes_that_name_no_key(sealed: bytes) -> None:
    """Too short, or of another version: told as damage, never as a key that is missing."""
    with pytest.raises(errors.DataDamagedError):
        sealer.key_id_of(sealed)
