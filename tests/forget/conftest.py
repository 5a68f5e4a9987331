"""One life of forty days, lived once, and a copy of it for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import DAY
from tests.forget.lives import SOURCES, START, Act, Life

HERE, THERE = SOURCES
SPAN = (START + 10 * DAY, START + 20 * DAY)
ACTS = tuple(
    act
    for day in range(0, 38, 5)
    for act in (
        Act(day, "add", HERE, day % 7),
        Act(day, "add", THERE, (day + 2) % 7),
        Act(day + 1, "no", HERE, (day + 1) % 7),
        Act(day + 1, "later", THERE, day % 7),
        Act(day + 2, "done", HERE, (day + 4) % 7),
        Act(day + 2, "done", THERE, (day + 3) % 7),
        Act(day + 2, "mood", task=day % 5),
    )
)


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Forty days with two sources, reactions and moods."""
    lived = Life(tmp_path_factory.mktemp("grown") / "home")
    lived.live(ACTS)
    lived.close()
    return lived


@pytest.fixture
def life(grown: Life, tmp_path: Path) -> Iterator[Life]:
    """A copy of it."""
    lived = Life(tmp_path / "home", like=grown)
    yield lived
    lived.close()
