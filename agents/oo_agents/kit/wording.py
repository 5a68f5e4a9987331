"""Numbers in plain English."""

from __future__ import annotations

_TIMES = ((1.75, "about twice"), (2.5, "about three times"), (3.5, "more than three times"))


def count(number: float, noun: str) -> str:
    """A whole number with its noun: 1 task, 3 tasks."""
    whole = round(number)
    return f"{whole} {noun}" if whole == 1 else f"{whole} {noun}s"


def rounded(number: float) -> str:
    """One decimal, or none where it would be 0 or the number is 10 or more."""
    return f"{number:.1f}".removesuffix(".0") if abs(number) < 9.95 else f"{number:.0f}"


def compared(number: float, usual: float) -> str:
    """How a number above the usual one compares with it: about twice your usual 2.1."""
    times = next((words for least, words in reversed(_TIMES) if number >= least * usual), "more than")
    return f"{times} your usual {rounded(usual)}"


def clock(hour: int) -> str:
    """A full hour as a clock shows it."""
    return f"{hour % 24:02d}:00"
