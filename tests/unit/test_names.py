"""Names of the person's own: what is kept is visible, short, and the same however it is capitalised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_data.errors import BadUsageError
from oo_data.names import clean, identity

HOSTILE = {
    "\x1b[31mwork\x1b[0m": "work",
    "\u202ework\u202c": "work",
    "wo\u200brk\ufeff": "work",
    " deep \t\n work ": "deep work",
    "e\u0301t\u00e9": "\u00e9t\u00e9",
    "wor\udcffk": "work",
}


@pytest.mark.parametrize(("typed", "kept"), HOSTILE.items())
def test_hostile_names_are_cleaned(typed: str, kept: str) -> None:
    """Control characters, bidirectional marks and invisible ones never reach a screen or a seal."""
    assert clean(typed, 32) == kept


@pytest.mark.parametrize(
    "typed", ["", " \t", "\x00\x07", "\u202e\u200b", "a" * 33, "a" * 10_000, "\x00" * 10_000 + "a"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    """Nothing to be seen, or too much of it."""
    with pytest.raises(BadUsageError):
        clean(typed, 32)


@given(st.text(max_size=80))
def test_any_name_is_safe_or_refused(typed: str) -> None:
    """What is kept is one printable line within its length, and cleaning it again changes nothing."""
    try:
        name = clean(typed, 32)
    except BadUsageError:
        return
    assert 1 <= len(name) <= 32
    assert clean(name, 32) == name
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name)
    assert identity(identity(name)) == identity(name)
    name.encode()


def test_identity() -> None:
    """Case and composition make no other name; letters do."""
    assert identity("Straße") == identity("STRASSE")
    assert identity("cafe\u0301") == identity("CAFÉ")
    assert identity("work") != identity("works")
