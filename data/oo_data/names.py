"""Names that a person gives to things of their own: how they are cleaned, and when two are the same."""

from __future__ import annotations

import unicodedata

from oo_data.errors import BadUsageError
from oo_data.text import show


def clean(text: str, most: int) -> str:
    """The name as it is shown: one line of 1 to `most` visible characters. Raises `BadUsageError` for any other."""
    name = show(text, 4 * most)
    if not 1 <= len(name) <= most:
        raise BadUsageError(f"A name has 1 to {most} visible characters.", "Give it another one.")
    return name


def identity(name: str) -> str:
    """The same for names that differ in nothing but case or composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
