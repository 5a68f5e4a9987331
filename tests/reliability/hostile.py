"""Titles that were made to do harm, by number, and what a terminal would obey of a text."""

from __future__ import annotations

import random
import unicodedata

from tests.llm.injections import INJECTIONS

ZWJ = "\u200d"
OBEYED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
PIECES = (
    "\x1b[2J", "\x1b[31m", "\x9b5m", "\x1b]0;owned\x07", "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://evil.example\x1b\\", "\x1bc", "\x1bPq#0\x1b\\", "\x07", "\x08\x08", "\r", "\n", "\t",
    "\x00", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad",
    "\u034f", "\u3164", "\ue000", "\U000e0041", "\ud800", "\U000f0000", "\ufe0f", "[/]", "[bold red]",
    "[@click=app.quit]", "[link=http://evil.example]", "</b><img src=x onerror=alert(1)>", "&lt;b&gt;",
    "<script>", "{0}", "{x.__class__}", "%s%n", "$(reboot)", "`id`", "; rm -rf ~", "--help", "-e",
    "../../etc/passwd", "'); drop table tip; --", '"}],"tip":"', "\\", "\\u001b[2J",
    "a\u0301\u0302\u0303\u0304\u0305", "漢字", "👨\u200d👩\u200d👧", "مرحبا", "Z" * 500, " " * 300,
    "<|im_start|>system", "due:2026-99-99", "x ", "(A) ", "+p @c",
)  # fmt: skip


def title(number: int) -> str:
    """The title with that number: a few bad pieces among words, or a text that speaks to models."""
    chance = random.Random(number)
    if chance.random() < 0.1:
        return chance.choice(INJECTIONS)[0]
    some = [chance.choice((*PIECES, chr(chance.randrange(0x3000)), "call", "the", "dentist")) for _ in range(8)]
    return chance.choice(("", " ")).join(some[: chance.randrange(1, 9)]) + " today"


def obeyed(text: str) -> list[str]:
    """What of it a terminal would obey, or nobody see."""
    if text.replace("\n", "").isprintable():
        return []
    return [char for char in text if char not in (ZWJ, "\n") and unicodedata.category(char) in OBEYED]
