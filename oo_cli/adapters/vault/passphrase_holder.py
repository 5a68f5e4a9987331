"""The key of the home in a file, sealed by a passphrase that is kept nowhere."""

from __future__ import annotations

import base64
import hashlib
import os
import unicodedata
from collections.abc import Callable
from typing import Final

from oo_cli.adapters.vault import sealer
from oo_cli.adapters.vault.private_file import PrivateFile
from oo_cli.adapters.vault.sealer import Cipher, as_secret, same_key
from oo_data.errors import BadUsageError, CannotWriteError, DataDamagedError, DataLockedError
from oo_data.ports import Ask
from oo_data.secret import Secret

# RFC 7914; OWASP's first choice for scrypt. About 0.4 s and 128 MB.
COST, BLOCK, LANES, SALT_BYTES = 2**17, 8, 1, 16
MEMORY = 132 * COST * BLOCK
LEAST = 8  # characters, as NIST SP 800-63B has it at the least

_WORD: Final = "oo2-scrypt"


class Asker:
    """One passphrase, asked for when first needed and held for as long as this process needs it."""

    __slots__ = ("_ask", "_ciphers", "_given")

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._given: Secret | None = None
        self._ciphers: dict[bytes, Cipher] = {}

    def passphrase(self, new: bool = False) -> Secret:
        """The passphrase. Raises `DataLockedError` where nobody answers, `BadUsageError` for a new one too short."""
        if self._given is None:
            given = self._ask(new)
            if given is None or not given.reveal():
                raise DataLockedError(
                    "The key needs your passphrase, and nobody is here to type it.",
                    "Run this in a terminal, or pipe the passphrase in with --passphrase-stdin.",
                )
            if new and len(given.reveal()) < LEAST:
                raise BadUsageError(f"A passphrase has {LEAST} characters or more.", "Several words make a good one.")
            self._given = given
        return self._given

    def cipher(self, salt: bytes, new: bool = False) -> Cipher:
        """What the passphrase makes of a salt; worked out once, because it is slow on purpose."""
        if salt not in self._ciphers:
            self._ciphers[salt] = stretched(self.passphrase(new), salt)
        return self._ciphers[salt]

    def forget(self) -> None:
        """Ask again next time."""
        self._given = None
        self._ciphers.clear()


class PassphraseHolder:
    """The key as one line of a private file: the word `oo2-scrypt`, the salt, and the sealed key, as base64."""

    __slots__ = ("_asker", "_file")

    name = "passphrase"

    def __init__(self, path: str, asker: Asker) -> None:
        self._file = PrivateFile(path)
        self._asker = asker

    def load(self) -> Secret | None:
        """The key, or None where there is no file. Raises `DataLockedError` for a wrong passphrase."""
        text = self._file.read()
        if text is None:
            return None
        try:
            return opened_line(text, self._asker.cipher)
        except DataLockedError:
            self._asker.forget()
            raise

    def save(self, key: Secret) -> None:
        """Keep the key, whole or not at all, and read it back. Raises `CannotWriteError`."""
        salt = os.urandom(SALT_BYTES)
        self._file.write(sealed_line(key, salt, self._asker.cipher(salt, new=True)))
        if not same_key(key, self.load()):
            raise CannotWriteError("The key file did not keep the key.", "See: oo doctor")

    def delete(self) -> bool:
        """Overwrite the sealed key once and unlink it; whether there was one."""
        return self._file.delete()


def sealed_line(key: Secret, salt: bytes, cipher: Cipher) -> bytes:
    """The line that keeps a key."""
    blob = cipher.seal(sealer.raw_key(key), _bound(salt))
    return b" ".join([_WORD.encode(), base64.b64encode(salt), base64.b64encode(blob)]) + b"\n"


def opened_line(text: str, cipher: Callable[[bytes], Cipher]) -> Secret:
    """The key of a line, with the cipher that belongs to its salt.

    Raises `DataLockedError` for a wrong passphrase, `DataDamagedError` for what is no such line.
    """
    words = text.split()
    try:
        word, salt, blob = words[0], *(base64.b64decode(each, validate=True) for each in words[1:])
    except (ValueError, IndexError):  # one of base64's is a ValueError
        raise _damaged() from None
    if word != _WORD or len(salt) != SALT_BYTES:
        raise _damaged()
    of_words = cipher(salt)
    try:
        return as_secret(of_words.open(blob, _bound(salt)))
    except DataLockedError:
        raise DataLockedError("That passphrase does not open the key.", "Try again.") from None


def stretched(passphrase: Secret, salt: bytes) -> Cipher:
    """The cipher that a passphrase and a salt make, by scrypt."""
    words = unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8", "surrogatepass")
    return Cipher(hashlib.scrypt(words, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=sealer.KEY_BYTES))


def _bound(salt: bytes) -> bytes:
    return b"oo2-passphrase|" + salt


def _damaged() -> DataDamagedError:
    return DataDamagedError("The sealed key file is damaged.", "Put it back from a copy, or start anew with: oo forget")
