"""Charts of block characters."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = " ▁▂▃▄▅▆▇█"


def levels(values: Sequence[float], most: float = 0.0) -> str:
    """A line of columns; `most`, by default the highest value, has full height."""
    full = most or max(values, default=0.0) or 1.0
    return "".join(LEVELS[0 if value <= 0 else min(8, max(1, round(value / full * 8)))] for value in values)
