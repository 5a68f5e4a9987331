"""An agent runs when it is due, and not because the shelf is made anew."""

from __future__ import annotations

import pytest

from oo_agents import registry
from oo_agents.kit.schedule import HOUR_MS, due
from tests.agents.people import NOW

DAY_MS = 24 * HOUR_MS
MANIFEST = registry.manifest("momentum")._replace(version="1.0.0", invalidated_by=("FeedbackGiven",))


@pytest.mark.parametrize(
    ("schedule", "ago", "runs"),
    [
        ("refresh", 0, True),
        ("hourly", HOUR_MS - 1, False),
        ("hourly", HOUR_MS, True),
        ("daily", HOUR_MS, False),
        ("daily", DAY_MS, True),
        ("daily", -1, True),
    ],
)
def test_interval(schedule: str, ago: int, runs: bool) -> None:
    """Once its interval has passed, or when the clock was set back behind the last run."""
    manifest = MANIFEST._replace(schedule=schedule)
    assert due(manifest, ("1.0.0", NOW - ago), {}, NOW) is runs


def test_first_run_and_new_version() -> None:
    """What never ran, or was another version then, does not wait."""
    manifest = MANIFEST._replace(schedule="daily")
    assert due(manifest, None, {}, NOW)
    assert due(manifest, ("0.9.0", NOW), {}, NOW)


@pytest.mark.parametrize(
    ("happened", "runs"),
    [({"FeedbackGiven": NOW - 9}, True), ({"FeedbackGiven": NOW - 10}, False), ({"TipShown": NOW}, False)],
)
def test_invalidated(happened: dict[str, int], runs: bool) -> None:
    """An event that its manifest names makes it due, if it came after the run."""
    assert due(MANIFEST._replace(schedule="daily"), ("1.0.0", NOW - 10), happened, NOW) is runs
