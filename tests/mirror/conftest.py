"""A server that runs for one test, and homes of one person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mirror.homes import Home, living, settle
from tests.mirror.server import NatsServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    """A server that runs."""
    with NatsServer(tmp_path / "nats") as made:
        yield made


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three homes of one person, made once."""
    folder = tmp_path_factory.mktemp("homes")
    settle(folder)
    return folder


@pytest.fixture
def three(settled: Path, tmp_path: Path) -> Iterator[list[Home]]:
    """The same, to be lived in."""
    with living(settled, tmp_path) as found:
        yield found
