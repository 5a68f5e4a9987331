"""A server that runs for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FixedClock
from tests.phone.running import Phone, Running


@pytest.fixture
def clock() -> FixedClock:
    """A Tuesday morning."""
    return FixedClock()


@pytest.fixture
def server(tmp_path: Path, clock: FixedClock) -> Iterator[Running]:
    """A running server over three tasks."""
    with Running(tmp_path, clock) as running:
        yield running


@pytest.fixture
def paired(server: Running) -> Phone:
    """A phone that it knows."""
    return server.phone()


@pytest.fixture
def stranger(server: Running) -> Phone:
    """One that it does not know."""
    return Phone(server)
