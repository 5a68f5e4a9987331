"""Text from outside: a type that no formatter accepts, and the one way to make it safe to show."""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 3  # combining marks kept per base character
TITLE_CELLS = 120  # a task title, before it becomes part of a tip
_ZWJ, _VS16 = "\u200d", "\ufe0f"
# Letters by category, blank by looks: used to hide or imitate text.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f")
# Whole control sequences: CSI, then OSC and its kin up to their terminator, then two-character escapes.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


class Untrusted:
    """Text that came from outside. It does not print, format, compare or pickle; `show` makes it presentable."""

    __slots__ = ("_raw",)

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def __repr__(self) -> str:
        return "<untrusted>"

    def __str__(self) -> str:
        raise TypeError("untrusted text is shown by oo_data.text.show only")

    def __format__(self, spec: str) -> str:
        raise TypeError("untrusted text is shown by oo_data.text.show only")

    def __reduce__(self) -> str:
        raise TypeError("untrusted text is not stored")

    def raw(self) -> str:
        """The text as it came, for sealing or for handing back to the source it came from."""
        return self._raw


def show(text: Untrusted | str, cells: int = 400) -> str:
    """One line that is safe on a terminal, in a widget, a notification or a prompt.

    NFC; terminal sequences, control, format, private and unassigned characters dropped (a joiner between emoji
    stays); at most three marks per base; blanks collapsed; cut at `cells` columns of display width.
    """
    raw = text.raw() if isinstance(text, Untrusted) else text
    # Nothing beyond this can reach `cells` columns; the bound keeps normalising 10 MB cheap.
    clean = _clean(unicodedata.normalize("NFC", _SEQUENCES.sub("", raw[: cells * 40])))
    return cut(" ".join(clean.split()), cells)


def _clean(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for at, char in enumerate(text):
        if char in "\t\n\r\v\f\x85\u2028\u2029":
            kept.append(" ")
            marks = 0
            continue
        if char == _ZWJ:
            if kept and at + 1 < len(text) and _joins(kept[-1]) and _joins(text[at + 1]):
                kept.append(char)
            continue
        category = unicodedata.category(char)
        if category in _DROPPED or char in _FILLERS:
            continue
        if category[0] == "M" and char != _VS16:
            marks += 1
            if marks > MAX_MARKS or not kept:
                continue
        elif char != _VS16:
            marks = 0
        kept.append(char)
    return "".join(kept)


def _joins(char: str) -> bool:
    """Whether a zero-width joiner may stand beside this character: symbols and their modifiers only."""
    return char == _VS16 or unicodedata.category(char) in ("So", "Sk")


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, cells: int) -> str:
    """The text, shortened to `cells` columns with an ellipsis where it is longer."""
    if len(text) * 2 <= cells or width(text) <= cells:
        return text
    low, high = 0, min(len(text), cells)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle]) <= cells - 1:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
