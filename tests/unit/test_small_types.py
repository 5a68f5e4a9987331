"""Secrets, ids and errors: small, and everything leans on them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_data import errors
from oo_data.errors import OoError
from oo_data.ids import new_id
from oo_data.secret import Secret

# DESIGN §4 publishes these numbers; scripts depend on them.
EXIT_CODES = {
    "OoError": 1,
    "BadUsageError": 2,
    "ConnectionNeededError": 3,
    "ConsentMissingError": 4,
    "SourceUnavailableError": 5,
    "ModelUnavailableError": 6,
    "DataLockedError": 7,
    "DataDamagedError": 7,
    "DataNewerError": 7,
    "CannotWriteError": 8,
}


def test_exit_codes_are_those_published() -> None:
    """Every error of the tree has its published code, and no other error stands in the room."""
    kinds = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert {name: kind.exit_code for name, kind in kinds.items() if issubclass(kind, OoError)} == EXIT_CODES
    assert len(kinds) == len(EXIT_CODES)


@pytest.mark.parametrize(("hint", "line"), [("", "It broke."), ("Run: oo doctor", "It broke. Run: oo doctor")])
def test_an_error_is_one_line(hint: str, line: str) -> None:
    """What happened, then the next step where there is one; and it is an ordinary exception."""
    error = errors.DataLockedError("It broke.", hint)
    assert (error.line(), str(error), error.message, error.hint) == (line, "It broke.", "It broke.", hint)


@given(st.text())
def test_a_secret_is_revealed_only_on_request(value: str) -> None:
    """Printing shows stars, equality and hashing tell nothing, `reveal` gives the value."""
    secret = Secret(value)
    assert (repr(secret), str(secret), "%s".__mod__(secret), repr([secret])) == ("***", "***", "***", "[***]")
    assert secret != Secret(value)
    assert not hasattr(secret, "__dict__")
    assert secret.reveal() == value


@pytest.mark.parametrize(
    "use", [format, "{}".format, lambda s: f"{s}", json.dumps, pickle.dumps, copy.copy, copy.deepcopy, "".join]
)
def test_a_secret_goes_nowhere(use: Callable[[Secret], object]) -> None:
    """Formatting, storing, copying and joining fail, and the failure does not hold the value."""
    with pytest.raises(TypeError) as caught:
        use(Secret("hunter2"))
    assert "hunter2" not in str(caught.value)


def test_ids_are_opaque_and_new() -> None:
    """Eighty random bits in hexadecimal, never the same twice."""
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 20 and set(one) <= set("0123456789abcdef") for one in made)
