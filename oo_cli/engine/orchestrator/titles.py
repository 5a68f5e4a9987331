"""Which titles a model may read, and in what form."""

from __future__ import annotations

import re
import unicodedata

from oo_cli.engine.orchestrator.lists import lists, mixes_scripts, readings
from oo_data.text import Untrusted, show

CELLS = 80
MOST_CHARS = 400
# Format characters that ordinary writing needs: joiners of emoji and of Persian or Indic letters, a soft hyphen.
_ORDINARY = frozenset("\u200c\u200d\u00ad\t\r\n")
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Cn"))
_TOKEN = re.compile(r"<\|?[^<>]{0,40}\|?>|\[/?[A-Z_]{2,12}\]|<<[^<>]{0,40}>>")
_SPELT = re.compile(r"(?:\b\w\b[\s._*-]+){4,}")
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


def clean(title: Untrusted) -> str:
    """The title as a model reads it: one safe line of at most 80 columns, without anything like a chat token."""
    return show(_TOKEN.sub(" ", show(title, MOST_CHARS)), CELLS)


def is_suspicious(title: Untrusted) -> bool:
    """Whether a title may be meant for the model instead of the person; such a one is never sent.

    A false alarm costs one plainer sentence.
    """
    raw = title.raw()
    if len(raw) > MOST_CHARS or _hides(raw):
        return True
    seen = show(title, MOST_CHARS)
    if mixes_scripts(seen) or _SPELT.search(seen) or any(map(_is_encoded, _RUN.findall(seen))):
        return True
    known = lists()
    patterns = (*known.hostile.values(), known.orders, known.refusal)
    return any(pattern.search(reading) for reading in readings(seen) for pattern in patterns)


def _hides(raw: str) -> bool:
    """Whether there is something in it that does not show."""
    return any(unicodedata.category(char) in _HIDDEN and char not in _ORDINARY for char in raw)


def _is_encoded(run: str) -> bool:
    """Whether a long run is no word: it has digits among its letters, or capitals within."""
    has_letters = re.search("[A-Za-z]", run) is not None
    return has_letters and (re.search("[0-9]", run) is not None or len(re.findall("[a-z][A-Z]", run)) > 1)
