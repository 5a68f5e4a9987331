"""A way to be told that a tip is ready."""

from __future__ import annotations

from typing import NamedTuple


class Channel(NamedTuple):
    """One way to be told, as it is kept, sealed.

    `url` is an apprise address, empty for the desktop; `hosts` is what its first message reached, and all that later
    ones may reach. `words`: the tip's own text is sent. `last` is how it went last time (a fixed word), `last_at` when
    (UTC ms).
    """

    name: str
    words: bool
    url: str = ""
    hosts: tuple[str, ...] | None = None
    last: str = ""
    last_at: int = 0
