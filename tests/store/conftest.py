"""What the store's tests share: an empty database, a house around it, and rows to put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli.home import open_or_prepare
from oo_cli.house import House
from oo_data.env import Paths
from oo_data.store import words
from oo_data.store.db import Store
from oo_data.store.tips import ShelvedTip
from tests.fakes import DAY, TUESDAY, FixedClock, house_at

NewTip = Callable[..., ShelvedTip]


def rows(store: Store, table: str) -> list[tuple[object, ...]]:
    """Every row of a table."""
    return list(store.conn.execute(f'select * from "{table}"'))  # noqa: S608 - names of our own


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    """Where a home of the test's own lies; what it leaves in memory is removed."""
    own = Paths({"OO_HOME": str(tmp_path / "home")})
    yield own
    words.clear(own)


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    """A fresh database, open."""
    from oo_cli.home import make_folders

    make_folders(paths)
    opened = open_or_prepare(paths)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A Tuesday morning in Berlin."""
    return FixedClock()


@pytest.fixture
def house(tmp_path: Path, paths: Paths, clock: FixedClock) -> Iterator[House]:
    """A house with the real todo.txt source and nothing in it."""
    opened = house_at(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def new_tip() -> NewTip:
    """One row of the shelf, valid for a day from Tuesday morning."""

    def make(tip_id: str, subject: str = "", **fields: Any) -> ShelvedTip:
        row = ShelvedTip(
            tip_id, 0, "todo", subject or f"ref-{tip_id}", "todotxt", "source.todotxt", f"decision-{tip_id}", TUESDAY,
            TUESDAY, TUESDAY + DAY, b"sealed text", b"sealed reason", b"sealed handle",
        )  # fmt: skip
        return row._replace(**fields)

    return make
