"""For a surface that stays open: what to watch, whether it changed, how it is to look, and times to choose from."""

from __future__ import annotations

import os
from typing import NamedTuple

from oo_cli.engine.later import MORNING, Day, Offer, offers
from oo_cli.house import House
from oo_data.contracts.profile import Pref
from oo_data.store import looks, profile, shelf

# A reaction or a refresh of any process ends with the removal of this file (rollback journal): that is the commit.
JOURNAL = "-journal"


class Outside(NamedTuple):
    """What may change without us. `version` moves with every commit of another connection; `marks` with the files."""

    version: int
    marks: tuple[str, ...]


def outside(house: House) -> Outside | None:
    """How things are now, to be compared with later; None where nothing is kept yet."""
    if not house.exists:
        return None
    (version,) = house.store.conn.execute("pragma data_version").fetchone()
    return Outside(version, tuple(map(shelf.mark_of, _watched(house))))


def places(house: House) -> tuple[tuple[str, str], ...]:
    """The files that tell of a change, as folder and name."""
    files = [house.paths.database + JOURNAL, *(_watched(house) if house.exists else ())]
    return tuple(os.path.split(os.path.abspath(file)) for file in files)


def edge(house: House, clock: str) -> tuple[str, ...]:
    """What is said at the edge of a surface: a source that is broken, and the time."""
    return looks.edge(house.store.conn, clock) if house.exists else (clock,) if clock else ()


def times_for_later(house: House) -> list[Offer]:
    """A few times to put a tip off to, from the hours that the person keeps."""
    prefs = profile.prefs(house.store.conn)
    return offers(house.clock.now_ms(), house.zone, _day(prefs))


def _day(prefs: dict[tuple[str, str], Pref]) -> Day:
    from oo_cli.engine import gate

    start, end, best, morning = (
        prefs.get((gate.QUIET_SCOPE, key)) for key in ("quiet_start", "quiet_end", "peak_hours", "preferred_hour")
    )
    return Day(
        _hour(start, 22),
        _hour(end, 7),
        _hours(best),
        _hour(morning, MORNING) if morning and _hour(morning, 12) < 12 else MORNING,
    )


def _hour(pref: Pref | None, default: int) -> int:
    # Of a default nothing is known to be theirs.
    if pref is None or pref.source == "default" or not isinstance(pref.value, (int, float)):
        return default
    return int(pref.value) % 24


def _hours(pref: Pref | None) -> tuple[int, ...]:
    if pref is None or pref.source == "default" or not isinstance(pref.value, tuple):
        return ()
    return tuple(int(hour) % 24 for hour in pref.value if isinstance(hour, (int, float)))


def _watched(house: House) -> list[str]:
    return [state.watch_path for state in profile.sources(house.store.conn).values() if state.watch_path]
