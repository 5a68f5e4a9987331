"""A title as embedders take it. The person always sees the original."""

from __future__ import annotations

import unicodedata

LONGEST = 200  # characters; a title of 10,000 would cost half a second
_ENDS = " .,;:!?¿¡。、"


def folded(text: str) -> str:
    """Case and end punctuation gone, which models take for meaning; lone surrogates gone, which none takes."""
    clean = text[:LONGEST].encode("utf-8", "ignore").decode("utf-8")
    return " ".join(unicodedata.normalize("NFKC", clean).casefold().split()).strip(_ENDS)
