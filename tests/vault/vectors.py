"""The published vectors of docs/sealed-format.md, made without oO's own code: only AES-GCM, SHA-256 and scrypt.

Usage: `python -m tests.vault.vectors` writes docs/vectors anew; the same bytes every time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Vector = dict[str, Any]

FOLDER = Path(__file__).parents[2] / "docs/vectors"
VERSION = b"\x02"
DAMAGED, LOCKED = "DataDamagedError", "DataLockedError"
HEAD = 1 + 8 + 12

TEXTS = (
    "", " ", "a", "Call Ada", "Buy milk", "0", "null", '{"a": 1}', "a\nb", "a\tb", "a\x00b", "\x00",
    "|", "oo2|tip|text|1", "é", "e\u0301", "ß", "İ", "\ufeff", "\u200b", "\u202e", "Привет",
    "日本語", "مرحبا", "👩\u200d👩\u200d👧", "\U0001f600", "\U0010ffff", "\ud800", "\udfff", "a\udc80b",
    "x" * 15, "x" * 16, "x" * 17, "x" * 255, "x" * 256, "x" * 4096,
)  # fmt: skip
ROWS = (
    "", "1", "|", "a|b", "||", "0123456789abcdef0123", "house", "todoist.login", "é", "\ud800", "日本", " ", "\n",
    "\x00", "r" * 300, "-1",
)  # fmt: skip
PLACES = (("tip", "text"), ("tip", "reason"), ("secret", "sealed"), ("mood", "note"), ("", ""), ("täsk", "näme"))
SCOPES = (
    ("todoist", "2026-12"), ("todotxt", "2026-01"), ("habit", ""), ("house", ""), ("agent", "1970-01"),
    ("mood", "9999-12"), ("a|b", "2026-12"), ("", ""), ("calendar", "2026-11"), ("context", ""),
)  # fmt: skip
PASSPHRASES = ("correct horse battery staple", "Pässwörter sind schön")


def grain(name: str, size: int) -> bytes:
    """Bytes that look random and are the same every time."""
    return hashlib.shake_256(name.encode("utf-8", "surrogatepass")).digest(size)


def seal(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Sealed bytes, as the page in docs has them."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key_id = hashlib.sha256(b"oo2|key-id|" + key).digest()[:8]
    return VERSION + key_id + nonce + AESGCM(key).encrypt(nonce, plain, bound)


def to_bytes(text: str) -> bytes:
    """UTF-8, lone surrogates too."""
    return text.encode("utf-8", "surrogatepass")


def text_vector(name: str, text: str, table: str, column: str, row: str) -> Vector:
    """One text, sealed."""
    key, nonce = grain(f"key {name}", 32), grain(f"nonce {name}", 12)
    sealed = seal(key, nonce, to_bytes(text), to_bytes(f"oo2|{table}|{column}|{row}"))
    return {
        "name": name, "key": key.hex(), "nonce": nonce.hex(), "table": table, "column": column, "row": row,
        "text": text, "sealed": base64.b64encode(sealed).decode(),
    }  # fmt: skip


def wrap_vector(name: str, source: str, month: str) -> Vector:
    """One key, wrapped."""
    home, nonce, key = grain(f"home {name}", 32), grain(f"nonce {name}", 12), grain(f"key {name}", 32)
    key_id = hashlib.sha256(b"oo2|key-id|" + key).digest()[:8].hex()
    wrapped = seal(home, nonce, key, to_bytes(f"oo2-key|{key_id}|{month}|{source}"))
    return {
        "name": name, "home": home.hex(), "nonce": nonce.hex(), "id": key_id, "source": source, "month": month,
        "key": key.hex(), "wrapped": base64.b64encode(wrapped).decode(),
    }  # fmt: skip


def bad_bytes(good: Vector, field: str, key_field: str) -> Iterator[Vector]:
    """Every way in which the bytes of a good vector can be wrong, with what has to be said of it."""
    whole = base64.b64decode(good[field])

    def with_bytes(name: str, changed: bytes, error: str, **fields: str) -> Vector:
        kept = {k: v for k, v in good.items() if k not in ("nonce", "text") and not (k == "key" and key_field != "key")}
        return {
            **kept,
            **fields,
            "name": f"{good['name']}: {name}",
            field: base64.b64encode(changed).decode(),
            "error": error,
        }

    for size in (0, 1, 8, 9, 20, 21, HEAD + 15, len(whole) - 1):
        yield with_bytes(f"cut to {size}", whole[:size], DAMAGED)
    for at in (*range(1, 9), *range(9, HEAD), HEAD, len(whole) - 16, len(whole) - 1):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        yield with_bytes(f"bit of byte {at}", bytes(changed), LOCKED if at < 9 else DAMAGED)
    for version in (0, 1, 3, 0xFF):
        yield with_bytes(f"version {version}", bytes([version]) + whole[1:], DAMAGED)
    yield with_bytes("a byte more", whole + b"\x00", DAMAGED)
    yield with_bytes("doubled", whole + whole, DAMAGED)
    yield with_bytes("empty inside", whole[:HEAD] + whole[-16:], DAMAGED)
    yield with_bytes("zeros", bytes(len(whole)), DAMAGED)
    yield with_bytes("as text", whole.hex().encode(), DAMAGED)
    yield with_bytes("another key", whole, LOCKED, **{key_field: grain("another", 32).hex()})


def sealed_vectors() -> dict[str, list[Vector]]:
    """Texts that open, and bytes that must not."""
    good = [text_vector(f"text {at}", text, "tip", "text", f"{at}") for at, text in enumerate(TEXTS)]
    good += [text_vector(f"row {at}", "Call Ada", "mood", "note", row) for at, row in enumerate(ROWS)]
    good += [text_vector(f"place {at}", "Call Ada", *place, "1") for at, place in enumerate(PLACES)]
    bad = [each for at in (3, 2, 35) for each in bad_bytes(good[at], "sealed", "key")]
    for field, other in (("table", "tips"), ("column", "reason"), ("row", "4"), ("row", ""), ("table", "")):
        moved = {k: v for k, v in good[3].items() if k not in ("nonce", "text")}
        bad.append({**moved, field: other, "name": f"moved: {field} {other!r}", "error": DAMAGED})
    key, nonce = grain("key other", 32), grain("nonce other", 12)
    at = {"key": key.hex(), "table": "tip", "column": "text", "row": "1"}
    wrongly = {
        "bound as in the first release": (b"Call Ada", b"oo1|tip|text|1"),
        "bound to nothing": (b"Call Ada", b""),
        "bound as a wrapped key": (b"Call Ada", b"oo2-key|tip|text|1"),
        "no text: a lone byte": (b"\xff", b"oo2|tip|text|1"),
        "no text: cut short": (b"\xe2\x82", b"oo2|tip|text|1"),
        "no text: overlong": (b"\xc0\xaf", b"oo2|tip|text|1"),
    }
    for name, (plain, bound) in wrongly.items():
        sealed = base64.b64encode(seal(key, nonce, plain, bound)).decode()
        bad.append({**at, "name": name, "sealed": sealed, "error": DAMAGED})
    return {"good": good, "bad": bad}


def wrapped_vectors() -> dict[str, list[Vector]]:
    """Wrapped keys that open, and bytes that must not."""
    good = [wrap_vector(f"scope {at}", *scope) for at, scope in enumerate(SCOPES)]
    bad = list(bad_bytes(good[0], "wrapped", "home"))
    for field, other in (("source", "todotxt"), ("month", "2026-11"), ("month", ""), ("id", "00" * 8)):
        moved = {k: v for k, v in good[0].items() if k not in ("nonce", "key")}
        bad.append({**moved, field: other, "name": f"moved: {field} {other!r}", "error": DAMAGED})
    return {"good": good, "bad": bad}


def passphrase_vectors() -> dict[str, list[Vector]]:
    """Lines of a key file sealed by a passphrase; few, because each takes as long as it should."""
    good = []
    for passphrase in PASSPHRASES:
        key, salt, nonce = (
            grain(f"{what} {passphrase}", size) for what, size in (("key", 32), ("salt", 16), ("n", 12))
        )
        of_words = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**17, r=8, p=1, maxmem=2**28, dklen=32)
        blob = seal(of_words, nonce, key, b"oo2-passphrase|" + salt)
        line = " ".join(["oo2-scrypt", base64.b64encode(salt).decode(), base64.b64encode(blob).decode()])
        good.append({"name": passphrase, "passphrase": passphrase, "key": key.hex(), "line": line})
    first = good[0]
    word, salt_text, blob_text = first["line"].split()
    lines = {
        "another passphrase": (f"{PASSPHRASES[0]} ", first["line"], LOCKED),
        "another salt": (PASSPHRASES[0], f"{word} {base64.b64encode(bytes(16)).decode()} {blob_text}", LOCKED),
        "another word": (PASSPHRASES[0], f"oo3-scrypt {salt_text} {blob_text}", DAMAGED),
        "short salt": (PASSPHRASES[0], f"{word} {base64.b64encode(bytes(15)).decode()} {blob_text}", DAMAGED),
        "no base64": (PASSPHRASES[0], f"{word} {salt_text} {blob_text[:-1]}!", DAMAGED),
        "two words": (PASSPHRASES[0], f"{word} {salt_text}", DAMAGED),
        "four words": (PASSPHRASES[0], f"{first['line']} more", DAMAGED),
        "empty": (PASSPHRASES[0], "", DAMAGED),
        "a bare key": (PASSPHRASES[0], base64.b64encode(bytes(32)).decode(), DAMAGED),
    }
    bad = [
        {"name": name, "passphrase": said, "line": line, "error": error} for name, (said, line, error) in lines.items()
    ]
    return {"good": good, "bad": bad}


MAKERS = {"sealed-2": sealed_vectors, "wrapped-2": wrapped_vectors, "passphrase-2": passphrase_vectors}


def text_of(vectors: dict[str, list[Vector]]) -> str:
    """A file of vectors: one a line."""
    parts = [
        f"  {json.dumps(kind)}: [\n" + ",\n".join(f"    {json.dumps(each)}" for each in found) + "\n  ]"
        for kind, found in vectors.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, maker in MAKERS.items():
        (FOLDER / f"{name}.json").write_text(text_of(maker()), "utf-8")
