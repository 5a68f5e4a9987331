"""The mirror: every event that is in the log goes on to a stream of the person's own, behind the work and in bounds."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from oo_cli.engine.when import MINUTE_MS
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_data.contracts.event import Envelope
from oo_data.errors import ConsentMissingError, OoError
from oo_data.ids import new_id
from oo_data.ports import Mirror
from oo_data.store import duties, locks, profile

EVERY_MS = 15 * MINUTE_MS
SECONDS = 10.0  # of one run; what is left then goes with the next
BATCH = 500
HOME = "home"  # the fact that tells the homes of one person apart


class Report(NamedTuple):
    """How many events the stream took, and what kept it from the rest."""

    sent: int
    error: OoError | None


def mirror(house: House) -> Report | None:
    """Send what the stream has not had; None where it may not, or where another process is at it."""
    if not agenda.mirrors(house):
        return None
    lock = locks.take(f"{house.paths.state}/mirror.lock")
    if lock is None:
        return None
    try:
        report = _run(house)
    finally:
        os.close(lock)
    now = house.clock.now_ms()
    with house.store.write():
        if not agenda.mirrors(house):
            return report  # withdrawn meanwhile
        if report.error is None:
            agenda.served(house, agenda.MIRROR, now, EVERY_MS)
        else:
            agenda.fell(house, agenda.MIRROR, type(report.error).__name__, now, EVERY_MS)
    house.bus.deliver()
    return report


def stop(house: House) -> None:
    """Withdraw the consent: nothing more is sent. The place in the log stays, so that nothing is sent twice later."""
    with house.store.write() as conn:
        house.record_consent(conn, agenda.MIRROR, False)
        duties.drop(conn, agenda.MIRROR)
    house.bus.deliver()


def waiting(house: House) -> int | None:
    """How many events the stream has not had; None where nothing is mirrored, or the address is none."""
    if not agenda.mirrors(house):
        return None
    try:
        return house.bus.count_unread(house.store.conn, _reader(house.doors.mirror(house)))
    except OoError:
        return None


def _run(house: House) -> Report:
    sent, end = 0, time.monotonic() + SECONDS
    try:
        to = house.doors.mirror(house)
        while time.monotonic() < end:
            count, error = _send(house, to)
            sent += count
            if error is not None or not count:
                return Report(sent, error)
    except ConsentMissingError:
        pass  # withdrawn meanwhile: nothing more leaves
    except OoError as error:
        return Report(sent, error)
    return Report(sent, None)


def _send(house: House, to: Mirror) -> tuple[int, OoError | None]:
    """One batch; how many of it have arrived, which are never sent again, and what kept the rest."""
    conn, reader = house.store.conn, _reader(to)
    batch = house.bus.unread(conn, reader, BATCH)
    if not batch:
        return 0, None
    home = _home(house)
    count, error = to.send([Envelope(entry.id, home, entry.at, entry.seq, entry.event) for entry in batch])
    if count:
        with house.store.write():
            house.bus.keep_place(conn, reader, batch[count - 1].seq)
    return count, error


def _reader(to: Mirror) -> str:
    """The name under which the bus keeps the place; another server begins at the beginning."""
    return f"{agenda.MIRROR} {to.host}"


def _home(house: House) -> str:
    conn = house.store.conn
    found = profile.meta(conn, HOME)
    if found is None:
        found = new_id()
        with house.store.write():
            profile.set_meta(conn, HOME, found)
    return found
