"""Sealing text with AES-256-GCM, bound to the place it is kept in, and the one reader of keys."""

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

# A sealed value: version, key id, nonce, then ciphertext and tag.
VERSION = b"\x01"
KEY_BYTES, ID_BYTES, NONCE_BYTES, TAG_BYTES = 32, 4, 12, 16
_NONCE_AT = len(VERSION) + ID_BYTES
_BODY_AT = _NONCE_AT + NONCE_BYTES

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_HEX = re.compile(r"[0-9A-Fa-f]{64}")


class AesSealer:
    """A `Sealer` for one key; what it seals opens with that key, and in its own place, only."""

    __slots__ = ("_cipher", "_key", "_key_id")

    def __init__(self, key: Secret) -> None:
        raw = key_bytes(key.reveal())
        if raw is None:
            raise DataLockedError("The key to your data is not a key.", "See: oo doctor")
        self._key = raw
        self._key_id = hashlib.sha256(b"oo1|key-id|" + raw).digest()[:ID_BYTES]
        self._cipher: AESGCM | None = None

    def seal(self, text: str, table: str, column: str, row: str, *, source: str, at: int | None) -> bytes:
        """Sealed bytes; never the same twice. One key so far, whatever the source and the time."""
        return self._seal(os.urandom(NONCE_BYTES), text, table, column, row)

    def unseal(self, sealed: bytes, table: str, column: str, row: str) -> str:
        """The text. Raises `DataLockedError` for another key, `DataDamagedError` for any other bytes."""
        from cryptography.exceptions import InvalidTag

        place = _place(table, column, row)
        if sealed[: len(VERSION)] != VERSION or len(sealed) < _BODY_AT + TAG_BYTES:
            raise _damaged()
        if not hmac.compare_digest(sealed[len(VERSION) : _NONCE_AT], self._key_id):
            raise DataLockedError(
                "Your data was sealed with another key.",
                "Unset OO_KEY or set it to the right key; see: oo doctor",
            )
        try:
            plain = self._aes().decrypt(sealed[_NONCE_AT:_BODY_AT], sealed[_BODY_AT:], place)
            return plain.decode("utf-8", "surrogatepass")
        except (InvalidTag, UnicodeDecodeError):
            raise _damaged() from None

    def _seal(self, nonce: bytes, text: str, table: str, column: str, row: str) -> bytes:
        """Seal under a given nonce, for the published vectors: outside of them no nonce may be used twice."""
        place = _place(table, column, row)
        # A lone surrogate is legal in a title from outside, and must come back as it was.
        body = self._aes().encrypt(nonce, text.encode("utf-8", "surrogatepass"), place)
        return VERSION + self._key_id + nonce + body

    def _aes(self) -> AESGCM:
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(self._key)
        return self._cipher


def new_key() -> Secret:
    """A fresh random key."""
    return _secret(os.urandom(KEY_BYTES))


def key_from_text(text: str) -> Secret:
    """The key that a person wrote into `OO_KEY`: 32 bytes as base64, either alphabet, or as hexadecimal."""
    raw = key_bytes(text)
    if raw is None:
        raise BadUsageError("OO_KEY is not a key.", "It holds 32 bytes: 64 hexadecimal digits, or 43 of base64.")
    return _secret(raw)


def key_bytes(text: str) -> bytes | None:
    """The 32 bytes that a key's text stands for, or None where it is no key."""
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if _BASE64.fullmatch(text):
        return base64.urlsafe_b64decode(text[:43].replace("+", "-").replace("/", "_") + "=")
    return None


def same_key(left: Secret, right: Secret | None) -> bool:
    """Whether both hold the same text, in a time that does not depend on it."""
    return right is not None and hmac.compare_digest(left.reveal().encode(), right.reveal().encode())


def _secret(raw: bytes) -> Secret:
    return Secret(base64.b64encode(raw).decode())


def _place(table: str, column: str, row: str) -> bytes:
    """What a value is bound to. The row comes last, so a separator inside it moves no boundary."""
    if "|" in table or "|" in column:
        raise ValueError("a table or column name holds no separator")
    return f"oo1|{table}|{column}|{row}".encode("utf-8", "surrogatepass")


def _damaged() -> DataDamagedError:
    return DataDamagedError("A sealed value is damaged or out of its place; it was left as it is.", "See: oo doctor")
