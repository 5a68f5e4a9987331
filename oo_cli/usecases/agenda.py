"""What is due: the one answer for the scheduler, for cron and for `oo refresh --if-stale`, from what was done when.

Whoever does a duty notes it down in the transaction of the work itself, so it does not matter which process that was.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from oo_cli.engine import timetable
from oo_cli.engine.told import trouble
from oo_cli.engine.when import HOUR_MS, MINUTE_MS, spoken
from oo_cli.house import House
from oo_data.contracts.duty import Duty
from oo_data.contracts.event import AlertCleared, AlertRaised, Event
from oo_data.store import duties, profile, shelf
from oo_data.store.profile import SourceState

SHELF, SWEEP, AGENT = "shelf", "sweep", "agent."
MIRROR = "mirror.nats"  # as its consent
SHELF_HOURS = (5, 11, 17, 23)  # an hour before each part of the day that the shelf is cut into
DAILY_HOURS = (5,)
CADENCES: Mapping[str, tuple[int, tuple[int, ...]]] = {"hourly": (HOUR_MS, ()), "daily": (0, DAILY_HOURS)}
EMPTY_MS = 15 * MINUTE_MS  # a shelf with nothing to say is made anew no more often
SEED = "clock-seed"


class Due(NamedTuple):
    """What there is to do. `at` is from when each duty is due (UTC ms); one that only a change makes due is not in it.

    `resting` are sources not to be read now: they keep failing, or cannot be reached.
    """

    overdue: tuple[str, ...]
    at: Mapping[str, int]
    resting: frozenset[str]


def due(house: House) -> Due:
    """What is due now: a few rows, and a look at watched files. Nothing is written, and nothing leaves the machine."""
    conn, now = house.store.conn, house.clock.now_ms()
    granted, known = profile.granted(conn), duties.read(conn)
    states = {s.id: s for s in profile.sources(conn).values() if source_duty(s.id) in granted}
    seed = profile.meta(conn, SEED) or ""
    wanted = [*map(source_duty, states), *(duty for duty in known if duty.startswith(AGENT) and duty in granted)]
    wanted += [SHELF, SWEEP] if states else [SWEEP]
    wanted += [MIRROR] if mirrors(house) else []
    at, resting = {}, set()
    for duty in (known.get(duty_id, Duty(duty_id)) for duty_id in wanted):
        turn = timetable.due_at(duty, now, house.zone, seed)
        if timetable.is_resting(duty, now, seed):
            resting.add(duty.id.removeprefix("source."))
        elif _changed(house, duty, states.get(duty.id.removeprefix("source.")), now):
            turn = now
        if turn is not None:
            at[duty.id] = turn
    overdue = [duty_id for duty_id, turn in at.items() if turn <= now]
    if any(duty_id.startswith("source.") for duty_id in overdue):
        resting |= {s.id for s in states.values() if s.watch_path is None and not house.doors.reachable(s.id)}
    # Where a refresh as a whole keeps failing, none of its parts is tried either.
    may = {SWEEP, MIRROR} - resting if SHELF in resting else at.keys() - set(map(source_duty, resting)) - resting
    runs = tuple(duty_id for duty_id in overdue if duty_id in may)
    return Due(runs, at, frozenset(resting & states.keys()))


def look(house: House) -> Due:
    """What is due here and now: contexts first switch by the signs of the place, where that is allowed."""
    from oo_cli.usecases import contexts

    contexts.look(house)
    return due(house)


def _changed(house: House, duty: Duty, state: SourceState | None, now: int) -> bool:
    """Whether something other than time makes the duty due."""
    if state is not None:
        return state.watch_path is not None and shelf.mark_of(state.watch_path) != state.watch_mark
    if duty.id != SHELF:
        return False
    offset = profile.meta(house.store.conn, "utc-offset")
    if offset and offset != shelf.utc_offset(now):
        return True
    is_empty = shelf.pick(house.store, now, ambient=False).kind == shelf.STALE
    return is_empty and not 0 <= now - duty.at < EMPTY_MS


def mirrors(house: House) -> bool:
    """Whether events go on to a stream: one is named, and the consent holds."""
    return bool(house.environ.get("NATS_URL")) and MIRROR in profile.granted(house.store.conn)


def source_duty(source: str) -> str:
    """The duty of reading a source: the name of the consent that it takes."""
    return f"source.{source}"


def served(house: House, duty_id: str, now: int, every: int = 0, hours: tuple[int, ...] = ()) -> None:
    """Note that a duty went well, inside the caller's write; the end of a streak that was told of is told too."""
    conn = house.store.conn
    duty = _duty(house, duty_id, every, hours)
    duties.save(conn, timetable.done(duty, now, house.zone))
    if duty.alerted:
        house.bus.publish(conn, AlertCleared(duty_id, duty.failures), now)


