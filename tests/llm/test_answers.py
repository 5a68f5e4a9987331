"""Answers from outside, whatever they are: what is asked for, or a `ValueError`."""

from __future__ import annotations

import json
import math
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.llm.answers import choice_of, vectors_of
from oo_data.contracts.llm import LlmVectors

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
ROW = st.fixed_dictionaries(
    {"embedding": st.lists(st.floats() | st.integers() | JSON, max_size=4)}, optional={"index": JSON}
)


def read(body: bytes, count: int) -> LlmVectors | None:
    """The vectors, or None for an answer that is turned down."""
    try:
        return vectors_of(body, count)
    except ValueError:
        return None


@given(st.lists(ROW | JSON, max_size=3), st.integers(1, 3))
def test_vectors_or_nothing(rows: list[object], count: int) -> None:
    """Whatever passes is as many vectors as were asked for, of one length, finite, and of length one."""
    found = read(json.dumps({"data": rows}).encode(), count)
    if found is not None:
        assert len(found.vectors) == count
        assert len({len(vector) for vector in found.vectors}) == 1
        assert all(math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-9) for vector in found.vectors)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_else_is_raised(body: bytes) -> None:
    """No answer, of whatever bytes, is anything but read or turned down."""
    assert read(body, 1) is None
    with suppress(ValueError):
        choice_of(body)


def test_places_are_put_in_order() -> None:
    """Vectors belong to their texts by index, in whatever order they come, and by their place where none is given."""
    rows = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 0]}]
    assert vectors_of(json.dumps({"data": rows}).encode(), 2).vectors == ((1.0, 0.0), (0.0, 1.0))
    bare = [{"embedding": [0, 2]}, {"embedding": [3, 0]}]
    assert vectors_of(json.dumps({"data": bare}).encode(), 2).vectors == ((0.0, 1.0), (1.0, 0.0))
