"""What is done again and again: how often, and how it went last."""

from __future__ import annotations

from typing import NamedTuple


class Duty(NamedTuple):
    """A duty is due `every` so many ms, or once at each of the local `hours` of a day; with neither, at a change only.

    `slot` is the last local day and hour that was served, as "2026-11-22T05". Times are UTC ms, 0 for never; `at` is
    when it last went well, `tried_at` when it was last tried, `failures` how often it has failed since.
    """

    id: str
    every: int = 0
    hours: tuple[int, ...] = ()
    slot: str = ""
    at: int = 0
    tried_at: int = 0
    failures: int = 0
    error: str = ""
    alerted: bool = False
