"""A preference's value in the signs that an event may carry."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.bus import validate
from oo_data.contracts.event import PrefSet
from oo_data.contracts.profile import SPELLED_MOST, spell, unspell

WORDS = st.from_regex(r"\A[A-Za-z0-9_.@+/\-]{1,24}\Z")
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SETTABLE: st.SearchStrategy[Any] = st.one_of(
    NUMBERS,
    WORDS,
    st.lists(st.integers(0, 23), max_size=24).map(tuple),
    st.lists(WORDS, min_size=1, max_size=24).map(tuple),
)


@given(SETTABLE)
def test_what_can_be_set_can_be_spelled(value: Any) -> None:
    """Numbers, words and lists of either come back as they were, of their own type, and the log takes them."""
    found = unspell(spell(value))
    assert (found, type(found)) == (value, type(value))
    validate(PrefSet("scope.key", spell(value)))


@given(st.text(max_size=40) | st.from_regex(r"\A[ifwIWx][0-9a-z:.+-]{0,12}\Z"))
def test_only_what_is_spelled_is_read(text: str) -> None:
    """Any other text is no value, so that two spellings never stand for one."""
    found = unspell(text)
    assert found is None or spell(found) == text


@pytest.mark.parametrize(
    "value", ["call the bank", "", "a:b", float("nan"), float("inf"), ("a b",), ("",), ("x" * SPELLED_MOST,), (1, "a")]
)
def test_what_cannot_be_told_is_not(value: Any) -> None:
    """Words that could be a sentence, numbers that are none, mixed lists and what is too long are left out."""
    assert spell(value) == ""
