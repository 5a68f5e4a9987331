"""Typed looks at features and parameters; another shape is a fault of ours and raises `TypeError`."""

from __future__ import annotations

from collections.abc import Mapping


def number(values: Mapping[str, object], key: str) -> float:
    """One number."""
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key} is not a number")
    return value


def row(values: Mapping[str, object], key: str, size: int | None = None) -> tuple[float, ...]:
    """Numbers in a row, exactly `size` where it is given."""
    value = values[key]
    if not isinstance(value, tuple) or size not in (None, len(value)):
        raise TypeError(f"{key} is not a row of {size or 'any'} numbers")
    return value


def table(values: Mapping[str, object], key: str) -> Mapping[str, float]:
    """Numbers by reference."""
    value = values[key]
    if not isinstance(value, Mapping):
        raise TypeError(f"{key} is not a table")
    return value


def refs(values: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A tuple of references."""
    value = values[key]
    if not isinstance(value, tuple):
        raise TypeError(f"{key} is not a tuple")
    return value
