"""What the value of an inferred parameter may be, by its unit: manifests name it, inference keeps to it."""

from __future__ import annotations

from oo_data.contracts.agent import ParamValue

MAX_ITEMS = 24

# unit -> (type of one value, whether it is a tuple of them, least, most); for text the bounds are its length
UNITS: dict[str, tuple[type[int] | type[float] | type[str], bool, float, float]] = {
    "hour": (int, False, 0, 23),
    "hours": (int, True, 0, 23),
    "timezone": (str, False, 0, 64),
    "days": (float, False, 0, 3650),
    "whole days": (int, False, 1, 3650),
    "per day": (float, False, 0, 10_000),
    "share": (float, False, 0, 1),
    "trend": (float, False, -1, 1),
    "refs": (str, True, 1, 64),
}


def fit(unit: str, value: object) -> ParamValue | None:
    """The value in its unit's type, or None where it is of another type or out of range."""
    kind, many, least, most = UNITS[unit]
    if not many:
        return _one(kind, least, most, value)
    if not isinstance(value, tuple) or len(value) > MAX_ITEMS:
        return None
    items = [_one(kind, least, most, item) for item in value]
    numbers = tuple(item for item in items if isinstance(item, int))
    words = tuple(item for item in items if isinstance(item, str))
    whole = numbers if kind is int else words
    return whole if len(set(whole)) == len(value) else None


def _one(kind: type, least: float, most: float, value: object) -> float | int | str | None:
    if kind is str:
        fits = isinstance(value, str) and least <= len(value) <= most and value.isascii() and value.isprintable()
        return str(value) if fits else None
    if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
        return None
    if not least <= value <= most:  # false for NaN too
        return None
    return float(value) if kind is float else value
