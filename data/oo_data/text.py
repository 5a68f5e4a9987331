"""Text from outside: a type that no formatter accepts, and the one way to make it safe to show."""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 3  # combining marks kept per base character
MAX_JOINERS = 3  # in one emoji; the longest standard ones (a family of four) have three
TITLE_CELLS = 120  # a task title, before it becomes part of a tip
_ZWJ, _VS16 = "\u200d", "\ufe0f"
# Blank by looks whatever their category, and every variation selector but the emoji's: used to hide or imitate text.
_FILLERS = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f\U00013441\U00013442\U00016fe4\U0001d159"
) | frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0))))
# Vowels and finals of Hangul that stand in no syllable: they pile up on one place as marks do.
_PILED = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD800))))
_TONES = frozenset("🏻🏼🏽🏾🏿")
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
    stays); at most three marks, or what else takes no column, per base; blanks collapsed; cut at `cells` columns of
    display width.
    """
    raw = text.raw() if isinstance(text, Untrusted) else text
    if len(raw) <= cells and raw.isascii() and raw.isprintable():
        return " ".join(raw.split())  # plain as it is, one column a character
    # Nothing beyond this can reach `cells` columns; the bound keeps normalising 10 MB cheap.
    visible = _visible(unicodedata.normalize("NFC", _SEQUENCES.sub("", raw[: cells * 40])))
    # Once more, because a mark may now touch a base that something dropped kept it from.
    return cut(" ".join(_few_marks(unicodedata.normalize("NFC", visible)).split()), cells)


def _visible(text: str) -> str:
    kept: list[str] = []
    joiners = 0
    for at, char in enumerate(text):
        category = unicodedata.category(char)
        if char == _ZWJ:
            joiners += 1
            if joiners <= MAX_JOINERS and _ends_emoji(kept) and _is_symbol(text[at + 1 : at + 2]):
                kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif category not in _DROPPED and char not in _FILLERS and not _piles(char, kept):
            if kept[-1:] != [_ZWJ] and category[0] != "M" and category != "Sk":
                joiners = 0
            kept.append(char)
    return "".join(kept)


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        if unicodedata.category(char)[0] == "M" or char in _PILED:
            marks += 1
            if marks <= MAX_MARKS and kept and kept[-1] != " ":
                kept.append(char)
        elif not _piles(char, kept):  # what kept it from a mark may just have been dropped
            marks = 0
            kept.append(char)
    return "".join(kept)


def _piles(char: str, kept: list[str]) -> bool:
    """Whether it would only be laid over what is there: a second selector, a tone on a tone or on a mark."""
    last = kept[-1] if kept else " "
    if char in _TONES:
        return last in _TONES or unicodedata.category(last)[0] == "M"
    return char == last == _VS16


def _ends_emoji(kept: list[str]) -> bool:
    """Whether a joiner may follow: a symbol or its modifier, perhaps asked to look like an emoji."""
    return _is_symbol("".join(kept[-2:-1] if kept[-1:] == [_VS16] else kept[-1:]))


def _is_symbol(char: str) -> bool:
    return char != "" and char not in _FILLERS and unicodedata.category(char) in ("So", "Sk")


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, cells: int) -> str:
    """The text, shortened to `cells` columns with an ellipsis where it is longer."""
    if len(text) * 2 <= cells or width(text) <= cells:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle]) <= cells - 1:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(f" {_ZWJ}") + "…"
