"""Text from outside: nothing formats it by mistake, and what `show` lets through is safe anywhere."""

from __future__ import annotations

import copy
import json
import pickle
import re
import unicodedata
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oo_data.text import MAX_MARKS, Untrusted, cut, show, width

ZWJ, VS16 = "\u200d", "\ufe0f"
FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f\u180b\ufe00\ufe0e\U000e0100\U000e01ef\U0001d159"
FORBIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
EMOJI = (
    "👨‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏽", "🏳️‍🌈", "👩🏿‍💻", "🤷‍♀️", "👁️‍🗨️", "🇩🇪", "🇯🇵🇫🇷", "1️⃣", "#️⃣", "❤️", "👍🏽", "☎️", "🐈‍⬛",
)  # fmt: skip

csi = st.from_regex(re.compile(r"(\x1b\[|\x9b)[0-?]{0,8}[ -/]{0,2}[@-~]"), fullmatch=True)
strings = st.tuples(
    st.sampled_from(["\x1b]", "\x1bP", "\x1bX", "\x1b^", "\x1b_", "\x9d", "\x90", "\x98", "\x9e", "\x9f"]),
    st.text(st.characters(exclude_characters="\x07\x1b\x9c"), max_size=12),
    st.sampled_from(["\x07", "\x1b\\", "\x9c"]),
).map("".join)
escapes = st.from_regex(re.compile(r"\x1b[ -/]{0,2}[0-OQ-WYZ\\`-~]"), fullmatch=True)
sequences = csi | strings | escapes
ALL_MARKS: Final = ("Mn", "Mc", "Me")
SYMBOLS: Final = ("So", "Sk")
HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
pieces = (
    st.sampled_from([ZWJ, VS16, "\x1b", "\x9b", " ", "\t", "\n", "\xa0", "a", "漢", "\U0001d15e", "\u202e", "\u0958"])
    | st.sampled_from(EMOJI)
    | st.sampled_from(FILLERS)
    | st.sampled_from("각ᆢ🏻🏿")
    | st.characters()
    | st.characters(categories=ALL_MARKS)
    | st.characters(categories=SYMBOLS)
    | st.characters(categories=HIDDEN)
    | sequences
)
hostile = st.lists(pieces, max_size=40).map("".join)


def runs_of_marks(text: str) -> list[int]:
    """How many marks follow each base; one before any base counts as too many."""
    runs = [-1]
    for char in text:
        if unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff":
            runs[-1] += 1 if len(runs) > 1 else MAX_MARKS + 2
        else:
            runs.append(0)
    return runs


@settings(max_examples=1500)
@given(hostile, st.integers(1, 60))
@example("e\u034f\u0301", 9)
@example("\u01e1\u034f\u0323\u0316\u0317", 9)
@example(" \u0301a", 9)
@example("😀\u0301\u0302\u0303\ufe0f\u200d😀", 9)
@example("\U0001d15e\u200d😀", 9)
@example("😀\u200d\u2800", 9)
@example("👨\u200d👩" * 5, 5)
@example("a\ufe0f\u200d😀", 9)
@example("👦ᅡ\ufe0f\u0300ᅡ🏻", 2)
@example("a\u0316\u0317\u0318ᅡ🏻\u0301\u0323\u0324", 9)
def test_what_is_shown_is_safe(raw: str, cells: int) -> None:
    """Normal form, no character that hides, moves or controls, few marks, few joiners, bounded width, stable."""
    said = show(raw, cells)
    assert unicodedata.is_normalized("NFC", said)
    assert not [c for c in said if c != ZWJ and unicodedata.category(c) in FORBIDDEN]
    assert not set(said) & set(FILLERS)
    assert said == " ".join(said.split())
    assert all(c == " " or not c.isspace() for c in said)
    assert max(runs_of_marks(said)) <= MAX_MARKS
    assert not re.search(rf"(^|[^{VS16}\W]|[{ZWJ} ]){ZWJ}|{ZWJ}($|[\w {ZWJ}…])", said)
    assert not re.search(rf"(.[{VS16}🏻-🏿]?{ZWJ}){{4}}", said)
    assert width(said) <= cells
    assert show(said, cells) == said
    assert show(Untrusted(raw), cells) == said


