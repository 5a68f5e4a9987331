"""An agent runs when it is due, and not because the shelf is made anew."""

from __future__ import annotations

import pytest

from oo_agents import registry
from oo_agents.kit.schedule import due
from tests.agents.people import NOW

MANIFEST = registry.manifest("momentum")._replace(version="1.0.0", invalidated_by=("FeedbackGiven",))


@pytest.mark.parametrize(
    ("schedule", "is_turn", "runs"),
    [("refresh", False, True), ("hourly", False, False), ("hourly", True, True), ("daily", True, True)],
)
def test_turns(schedule: str, is_turn: bool, runs: bool) -> None:
    """With every refresh, or when its host's timetable has come to it."""
    assert due(MANIFEST._replace(schedule=schedule), ("1.0.0", NOW), {}, is_turn) is runs


def test_first_run_and_new_version() -> None:
    """What never ran, or was another version then, does not wait."""
    manifest = MANIFEST._replace(schedule="daily")
    assert due(manifest, None, {}, False)
    assert due(manifest, ("0.9.0", NOW), {}, False)


@pytest.mark.parametrize(
    ("happened", "runs"),
    [({"FeedbackGiven": NOW - 9}, True), ({"FeedbackGiven": NOW - 10}, False), ({"TipShown": NOW}, False)],
)
def test_invalidated(happened: dict[str, int], runs: bool) -> None:
    """An event that its manifest names makes it due, if it came after the run."""
    assert due(MANIFEST._replace(schedule="daily"), ("1.0.0", NOW - 10), happened, False) is runs
