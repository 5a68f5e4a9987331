"""The mirror: the log goes on to a stream of the person's own, and what their other homes put there comes in.

Behind the work, and in bounds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from oo_cli.adapters.mirror.address import URL
from oo_cli.engine.told import counted
from oo_cli.engine.when import HOUR_MS, MINUTE_MS, local
from oo_cli.house import House
from oo_cli.usecases import agenda, converge, settings
from oo_cli.usecases.findings import Finding
from oo_data.contracts.event import Envelope
from oo_data.errors import ConsentMissingError, OoError
from oo_data.ids import new_id
from oo_data.ports import Mirror
from oo_data.store import cursors, duties, erase, homes, locks, profile
from oo_data.store.events import Logged

PART = "mirror"
EVERY_MS = 15 * MINUTE_MS
LATE_MS = 6 * HOUR_MS  # the longest rest after failures
SECONDS = 10.0  # of one run; what is left then goes with the next
FETCH_SECONDS = 5.0  # of these, what reading may take
BATCH = 500
HOME = "home"  # the fact that tells the homes of one person apart
INBOX = "from "  # and the stream: the reader that has had what other homes sent


class Report(NamedTuple):
    """How many events the stream took, how many came from other homes, and what kept it from the rest."""

    sent: int
    error: OoError | None
    received: int = 0


def mirror(house: House) -> Report | None:
    """Take in what other homes sent, then send what the stream lacks; None where it may not, or another run is on."""
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


def stop(house: House) -> int:
    """Withdraw the consent and erase what came from other homes, but for the person's own settings; how many events.

    The place in the log stays, so that nothing is sent twice later; what came is read again then.
    """
    with house.store.write() as conn:
        house.record_consent(conn, agenda.MIRROR, False)
        duties.drop(conn, agenda.MIRROR)
        cursors.drop_all(conn, INBOX)
        erased = homes.drop_arrivals(conn)
        settings.obey(house, house.clock.now_ms())
    if erased:
        erase.compact(house.store)
    house.bus.deliver()
    return erased


def waiting(house: House) -> int | None:
    """How many events the stream has not had; None where nothing is mirrored, or the address is none."""
    if not agenda.mirrors(house):
        return None
    try:
        return house.bus.count_unread(house.store.conn, _reader(house.doors.mirror(house)))
    except OoError:
        return None


def health(house: House) -> Iterator[Finding]:
    """What the doctor says of the mirror; nothing where nobody asked for it. Nothing is sent."""
    allowed, named = agenda.MIRROR in profile.granted(house.store.conn), bool(house.environ.get(URL))
    if not named:
        if allowed:
            yield Finding(PART, "note", "You allow it, and no server is named.", 0, f"Set {URL}; see docs/mirror.md")
        return
    from oo_cli.adapters.mirror.stream import installed

    try:
        to = house.doors.mirror(house)
    except OoError as error:
        yield Finding(PART, "bad", error.message, error.exit_code, error.hint)
        return
    if not allowed:
        yield Finding(
            PART, "note", f"To {to.host}. You have not allowed it.", 0, f"To allow it: oo consent grant {agenda.MIRROR}"
        )
    elif not installed():
        yield Finding(
            PART, "note", f"To {to.host}. NATS is missing.", 0, "To install it: pip install 'oo-assistant[nats]'"
        )
    else:
        yield _caught_up(house, to)


def _caught_up(house: House, to: Mirror) -> Finding:
    conn, now = house.store.conn, house.clock.now_ms()
    oldest = house.bus.unread(conn, _reader(to), 1)
    if not oldest:
        return Finding(PART, "ok", f"To {to.host}. It has every event.")
    count = counted(house.bus.count_unread(conn, _reader(to)), "events")
    if now - oldest[0].at < LATE_MS:
        return Finding(PART, "ok", f"To {to.host}. {count} to be sent.")
    day = local(oldest[0].at, house.zone)
    says = f"To {to.host}. {count} not sent, the oldest of {day:%a} {day.day} {day:%b}."
    return Finding(PART, "note", says, 0, "Run: oo refresh; how it ended: oo egress")


class _Run:
    """One run with one stream. `sent` and `received` are what was done so far, whatever stops the rest."""

    def __init__(self, house: House, with_: Mirror) -> None:
        self._house, self._stream = house, with_
        self._home = _home(house)
        self.sent = self.received = 0

    def receive(self, end: float) -> None:
        """Take over what other homes sent, a batch at a time, until there is no more or the time is up."""
        conn, reader, more = self._house.store.conn, f"{INBOX}{self._stream.host}", True
        while more and time.monotonic() < end:
            place = cursors.place(conn, reader)
            found = self._stream.fetch(place, BATCH)
            more = found.more and found.place != place
            with self._house.store.write():
                if not agenda.mirrors(self._house):
                    raise ConsentMissingError("You have not allowed this.")
                self.received += converge.merge(self._house, found.events, self._home)
                cursors.put(conn, reader, found.place)
            self._house.bus.deliver()

    def send(self, end: float) -> OoError | None:
        """Send on what happened in this home, a batch at a time; what kept the rest. Nothing is sent again."""
        conn, reader = self._house.store.conn, _reader(self._stream)
        while time.monotonic() < end:
            with self._house.store.write():
                converge.take_turns(self._house)
                batch = self._house.bus.unread(conn, reader, BATCH)
                own = [entry for entry in batch if not homes.has_arrived(conn, entry.id)]
                envelopes = [self._envelope(entry) for entry in own]
            count, error = self._stream.send(envelopes) if own else (0, None)
            self.sent += count
            passed = own[:count] if count < len(own) else batch
            if passed:
                with self._house.store.write():
                    self._house.bus.keep_place(conn, reader, passed[-1].seq)
            if error is not None or not passed:
                return error
        return None

    def _envelope(self, entry: Logged) -> Envelope:
        clock = converge.clock_of(self._house, entry.id, entry.event)
        made = Envelope(entry.id, self._home, entry.at, entry.seq, entry.event, clock)
        return made._replace(proof=converge.proof_of(self._house, made))


def _run(house: House) -> Report:
    begun, run, error = time.monotonic(), None, None
    try:
        run = _Run(house, house.doors.mirror(house))
        run.receive(begun + FETCH_SECONDS)
        error = run.send(begun + SECONDS)
    except ConsentMissingError:
        pass  # withdrawn meanwhile: nothing more leaves, or comes in
    except OoError as stopped:
        error = stopped
    return Report(run.sent, error, run.received) if run else Report(0, error)


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
