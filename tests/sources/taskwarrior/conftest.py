"""A Taskwarrior with nothing in it, and the source that reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.adapters.sources.taskwarrior.program import Program
from oo_cli.adapters.sources.taskwarrior.source import TaskwarriorSource
from tests.taskwarrior import Tasks


@pytest.fixture
def tasks(tmp_path: Path) -> Tasks:
    """The person's own."""
    return Tasks(tmp_path / "person")


@pytest.fixture
def source(tasks: Tasks) -> TaskwarriorSource:
    """The source on it, in Berlin."""
    return source_of(tasks)


def source_of(tasks: Tasks, kept: str | None = None, at_once: int = 2_000) -> TaskwarriorSource:
    """A source that has kept the history up to there, and tells so many completions at once."""
    program = Program(tasks.environ, str(tasks.folder))
    return TaskwarriorSource(program, str(tasks.folder / "pending.data"), "Europe/Berlin", kept, at_once)
