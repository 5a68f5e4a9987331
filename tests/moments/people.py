"""Someone with habits, for the tests of this room."""

from __future__ import annotations

from random import Random

from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS
from oo_data.contracts.agent import Reacted
from tests.unit.examples import NOW

MIDNIGHT = NOW - 10 * HOUR_MS


def punctual(days: int = 60, hours: tuple[int, ...] = (9, 10, 18), until: int = NOW) -> list[int]:
    """Something done in each of these hours of every day before `until` (a day begins at Berlin's midnight)."""
    done = [
        MIDNIGHT - day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS
        for day in range(days)
        for hour in hours
        for minute in (5, 35)
    ]
    return sorted(at for at in done if at < until)


def scattered(seed: int, count: int, days: int) -> list[int]:
    """Completions at any time of the last `days`."""
    random = Random(seed)
    return sorted(NOW - random.randrange(days * DAY_MS) for _ in range(count))


def reacted(*reactions: str, until: int = NOW, apart: int = 6 * HOUR_MS) -> list[Reacted]:
    """These reactions, oldest first and evenly apart, the last of them just before `until`."""
    count = len(reactions)
    return [
        Reacted(until - (count - index) * apart, reaction, f"task-{index}") for index, reaction in enumerate(reactions)
    ]
