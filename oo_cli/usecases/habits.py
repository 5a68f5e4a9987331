"""Habits of the person's own: added, ticked, removed; and how they fare."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from oo_agents import registry
from oo_cli.engine.features import habit as engine
from oo_cli.engine.when import DAY_MS, local, midnight
from oo_cli.house import House
from oo_cli.usecases import aftermath, own
from oo_data.contracts.event import SourceConnected
from oo_data.contracts.feature import TaskCompletion
from oo_data.errors import BadUsageError
from oo_data.names import clean, identity
from oo_data.store import habits, keys, profile, records
from oo_data.store.habits import SOURCE, Habit

NAME_LENGTH = 60
HISTORY_MS = 550 * DAY_MS
SHOWN_DAYS = 14
_EVERY = re.compile(r"([0-9]{1,3})\s*(d|w)")


class Known(NamedTuple):
    """One habit for the person. `days`: whether it was done on each of the last 14 local days, oldest first."""

    number: int
    name: str
    every_days: int
    streak: int
    done_today: bool
    days: tuple[bool, ...]


def listing(house: House) -> list[Known]:
    """All habits in the order in which they were added."""
    if not house.exists:
        return []
    now = house.clock.now_ms()
    today = local(now, house.zone).date()
    done: dict[str, set[date]] = {}
    for c in records.completions(house.store.conn, now - HISTORY_MS):
        if c.source == SOURCE and c.at <= now:
            done.setdefault(c.ref, set()).add(local(c.at, house.zone).date())
    found = []
    for number, habit in enumerate(habits.habits(house.store.conn), start=1):
        days = done.get(habit.ref, set())
        shown = tuple(today - timedelta(days=ago) in days for ago in reversed(range(SHOWN_DAYS)))
        row = engine.streak(sorted(days), habit.every_days, today)
        found.append(Known(number, _name(house, habit), habit.every_days, row, today in days, shown))
    return found


def add(house: House, name: str, every: str) -> tuple[str, bool]:
    """Add a habit; its name, and whether it is the first one, by which the consent is given.

    Raises `ConsentMissingError` where the person withdrew it.
    """
    cleaned, every_days = clean(name, NAME_LENGTH), parse_every(every)
    if cleaned.isdecimal():
        raise BadUsageError("A number is no name: habits are numbered already.", 'Try: oo habit add "Stretch"')
    ref, now = _ref(house, cleaned), house.clock.now_ms()
    sealed = house.sealer.seal(cleaned, "habit", "name", ref, source="habit", at=None)
    first = own.is_first(house, own.HABIT)
    with house.store.write() as conn:
        _connect(house, now)
        if not habits.add(conn, Habit(ref, sealed, every_days, now, None)):
            raise BadUsageError("There is a habit of that name.", "See: oo habit")
        profile.outdate_shelf(conn)
    house.bus.deliver()
    return cleaned, first


def parse_every(text: str) -> int:
    """Days from 1d, 2d, 1w, daily or weekly. Raises `BadUsageError` for anything else, or over a year."""
    said = {"daily": "1d", "weekly": "1w"}.get(text.strip().casefold(), text.strip().casefold())
    found = _EVERY.fullmatch(said)
    days = int(found[1]) * (7 if found[2] == "w" else 1) if found else 0
    if not 1 <= days <= 366:
        raise BadUsageError("That is not how often.", "Try: --every 1d, 2d or 1w")
    return days


def tick(house: House, which: str) -> tuple[str, bool]:
    """Note a habit, by name or number, as done now; its name, and whether that is news today."""
    habit, now = _find(house, which), house.clock.now_ms()
    name = _name(house, habit)
    source = house.source(SOURCE)
    with house.store.write() as conn:
        ticked = source.complete(identity(name), now)
        if ticked:
            records.add_completions(conn, [_completion(habit, now)])
            profile.outdate_shelf(conn)
    return name, ticked


def untick(house: House, which: str) -> tuple[str, bool]:
    """Take back what was noted of a habit today; its name, and whether there was anything."""
    habit, now = _find(house, which), house.clock.now_ms()
    name = _name(house, habit)
    source = house.source(SOURCE)
    begin = midnight(local(now, house.zone).date(), house.zone)
    with house.store.write() as conn:
        today = [c for c in records.completions(conn, begin) if c.source == SOURCE and c.ref == habit.ref]
        for c in today:
            records.drop_completion_at(conn, SOURCE, habit.ref, c.at)
        source.reopen(identity(name), now)
        profile.outdate_shelf(conn)
    return name, bool(today)


def remove(house: House, which: str) -> tuple[str, int]:
    """Erase one habit and all that tells of it, and shut older copies to it; its name, and how often it was done."""
    habit = _find(house, which)
    name = _name(house, habit)
    aftermath.owe(house)
    with house.store.write() as conn:
        done = habits.remove(conn, habit.ref)
        keys.outdate(conn, SOURCE)
        profile.outdate_shelf(conn)
    aftermath.settle_soon(house)
    return name, done


def _connect(house: House, now: int) -> None:
    """Connect the source of habits, and allow the agents nobody was asked about, as with any first source."""
    conn = house.store.conn
    if SOURCE in profile.sources(conn):
        return
    asked = profile.consents(conn)
    profile.connect_source(conn, SOURCE, now, None)
    for key in (own.HABIT, *(f"agent.{agent}" for agent in registry.names())):
        if key not in asked:
            house.record_consent(conn, key, True)
    house.bus.publish(conn, SourceConnected(SOURCE), now)


def _completion(habit: Habit, now: int) -> TaskCompletion:
    """A habit is never late, so its completions tell nothing of lateness."""
    return TaskCompletion(
        habit.ref, SOURCE, now, True, None, None, None, 1, True, habit.added_at, (), float(habit.every_days)
    )


def _find(house: House, which: str) -> Habit:
    """A habit by its number in the list, or by its name."""
    known = habits.habits(house.store.conn) if house.exists else []
    if which.isdecimal() and len(which) <= 4 and 1 <= int(which) <= len(known):
        return known[int(which) - 1]
    ref = _ref(house, clean(which, NAME_LENGTH)) if known else ""
    found = next((habit for habit in known if habit.ref == ref), None)
    if found is None:
        raise BadUsageError("There is no such habit.", "See: oo habit")
    return found


def _ref(house: House, name: str) -> str:
    return house.refs.task(SOURCE, identity(name))


def _name(house: House, habit: Habit) -> str:
    return house.sealer.unseal(habit.name, "habit", "name", habit.ref)
