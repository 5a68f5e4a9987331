"""When an agent runs again: at once where what it rests on changed, else when its interval has passed."""

from __future__ import annotations

from collections.abc import Mapping

from oo_data.contracts.agent import AgentManifest

HOUR_MS = 3_600_000
# schedule -> least time between two runs; 0 is every refresh
INTERVAL_MS = {"refresh": 0, "hourly": HOUR_MS, "daily": 24 * HOUR_MS}


def due(manifest: AgentManifest, last: tuple[str, int] | None, happened: Mapping[str, int], now_ms: int) -> bool:
    """Whether the agent should run now.

    `last` is the version and time (UTC ms) of its last run; `happened` tells when an event of each name was last seen.
    A clock that was set back makes it due, or it would wait for as long as the clock was wrong.
    """
    if last is None or last[0] != manifest.version:
        return True
    ran_at = last[1]
    if not ran_at <= now_ms < ran_at + INTERVAL_MS[manifest.schedule]:
        return True
    return any(happened.get(name, 0) > ran_at for name in manifest.invalidated_by)