def fell(house: House, duty_id: str, error: str, now: int, every: int = 0, hours: tuple[int, ...] = ()) -> None:
    """Note that a duty failed, inside the caller's write; a streak is told of once. `error` is a class name of ours."""
    conn = house.store.conn
    duty = timetable.failed(_duty(house, duty_id, every, hours), now, error)
    if timetable.alarms(duty):
        duty = duty._replace(alerted=True)
        house.bus.publish(conn, AlertRaised(duty_id, error, duty.failures), now)
    duties.save(conn, duty)


def has_turn(house: House, agent: str, now: int) -> bool:
    """Whether the timetable has come to an agent again; to one that it does not know, it has."""
    conn = house.store.conn
    duty = duties.read(conn).get(AGENT + agent, Duty(AGENT + agent))
    turn = timetable.turn_at(duty, now, house.zone, profile.meta(conn, SEED) or "")
    return turn is not None and turn <= now


def agents_ran(house: House, schedules: Mapping[str, str], now: int) -> None:
    """Note which agents ran, by their schedules, inside the caller's write; the others with a turn could not use it."""
    conn = house.store.conn
    for duty in duties.read(conn).values():
        agent = duty.id.removeprefix(AGENT)
        if duty.id.startswith(AGENT) and agent not in schedules and has_turn(house, agent, now):
            duties.save(conn, timetable.passed_over(duty, now))
    for agent, schedule in schedules.items():
        if schedule in CADENCES:
            every, hours = CADENCES[schedule]
            served(house, AGENT + agent, now, every, hours)
        else:
            duties.drop(conn, AGENT + agent)


class Alert(NamedTuple):
    """A duty that keeps failing, in words too; `again_at` is when it is tried next (UTC ms)."""

    duty: str
    error: str
    failures: int
    again_at: int
    says: str


def alerts(house: House) -> list[Alert]:
    """The duties whose failing the person should know of."""
    now, found = house.clock.now_ms(), []
    seed = profile.meta(house.store.conn, SEED) or ""
    for duty in duties.read(house.store.conn).values():
        if duty.alerted:
            again = timetable.due_at(duty, now, house.zone, seed) or now
            when = f"again {spoken(max(again, now), now, house.zone)}, or with oo refresh"
            says = f"{_failed(duty.id, duty.failures, duty.error)}; {when}."
            found.append(Alert(duty.id, duty.error, duty.failures, again, says))
    return found


def spoken_alert(event: Event) -> str:
    """An alert, or its end, in words; nothing for any other event."""
    if isinstance(event, AlertRaised):
        return f"{_failed(event.subject, event.failures, event.error)}. See: oo status"
    return f"{_name(event.subject)} is well again." if isinstance(event, AlertCleared) else ""


def _failed(duty_id: str, failures: int, error: str) -> str:
    times = "once" if failures == 1 else f"{failures} times in a row"
    return f"{_name(duty_id)} failed {times} ({trouble(error)})"


def _name(duty_id: str) -> str:
    return "refresh" if duty_id == SHELF else duty_id.removeprefix("source.")


def _duty(house: House, duty_id: str, every: int, hours: tuple[int, ...]) -> Duty:
    conn = house.store.conn
    if profile.meta(conn, SEED) is None:
        profile.set_meta(conn, SEED, os.urandom(4).hex())
    return duties.read(conn).get(duty_id, Duty(duty_id))._replace(every=every, hours=hours)
