"""When an agent runs again: at once where what it rests on changed, else when its turn has come."""

from __future__ import annotations

from collections.abc import Mapping

from oo_data.contracts.agent import AgentManifest

HOUR_MS = 3_600_000
SCHEDULES = ("refresh", "hourly", "daily")  # with every refresh, an hour after the last run, once a local day


def due(manifest: AgentManifest, last: tuple[str, int] | None, happened: Mapping[str, int], is_turn: bool) -> bool:
    """Whether the agent should run now.

    `last` is the version and time (UTC ms) of its last run; `happened` tells when an event of each name was last seen,
    `is_turn` whether its host's timetable has come to it again.
    """
    if last is None or last[0] != manifest.version or manifest.schedule == "refresh" or is_turn:
        return True
    return any(happened.get(name, 0) > last[1] for name in manifest.invalidated_by)
