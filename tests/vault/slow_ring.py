"""A keyring backend whose import takes longer than anyone waits."""

from __future__ import annotations

import time

from tests.vault.rings import HANGING_SECONDS, Working

time.sleep(HANGING_SECONDS)


class Slow(Working):
    """Never reached in time."""
