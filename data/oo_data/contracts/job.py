"""A piece of work that the machine's own clockwork starts again and again."""

from __future__ import annotations

from typing import NamedTuple


class Job(NamedTuple):
    """What to run, in which environment, and every how many `minutes` (a divisor of 60).

    `id` tells the jobs of two homes apart; `offset` is the minute of the first run in an hour, in 0..minutes-1.
    """

    id: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    minutes: int
    offset: int
