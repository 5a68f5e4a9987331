"""A plugin of mutation runs: of a mutant's tests the quick ones first, and no more of them than decide it soon."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

TAKEN = Path("mutmut-stats.json")  # mutmut writes there what each test took
ALL = "MUTANTS_ALL"  # set: every test that runs what was changed is asked
MOST = 120  # tests; a mutant that these do not notice counts as not noticed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what took least in front and leave the rest out; a run without a mutant has them all, as they stand."""
    if "__mutmut_" not in os.environ.get("MUTANT_UNDER_TEST", ""):
        return
    taken: dict[str, float] = json.loads(TAKEN.read_text())["duration_by_test"]
    items.sort(key=lambda item: taken.get(item.nodeid, 0.0))
    if ALL not in os.environ:
        del items[MOST:]
