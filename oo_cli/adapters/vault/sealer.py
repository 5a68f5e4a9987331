"""Sealing with AES-256-GCM: the one format of sealed bytes, and the one reader of keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import TYPE_CHECKING

from oo_data.errors import BadUsageError, DataDamagedError, DataLockedError
from oo_data.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# Sealed bytes: version, id of the key, nonce, then ciphertext and tag. docs/sealed-format.md has the whole of it.
VERSION, FIRST_VERSION = b"\x02", b"\x01"
KEY_BYTES, ID_BYTES, FIRST_ID_BYTES, NONCE_BYTES, TAG_BYTES = 32, 8, 4, 12, 16

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_HEX = re.compile(r"[0-9A-Fa-f]{64}")


class Cipher:
    """One key, and what it seals and opens. `first` speaks the format of the first release, for reading it."""

    __slots__ = ("_aes", "_head", "_raw", "id")

    def __init__(self, raw: bytes, *, first: bool = False) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._raw = raw
        name, size = (b"oo1|key-id|", FIRST_ID_BYTES) if first else (b"oo2|key-id|", ID_BYTES)
        key_id = hashlib.sha256(name + raw).digest()[:size]
        self._head = (FIRST_VERSION if first else VERSION) + key_id
        self.id = key_id.hex()
        self._aes: AESGCM | None = None

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        """Sealed bytes that open with this key and these bound bytes only; never the same twice."""
        return self._seal(os.urandom(NONCE_BYTES), plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """What was sealed. Raises `DataLockedError` for another key, `DataDamagedError` for any other bytes."""
        from cryptography.exceptions import InvalidTag

        head = len(self._head)
        body = head + NONCE_BYTES
        if sealed[:1] != self._head[:1] or len(sealed) < body + TAG_BYTES:
            raise damaged()
        if not hmac.compare_digest(sealed[:head], self._head):
            raise other_key()
        try:
            return self._cipher().decrypt(sealed[head:body], sealed[body:], bound)
        except InvalidTag:
            raise damaged() from None

    def _seal(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Seal under a given nonce, for the published vectors: outside of them no nonce may be used twice."""
        return self._head + nonce + self._cipher().encrypt(nonce, plain, bound)

    def _cipher(self) -> AESGCM:
        if self._aes is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._aes = AESGCM(self._raw)
        return self._aes


def key_id_of(sealed: bytes) -> str:
    """The id of the key that sealed these bytes. Raises `DataDamagedError` for what is not sealed so."""
    if sealed[:1] != VERSION or len(sealed) < 1 + ID_BYTES + NONCE_BYTES + TAG_BYTES:
        raise damaged()
    return sealed[1 : 1 + ID_BYTES].hex()


def place(table: str, column: str, row: str, *, first: bool = False) -> bytes:
    """What a text is bound to. The row comes last, so a separator inside it moves no boundary."""
    return _bound("oo1" if first else "oo2", table, column, row)


def wrapping(key_id: str, source: str, month: str) -> bytes:
    """What a wrapped key is bound to."""
    return _bound("oo2-key", key_id, month, source)


def to_bytes(text: str) -> bytes:
    """A text as it is sealed. A lone surrogate is legal in a title from outside, and must come back as it was."""
    return text.encode("utf-8", "surrogatepass")


def to_text(plain: bytes) -> str:
    """The text again. Raises `DataDamagedError` where it is none."""
    try:
        return plain.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise damaged() from None


def new_key() -> Secret:
    """A fresh random key."""
    return as_secret(os.urandom(KEY_BYTES))


def key_from_text(text: str, variable: str = "OO_KEY") -> Secret:
    """The key that a person wrote into a variable: 32 bytes as base64, either alphabet, or as hexadecimal."""
    raw = key_bytes(text)
    if raw is None:
        raise BadUsageError(f"{variable} is not a key.", "It holds 32 bytes: 64 hexadecimal digits, or 43 of base64.")
    return as_secret(raw)


def key_bytes(text: str) -> bytes | None:
    """The 32 bytes that a key's text stands for, or None where it is no key."""
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if _BASE64.fullmatch(text):
        return base64.urlsafe_b64decode(text[:43].replace("+", "-").replace("/", "_") + "=")
    return None


def raw_key(key: Secret) -> bytes:
    """The 32 bytes of a key. Raises `DataLockedError` where it is none."""
    raw = key_bytes(key.reveal())
    if raw is None:
        raise DataLockedError("The key to your data is not a key.", "See: oo doctor")
    return raw


def key_id(key: Secret) -> str:
    """The id under which the database knows a key; nothing of the key shows in it."""
    return Cipher(raw_key(key)).id


def same_key(left: Secret, right: Secret | None) -> bool:
    """Whether both hold the same text, in a time that does not depend on it."""
    return right is not None and hmac.compare_digest(left.reveal().encode(), right.reveal().encode())


def as_secret(raw: bytes) -> Secret:
    """Bytes of a key in the one spelling that is kept."""
    return Secret(base64.b64encode(raw).decode())


def damaged() -> DataDamagedError:
    """Bytes that are not what they were, or not where they were."""
    return DataDamagedError("A sealed value is damaged or out of its place; it was left as it is.", "See: oo doctor")


def other_key() -> DataLockedError:
    """A key that is not here."""
    return DataLockedError(
        "Your data was sealed with another key.", "Unset OO_KEY or set it to the right key; see: oo doctor"
    )


def _bound(*words: str) -> bytes:
    if any("|" in word for word in words[:-1]):
        raise ValueError("no separator in a name that others follow")
    return to_bytes("|".join(words))
