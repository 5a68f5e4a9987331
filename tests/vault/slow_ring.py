"""A keyring backend whose import takes longer than anyone waits."""

from __future__ import annotations

import time

from tests.vault.rings import Working

time.sleep(3)


class Slow(Working):
    """Never reached in time."""
