"""Sealing: the published vectors, and what no input may break."""

from __future__ import annotations

import base64
import json
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.vault.sealer import (
    KEY_BYTES,
    AesSealer,
    key_bytes,
    key_from_text,
    new_key,
    same_key,
)
from oo_data import errors
from oo_data.ports import Sealer
from oo_data.secret import Secret

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
GOOD, BAD = VECTORS["good"], VECTORS["bad"]

# Surrogates included: they are legal in text from outside.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
NAMES = st.text(st.characters(exclude_characters="|", exclude_categories=()), max_size=20)
SEALER = AesSealer(new_key())
SCOPE: Any = {"source": "todotxt", "at": None}


def _name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def _place(vector: dict[str, Any]) -> tuple[str, str, str]:
    return vector["table"], vector["column"], vector["row"]


@pytest.mark.parametrize("vector", GOOD, ids=_name)
def test_good_vector(vector: dict[str, Any]) -> None:
    """The format is the published one, byte for byte, both ways."""
    sealer = AesSealer(Secret(vector["key"]))
    sealed = base64.b64decode(vector["sealed"])
    assert sealer.unseal(sealed, *_place(vector)) == vector["text"]
    assert sealer._seal(bytes.fromhex(vector["nonce"]), vector["text"], *_place(vector)) == sealed


@pytest.mark.parametrize("vector", BAD, ids=_name)
def test_bad_vector(vector: dict[str, Any]) -> None:
    """Nothing cut, changed, moved or foreign opens, and the error says which of the two it is."""
    sealer = AesSealer(Secret(vector["key"]))
    with pytest.raises(getattr(errors, vector["error"])) as caught:
        sealer.unseal(base64.b64decode(vector["sealed"]), *_place(vector))
    assert caught.value.hint


def test_there_are_enough_vectors() -> None:
    """An emptied vector file would otherwise pass."""
    assert len(GOOD) >= 12
    assert len(BAD) >= 20
    assert {vector["error"] for vector in BAD} == {"DataDamagedError", "DataLockedError"}


@given(ANY_TEXT, NAMES, NAMES, ANY_TEXT)
def test_round_trip(text: str, table: str, column: str, row: str) -> None:
    """Any text comes back as it was, from any place, and is never sealed the same twice."""
    sealer: Sealer = SEALER
    sealed = sealer.seal(text, table, column, row, **SCOPE)
    assert sealer.unseal(sealed, table, column, row) == text
    assert sealer.seal(text, table, column, row, **SCOPE) != sealed


@given(st.tuples(NAMES, NAMES, ANY_TEXT), st.tuples(NAMES, NAMES, ANY_TEXT))
def test_bound_to_its_place(sealed_at: tuple[str, str, str], read_at: tuple[str, str, str]) -> None:
    """No two places are the same to the sealer, so no row can be swapped for another."""
    sealed = SEALER.seal("Call Ada", *sealed_at, **SCOPE)
    if sealed_at == read_at:
        assert SEALER.unseal(sealed, *read_at) == "Call Ada"
    else:
        with pytest.raises(errors.DataDamagedError):
            SEALER.unseal(sealed, *read_at)


@given(st.binary(max_size=120))
def test_noise_is_refused(noise: bytes) -> None:
    """Whatever lies in the column, the answer is one of two errors."""
    with pytest.raises((errors.DataDamagedError, errors.DataLockedError)):
        SEALER.unseal(noise, "tip", "text", "1")


@given(st.integers(0, 40), st.integers(0, 7))
def test_every_bit_counts(at: int, bit: int) -> None:
    """One flipped bit anywhere is found."""
    sealed = bytearray(SEALER.seal("12345678", "tip", "text", "1", **SCOPE))
    assert len(sealed) == 41
    sealed[at] ^= 1 << bit
    with pytest.raises((errors.DataDamagedError, errors.DataLockedError)):
        SEALER.unseal(bytes(sealed), "tip", "text", "1")


@pytest.mark.parametrize(("table", "column"), [("tip|x", "text"), ("tip", "text|x")])
def test_separator_in_a_name(table: str, column: str) -> None:
    """A name that would make two places look alike never reaches the cipher."""
    with pytest.raises(ValueError, match="separator"):
        SEALER.seal("a", table, column, "1", **SCOPE)
    with pytest.raises(ValueError, match="separator"):
        SEALER.unseal(SEALER.seal("a", "tip", "text", "1", **SCOPE), table, column, "1")


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
        AesSealer(Secret("not a key"))


def test_same_key() -> None:
    """Comparing tells equal from different and from none."""
    key = new_key()
    assert same_key(key, Secret(key.reveal()))
    assert not same_key(key, new_key())
    assert not same_key(key, None)


def test_nothing_shows_the_key() -> None:
    """Neither the sealer nor the key has its value in its repr."""
    key = new_key()
    assert key.reveal() not in f"{key!r} {AesSealer(key)!r}"


def test_cipher_is_imported_when_used() -> None:
    """The room loads without `cryptography` and `keyring`, which cost more than the rest of a command."""
    code = (
        "import sys; import oo_cli.adapters.vault.custody; "
        "sys.exit(any(name in sys.modules for name in ('cryptography', 'keyring')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
