"""Lines of every kind that a todo.txt can hold, for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

_CHARS = st.characters(exclude_characters="\n", codec="utf-8") | st.characters(
    min_codepoint=0xDC80, max_codepoint=0xDCFF
)
_DAYS = st.dates().map(str) | st.sampled_from(["2026-02-30", "2026-1-1", "0000-00-00"])
_WORDS = (
    st.sampled_from(
        ["x", "(A)", "(Z)", "(a)", "+garden", "@home", "+", "@", "due:", "pri:", "pri:C", "rec:1d", "rec:+2b"]
    )
    | st.sampled_from(
        [
            "rec:x",
            "h:1",
            "est:1h30m",
            "http://example.org/a:b",
            "10:30",
            "\ufeff",
            "\t",
            "",
            "é",
            "🌱",
            "\x1f",
            "\r",
        ]
    )
    | _DAYS
    | _DAYS.map("due:{}".format)
    | _DAYS.map("t:{}".format)
    | st.text(_CHARS, max_size=8)
)

anything = st.text(_CHARS, max_size=80)
lines = anything | st.lists(_WORDS, max_size=9).map(" ".join)
# A line as it stands in a file: a carriage return at its end would belong to its newline.
in_file = lines.map(lambda line: line.rstrip("\r"))
