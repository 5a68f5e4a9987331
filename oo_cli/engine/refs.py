"""Keyed references: the same task has the same name here, and the name tells nobody which task it is."""

from __future__ import annotations

import hmac


class Refs:
    """HMAC-SHA-256 of a source's own id, cut to 96 bits, under a key that never leaves the vault."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def task(self, source: str, handle: str) -> str:
        """The reference of a task."""
        return self._of("task", source, handle)

    def project(self, source: str, name: str) -> str:
        """The reference of a project."""
        return self._of("project", source, name)

    def label(self, name: str) -> str:
        """The reference of a label, or of a todo.txt @context."""
        return self._of("label", "", name)

    def context(self, name: str) -> str:
        """The reference of a context of the person's own, by the identity of its name."""
        return self._of("context", "", name)

    def sign(self, kind: str, value: str) -> str:
        """The reference of a sign of where the machine is, such as the network it is on."""
        return self._of("sign", kind, value)

    def proof(self, text: str) -> str:
        """A digest (HMAC-SHA-256) that only a home with this key can make."""
        return hmac.digest(self._key, f"proof\x1f{text}".encode("utf-8", "surrogatepass"), "sha256").hex()

    def title(self, text: str) -> str:
        """The reference of a title: another one whenever its words change."""
        return self._of("title", "", text)

    def _of(self, kind: str, source: str, text: str) -> str:
        message = f"{kind}\x1f{source}\x1f{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256")[:12].hex()
