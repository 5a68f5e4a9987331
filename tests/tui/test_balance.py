"""Line breaks: nothing lost, nothing too wide, no fewer lines possible, and no word left alone without need."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.tui.balance import balance
from oo_data.text import show, width

WORDS = st.lists(st.text("abcdefghij.,é買", min_size=1, max_size=12), max_size=40)
ANYTHING = st.text(max_size=300).map(show)
COLUMNS = st.integers(2, 80)


def greedy(words: list[str], columns: int) -> list[list[str]]:
    """Lines filled to the brim: the fewest there can be."""
    lines: list[list[str]] = []
    for word in words:
        if lines and width(" ".join([*lines[-1], word])) <= columns:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


@given(ANYTHING, COLUMNS)
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, columns: int) -> None:
    """Whatever the text, its characters come out in order, and each line fits."""
    lines = balance(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= columns for line in lines)
    assert all(line == line.strip() and line for line in lines)


@given(WORDS, st.integers(24, 80))
def test_words_stay_whole_and_lines_are_as_few_as_can_be(words: list[str], columns: int) -> None:
    """Words that fit are never divided, and evenness costs no line."""
    lines = balance(" ".join(words), columns)
    assert " ".join(lines) == " ".join(words)
    assert len(lines) == len(greedy(words, columns))


@given(WORDS.filter(lambda words: not any(word.endswith((".", ",")) for word in words)), st.integers(24, 80))
def test_no_neighbours_could_be_more_even(words: list[str], columns: int) -> None:
    """Moving the last word of a line down, or the first word of the next up, never evens the two out."""
    lines = [line.split(" ") for line in balance(" ".join(words), columns)]

    def cost(*pair: list[str]) -> int:
        return sum(width(" ".join(line)) ** 2 if width(" ".join(line)) <= columns else 10**9 for line in pair)

    for above, below in pairwise(lines):
        now = cost(above, below)
        assert len(above) == 1 or now <= cost(above[:-1], [above[-1], *below])
        assert len(below) == 1 or now <= cost([*above, below[0]], below[1:])


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 10, []),
        ("one", 10, ["one"]),
        ("Call the dentist about the new crown", 34, ["Call the dentist", "about the new crown"]),
        ("Say what there is to do: one thing at a time", 30, ["Say what there is to do:", "one thing at a time"]),
        ("aa bb cc dd ee", 11, ["aa bb cc", "dd ee"]),
        ("x" * 61, 60, ["x" * 31, "x" * 30]),
        ("買牛奶和鸡蛋还有面包", 12, ["買牛奶和鸡", "蛋还有面包"]),
    ],
)
def test_as_a_typesetter_would(text: str, columns: int, lines: list[str]) -> None:
    """No widow, a pause where the sentence pauses, longer lines on top, long words halved, wide ones counted twice."""
    assert balance(text, columns) == lines


@pytest.mark.parametrize("unit", ["e\u0301", "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f"])
def test_what_belongs_together_is_not_divided(unit: str) -> None:
    """An accent, a family, a skin tone and a variation stay with their base."""
    for columns in range(2, 9):
        assert all(line.replace(unit, "") == "" for line in balance(unit * 20, columns))


@pytest.mark.parametrize("columns", [-3, 0, 1])
def test_no_room_at_all_still_ends(columns: int) -> None:
    """A width that holds nothing is treated as the narrowest that does."""
    assert balance("ab 買", columns) == ["ab", "買"]
