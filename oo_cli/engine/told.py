"""Values of the profile as people say them: 22:00, 9, 10, 11, 1.4 a day, 40 %."""

from __future__ import annotations

import re

from oo_data.contracts.agent import ParamValue
from oo_data.text import show

_WORD = re.compile("[A-Z][a-z]+")
_REF = re.compile(r"[0-9a-f]{24}")
_NUMBERS = {
    "days": "days",
    "whole days": "days",
    "per day": "a day",
    "a day": "a day",
    "minutes": "min",
    "seconds": "s",
}
# Where a value came from, in the person's words.
ORIGINS = {"user": "you", "inferred": "worked out", "default": "default"}
_PLURAL = re.compile(r"(.*?)s((?: (?:of|to|on|about|that) .*)?)")  # the noun stands before a preposition, or last


def told(value: ParamValue, unit: str) -> str:
    """One value in its unit; references, which say nothing to a person, are counted."""
    if isinstance(value, tuple):
        return _many(value)
    if isinstance(value, str):
        return show(value) or "none"
    if unit == "hour":
        return f"{value:g}:00"
    if unit == "share":
        return f"{value * 100:.0f} %"
    if unit == "trend":
        return f"{value:+.2f}"
    noun = _NUMBERS.get(unit, "")
    if noun == "days" and value == 1:
        noun = "day"
    return f"{_number(value)} {noun}".rstrip()


def trouble(name: str) -> str:
    """The name of one of our errors as words: "connection needed" of `ConnectionNeededError`; another as it is."""
    words = _WORD.findall(name.removesuffix("Error"))
    return " ".join(words).lower() if len(words) > 1 else name


def _many(values: tuple[int, ...] | tuple[str, ...]) -> str:
    refs = sum(isinstance(value, str) and _REF.fullmatch(value) is not None for value in values)
    if refs:
        return "1 project" if refs == 1 else f"{refs} projects"
    return show(", ".join(map(str, values))) or "none"


def _number(value: float) -> str:
    """One decimal, or none where it would be 0 or the number is large."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 100 else f"{value:.0f}"


def counted(count: int, plural: str) -> str:
    """A number of things by their plural: 1 open task, 3 areas of life, 1 write to a source."""
    if count != 1:
        return f"{count} {plural}"
    found = _PLURAL.fullmatch(plural)
    return f"1 {found[1]}{found[2]}" if found else f"1 {plural}"
