"""Many processes that react at once, with refreshes and tips beside: every reaction is kept, nobody waits long."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.feedback import react
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.wiring import open_house
from oo_data.contracts.event import FeedbackGiven
from oo_data.contracts.tip import RecommendRequest
from oo_data.store import events, health
from tests.conftest import Oo
from tests.fakes import HOUR
from tests.reliability.conftest import Figure

Environ = dict[str, str]
WORST_SECONDS = 1.0


def reacting(environ: Environ, count: int) -> list[float]:
    """Put the tip off, again and again, each in a house opened for it, as a command does; how long each took (s)."""
    waits = []
    for _ in range(count):
        begun = time.monotonic()
        with closing(open_house(environ, lambda line: None)) as house:
            react(house, "later", until=house.clock.now_ms() + HOUR)
        waits.append(time.monotonic() - begun)
    return waits


def beside(environ: Environ, what: str, stop: str) -> int:
    """Refresh, or ask for a tip, until the others are done; how often, those not counted that left it to another."""
    acts: dict[str, Callable[[House], bool]] = {
        "refresh": lambda house: not refresh(house).busy,
        "tip": lambda house: bool(recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))),
    }
    count = 0
    while not Path(stop).exists():
        with closing(open_house(environ, lambda line: None)) as house:
            count += acts[what](house)
    return count


def together(oo: Oo, environ: Environ, folder: Path, processes: int, count: int) -> tuple[float, float, str]:
    """Let them loose on one home; the worst and the median time of a reaction (s), and what was done beside."""
    for title in ("Call the dentist", "Water the plants", "Read a book"):
        assert oo("add", f"{title} due:2026-12-01").code == 0
    assert oo("refresh").code == oo("tip").code == 0
    stop = folder / "stop"
    with ProcessPoolExecutor(processes + 2, mp_context=get_context("spawn")) as pool:
        others = [pool.submit(beside, environ, what, str(stop)) for what in ("refresh", "tip")]
        mine = [pool.submit(reacting, environ, count) for _ in range(processes)]
        try:
            waits = sorted(wait for each in mine for wait in each.result())
        finally:
            stop.touch()
        refreshed, tipped = (other.result() for other in others)
    assert tipped
    with closing(open_house(environ, lambda line: None)) as house:
        assert events.count(house.store.conn, FeedbackGiven) == processes * count
        health.check(house.store.conn)
    return waits[-1], waits[len(waits) // 2], f"{refreshed} refreshes and {tipped} tips beside"


def test_four_at_once(oo: Oo, environ: Environ, tmp_path: Path) -> None:
    """Four processes with ten reactions each."""
    worst, _, _ = together(oo, environ, tmp_path, 4, 10)
    assert worst < 30 * WORST_SECONDS  # a busy machine is slow by itself


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_ten_at_once(oo: Oo, environ: Environ, tmp_path: Path, figure: Figure) -> None:
    """Ten processes with a thousand each."""
    worst, median, others = together(oo, environ, tmp_path, 10, 1000)
    figure(f"10,000 of 10,000 kept; worst {worst:.2f} s, median {median * 1000:.0f} ms; {others}")
    assert worst < WORST_SECONDS