@settings(max_examples=500)
@given(sequences)
def test_a_terminal_sequence_goes_whole(sequence: str) -> None:
    """Any CSI, OSC, DCS, SOS, PM, APC or two-character escape leaves not a letter of itself."""
    assert show(f"a{sequence}b") == "ab"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b1;31mred", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJm\x9cpaste", "paste"),
        ("a\x1b]0;never closed", "a"),
        ("a\x1bPpayload\x1b[31mb", "ab"),
        ("\x1bcreset", "reset"),
        ("\x1b(0lines", "lines"),
        ("a\x1b", "a"),
        ("\x1b\x1b[0m[31m", "[31m"),
        ("a\x85b\x00c\x08d\x7f", "a bcd"),
        ("one\r\ntwo\tthree\v\ffour\u2028five\u2029six\xa0seven\u3000eight", "one two three four five six seven eight"),
        ("\u202eabc\u202c\u2066d\u2069\u200be\ufeff\u00ad", "abcde"),
        ("\ue000a\U000e0041\ufdd0b\U0010ffffc\udc80", "abc"),
        ("x" + "\u0301\u0302\u0303\u0304\u0305" + "y", "x\u0301\u0302\u0303y"),
        ("x" + VS16 * 50, "x" + VS16),
        ("x\U000e0148\U000e0155\ufe01y", "xy"),  # bytes as variation selectors
        ("ᄀ" + "ᆢ" * 5000, "ᄀ" + "ᆢ" * 3),
        ("👍" + "🏻" * 5000, "👍🏻"),
        ("👍" + "🏻\u0301" * 5000, "👍🏻\u0301\u0301\u0301"),
        ("a\u200db", "ab"),
        ("👩\u200d" * 5 + "👩", "👩\u200d👩\u200d👩\u200d👩👩\u200d👩"),
        ("❤️\u200d" * 5 + "❤️", "❤️\u200d❤️\u200d❤️\u200d❤️❤️\u200d❤️"),  # nor do selectors and tones let more of them in
        ("👩🏽\u200d" * 5 + "👩🏽", "👩🏽\u200d👩🏽\u200d👩🏽\u200d👩🏽👩🏽\u200d👩🏽"),
        ("  \u0301 \ufe0f \u3164 ", ""),
        ("", ""),
    ],
)
def test_known_tricks(raw: str, said: str) -> None:
    """Sequences of every kind, invisible, reordering and unassigned characters, and piles of marks."""
    assert show(raw) == said


@pytest.mark.parametrize(
    "text",
    [
        *EMOJI,
        "Café",
        "Nguyễn Văn",
        "हिन्दी",
        "น้ำแข็ง",
        "שָׁלוֹם",
        "مُحَمَّد",
        "漢字かな交じり",
        "한국어",
        "ελληνικά",
        "½ + 3 € = “so”…",
        "a+b=c <b>&amp;",
    ],
)
def test_real_writing_survives(text: str) -> None:
    """Emoji families, flags, keycaps and the scripts of the world come through unchanged once composed."""
    composed = unicodedata.normalize("NFC", text)
    assert show(text) == composed
    assert show(unicodedata.normalize("NFD", text)) == composed


@pytest.mark.parametrize(
    ("text", "cells", "said"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("漢字漢", 6, "漢字漢"),
        ("漢字漢", 5, "漢字…"),
        ("漢字漢", 4, "漢…"),
        ("e\u0323\u0302\u0301 bc", 4, "e\u0323\u0302\u0301 bc"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 5, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"),
        ("漢", 1, "…"),
        ("", 1, ""),
    ],
)
def test_cutting_by_columns(text: str, cells: int, said: str) -> None:
    """Columns are counted, not characters; a whole text keeps its end, a cut one says so."""
    assert cut(text, cells) == said
    assert width(said) <= cells


def test_ten_megabytes_are_one_line() -> None:
    """Size from outside does not become work, nor more than 400 columns where nobody says how many."""
    assert show("x" * 10_000_000) == "x" * 399 + "…"
    assert show("x" * 10_000_000, 10) == "x" * 9 + "…"
    assert show("\u0301\u0316" * 5_000_000, 10) == ""


@pytest.mark.parametrize(
    "use",
    [str, format, "{}".format, "{:>9}".format, "%s".__mod__, lambda u: f"{u}", "".join, json.dumps, pickle.dumps,
     copy.copy, copy.deepcopy, bytes],
)  # fmt: skip
def test_untrusted_text_goes_nowhere_by_itself(use: Callable[[Untrusted], object]) -> None:
    """Printing, formatting, joining, storing and copying all fail, and the failure does not quote the text."""
    with pytest.raises(TypeError) as caught:
        use(Untrusted("s3cret"))
    assert "s3cret" not in str(caught.value)


@given(st.text(min_size=2))
def test_untrusted_text_tells_nothing(raw: str) -> None:
    """Its representation is fixed, it equals nothing, and only `raw` gives it back as it came."""
    held = Untrusted(raw)
    assert repr(held) == "<untrusted>"
    assert held != Untrusted(raw)
    assert not hasattr(held, "__dict__")
    assert held.raw() == raw
