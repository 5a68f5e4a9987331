"""Stand-ins for what lies outside a house: a clock that is set by hand, sources that say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oo_cli import wiring, wiring_vault
from oo_cli.adapters.vault.custody import Custodian
from oo_cli.adapters.vault.envelope import EnvelopeSealer
from oo_cli.adapters.vault.holders import FileHolder
from oo_cli.home import make_folders
from oo_cli.house import Doors, House
from oo_data.contracts.event import Envelope, Fetched, Position
from oo_data.contracts.signal import DoneSignal, Reading, TaskSignal
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.ports import Clock, Mirror, Sealer, Source
from oo_data.text import Untrusted

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TUESDAY = 1_796_115_600_000  # 2026-12-01T10:00 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")


class FixedClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, now: int = TUESDAY) -> None:
        self.now = now

    def now_ms(self) -> int:
        """The time it was set to."""
        return self.now

    def advance(self, ms: int) -> int:
        """Move on, or back where `ms` is negative; the new time."""
        self.now += ms
        return self.now


class FakeSource(Source):
    """A source whose next reading, failure and willingness to be written are set by the test."""

    def __init__(self, source_id: str = "todoist", *titles: str) -> None:
        self.id = source_id
        self.reading = Reading(tuple(self.task(title) for title in titles))
        self.failure: OoError | None = None
        self.writable = True
        self.done: dict[str, TaskSignal] = {}
        self.reads = 0

    def task(self, title: str, **fields: Any) -> TaskSignal:
        """An open task of this source; its handle is its title."""
        return TaskSignal(self.id, title, Untrusted(title))._replace(**fields)

    def completion(self, handle: str, at: int) -> DoneSignal:
        """A completion that this source tells of."""
        return DoneSignal(self.id, handle, at, timed=True)

    def read(self, now_ms: int) -> Reading:
        """The reading that was set, or the failure."""
        self.reads += 1
        self._fail()
        return self.reading

    def complete(self, handle: str, now_ms: int) -> bool:
        """Move the task from the open ones to the done ones."""
        self._fail()
        found = next((task for task in self.reading.tasks if task.handle == handle), None)
        if found is None or not self.writable:
            return False
        self.done[handle] = found
        self.reading = self.reading._replace(tasks=tuple(t for t in self.reading.tasks if t is not found))
        return True

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Move it back."""
        self._fail()
        if handle not in self.done or not self.writable:
            return False
        self.reading = self.reading._replace(tasks=(*self.reading.tasks, self.done.pop(handle)))
        return True

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeStream(Mirror):
    """A stream in memory, as one home reaches it; `events` is what all homes that share it see.

    `made` tells it from another of the same name, `room` is how many events it still takes from this home, `up` whether
    it can be reached. `meanwhile` happens while it answers.
    """

    def __init__(self, events: list[Envelope], made: str = "first") -> None:
        self._events, self._made = events, made
        self.up = True
        self.meanwhile: Callable[[], object] = list
        self.room = 1 << 30

    @property
    def host(self) -> str:
        """Always the same, in the signs of an address that a pattern would take for its own."""
        return "[::1]:4222"

    def door(self, house: House) -> Mirror:
        """As a house opens it."""
        return self

    def send(self, events: Sequence[Envelope]) -> tuple[int, OoError | None]:
        """Take each event once by its id, as far as there is room."""
        self._look()
        known = {event.id for event in self._events}
        taken = events[: self.room]
        self._events += [event for event in taken if event.id not in known]
        self.room -= len(taken)
        return len(taken), None if len(taken) == len(events) else SourceUnavailableError("It is full.", "Wait.")

    def fetch(self, after: Position, limit: int) -> Fetched:
        """What lies after a place; from the beginning, where that is in another stream."""
        self._look()
        begin = after.seq if after.stream == self._made else 0
        found = tuple(self._events[begin : begin + limit])
        end = begin + len(found)
        return Fetched(found, Position(end, self._made), end < len(self._events))

    def _look(self) -> None:
        self.meanwhile()
        if not self.up:
            raise SourceUnavailableError("It cannot be reached.", "Wait.")


def file_vault(house: House) -> Sealer:
    """The real sealer, with a key in the home's own key file; made at first use."""
    keeper = Custodian({}, house.paths)
    held = wiring_vault.custody(house)
    if held is None:
        make_folders(house.paths)
        held = keeper.choose("file", None, lambda made: wiring_vault.record_custody(house, made))
    sealer = EnvelopeSealer(lambda: house.store, partial(keeper.unlock, held))
    sealer.begin(house.clock.now_ms())
    return sealer


def destroy_key(house: House) -> list[str]:
    """Destroy the key of `file_vault`; what was destroyed, in words."""
    return ["key file"] if FileHolder(house.paths.key_file).delete() else []


def house_at(
    tmp_path: Path,
    clock: Clock,
    sources: Mapping[str, Source] | None = None,
    say: Callable[[str], None] = lambda line: None,
    **environ: str,
) -> House:
    """A house under `tmp_path`/home in Berlin. Sources that are not given are the real ones."""
    known = sources or {}

    def open_source(house: House, source_id: str) -> Source:
        return known[source_id] if source_id in known else wiring.open_source(house, source_id)

    home = {"OO_HOME": str(tmp_path / "home"), **environ}
    return House(home, clock, BERLIN, Doors(vault=file_vault, source=open_source), say)
