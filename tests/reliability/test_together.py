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


def timed(environ: Environ, act: Callable[[House], object]) -> float:
    """Do something in a house opened for it, as a command does; how long all of it took, in seconds."""
    begun = time.monotonic()
    with closing(open_house(environ, lambda line: None)) as house:
        act(house)
    return time.monotonic() - begun


def reacting(environ: Environ, count: int) -> list[float]:
    """Put the tip off, again and again; how long each took."""
    return [
        timed(environ, lambda house: react(house, "later", until=house.clock.now_ms() + HOUR)) for _ in range(count)
    ]


def beside(environ: Environ, what: str, stop: str) -> list[float]:
    """Refresh, or ask for a tip, until the others are done; how long each took."""
    acts: dict[str, Callable[[House], object]] = {
        "refresh": refresh,
        "tip": lambda house: recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True)),
    }
    waits = []
    while not Path(stop).exists():
        waits.append(timed(environ, acts[what]))
    return waits


def together(oo: Oo, environ: Environ, folder: Path, processes: int, count: int) -> tuple[float, float, int]:
    """Let them loose on one home; the worst and the median time of a reaction, and how many refreshes ran beside."""
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
    return waits[-1], waits[len(waits) // 2], len(refreshed)


def test_four_at_once(oo: Oo, environ: Environ, tmp_path: Path) -> None:
    """Four processes with ten reactions each."""
    worst, _, _ = together(oo, environ, tmp_path, 4, 10)
    assert worst < 5 * WORST_SECONDS  # a busy machine is slow by itself


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_ten_at_once(oo: Oo, environ: Environ, tmp_path: Path, figure: Figure) -> None:
    """Ten processes with a thousand each."""
    worst, median, refreshed = together(oo, environ, tmp_path, 10, 1000)
    figure(f"10,000 of 10,000 kept; worst {worst:.2f} s, median {median * 1000:.0f} ms; {refreshed} refreshes beside")
    assert worst < WORST_SECONDS
