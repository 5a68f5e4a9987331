"""How often something may happen in a minute, by who does it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
KNOWN = 1024  # who is remembered at a time; beyond that the one heard of longest ago makes way


class Rate:
    """At most `most` in any minute for each key. `clock` gives monotonic seconds."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def is_over(self, key: str) -> bool:
        """Whether one more would be too many."""
        seen, now = self._seen.get(key), self._clock()
        while seen and seen[0] <= now - WINDOW_SECONDS:
            seen.popleft()
        return seen is not None and len(seen) >= self._most

    def count(self, key: str) -> bool:
        """Count one more; False, uncounted, where that would be too many."""
        if self.is_over(key):
            return False
        seen = self._seen.pop(key, None) or deque()
        seen.append(self._clock())
        self._seen[key] = seen
        if len(self._seen) > KNOWN:
            del self._seen[next(iter(self._seen))]
        return True
