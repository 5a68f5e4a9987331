"""The person's calendars as one source of busy stretches; it holds no task."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from oo_cli.adapters import interpreter
from oo_cli.adapters.sources.calendar.place import Place
from oo_cli.adapters.sources.calendar.reader import Reader
from oo_data.contracts.signal import BusyBlock, Reading
from oo_data.errors import ConnectionNeededError, DataDamagedError, DataLockedError, OoError, SourceUnavailableError
from oo_data.ports import Sealer
from oo_data.store.shelf import mark_of

SOURCE = "calendar"
DAY_MS = 86_400_000
AHEAD_MS, LEAST_MS = 9 * DAY_MS, 3 * DAY_MS  # worked out at once, and what must be left of it
SECONDS = 45.0
PACKAGES = ("icalendar", "recurring_ical_events")
EXPAND = "oo_cli.adapters.sources.calendar.expand"
_FAILED = {
    "no-calendar": ("This is not a calendar.", "Give an .ics file, its address, or a CalDAV address."),
    "too-many": ("The calendar holds more than oO will work out.", "Connect a smaller one."),
    "too-long": ("The calendar takes too long to work out.", "Connect a smaller one."),
}
Spans = list[tuple[int, int]]


class Kept(NamedTuple):
    """What the last reading of a place told: how far (UTC ms), in which zone and for whom, its mark, what was wrong."""

    until: int
    zone: str
    known_as: tuple[str, ...]
    mark: str
    spans: Spans
    problems: tuple[str, ...]

    def serves(self, place: Place, zone: str, now_ms: int) -> bool:
        """Whether it holds as long as the place has not changed."""
        reaches = now_ms + LEAST_MS <= self.until <= now_ms + AHEAD_MS
        return reaches and (self.zone, self.known_as) == (zone, place.known_as)


class CalendarSource:
    """Reads all `places`; `kept` is the sealed state of the last reading."""

    id = SOURCE

    def __init__(
        self, places: Sequence[Place], reader: Reader, sealer: Sealer, zone: str, kept: str | None = None
    ) -> None:
        self._places = places
        self._reader = reader
        self._sealer = sealer
        self._zone = zone
        self._kept = kept

    def read(self, now_ms: int) -> Reading:
        """The busy stretches of the coming days.

        Where one place of several cannot be read, what it told before stands; where none can, its error.
        """
        if not self._places:
            raise ConnectionNeededError(
                "The calendar's address is gone.", "Run oo connect calendar with --file, --url or --caldav."
            )
        needs_packages()
        mark = mark_of(self._places[0].at) if self._places[0].kind == "file" else None
        kept, errors = self._asked(self._places, self.recalled(now_ms), now_ms)
        if len(errors) == len(self._places):
            raise errors[0]
        problems = tuple(each for told in kept.values() for each in told.problems)
        if errors:
            problems += (f"{len(errors)} of {len(self._places)} calendars could not be read",)
        return Reading(mark=mark, busy=blocks(kept), problems=problems, progress=self.sealed(kept))

    def busy_at_home(self, now_ms: int) -> tuple[BusyBlock, ...] | None:
        """What the files among the places tell, beside what the others told before; None where no file changed.

        Nothing of it counts as read: the next reading is of all places again.
        """
        files = [place for place in self._places if place.kind == "file"]
        if files:
            needs_packages()
        before = self.recalled(now_ms)
        kept, _ = self._asked(files, before, now_ms)
        knows_all = all(place.id in kept for place in self._places)
        return blocks(kept) if knows_all and kept != before else None

    def recalled(self, now_ms: int) -> dict[str, Kept]:
        """What the last reading told of each of these places, by its id, without what is over; nobody is asked."""
        if not self._kept:
            return {}
        try:
            known = json.loads(self._sealer.unseal(bytes.fromhex(self._kept), "source", "cursor", SOURCE))
            return {place.id: _still(known[place.id], now_ms) for place in self._places if place.id in known}
        except (ValueError, TypeError, DataLockedError, DataDamagedError):  # its key may be shredded
            return {}

    def sealed(self, kept: Mapping[str, Kept]) -> str:
        """What `recalled` will find."""
        return self._sealer.seal(json.dumps(kept), "source", "cursor", SOURCE, source=SOURCE, at=None).hex()

    def complete(self, handle: str, now_ms: int) -> bool:
        """Always False: a calendar holds nothing to tick."""
        return False

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Always False, as `complete` is."""
        return False

    def _asked(
        self, places: Sequence[Place], before: Mapping[str, Kept], now_ms: int
    ) -> tuple[dict[str, Kept], list[OoError]]:
        """What is known once these are asked whether they changed, and the errors of those that could not be."""
        kept, errors = dict(before), list[OoError]()
        for place in places:
            known, until = before.get(place.id), now_ms + AHEAD_MS
            mark = known.mark if known and known.serves(place, self._zone, now_ms) else ""
            try:
                told = self._reader.read(place, mark, now_ms, until)
                if told.text is not None:
                    spans, problems = work_out(told.text, self._zone, now_ms, place.known_as)
                    kept[place.id] = Kept(until, self._zone, place.known_as, told.mark, spans, problems)
            except (SourceUnavailableError, ConnectionNeededError) as error:
                errors.append(error)
        return kept, errors


def _still(told: Sequence[Any], now_ms: int) -> Kept:
    until, zone, known_as, mark, spans, problems = told
    ahead = [(begin, end) for begin, end in spans if end > now_ms]
    return Kept(int(until), str(zone), tuple(map(str, known_as)), str(mark), ahead, tuple(map(str, problems)))


def needs_packages() -> None:
    """Raise `SourceUnavailableError` where the extra is not installed."""
    if any(find_spec(package) is None for package in PACKAGES):
        raise SourceUnavailableError("Calendars need an extra.", "Run: pip install 'oo-assistant[calendar]'")


def work_out(text: str, zone: str, now_ms: int, me: Sequence[str]) -> tuple[Spans, tuple[str, ...]]:
    """The busy stretches (UTC ms) that a calendar's text means, and what of it could not be understood, in words.

    A fresh interpreter does it under limits of time and memory, and its packages burden no other command. Raises
    `SourceUnavailableError`.
    """
    question = {"since": now_ms, "until": now_ms + AHEAD_MS, "zone": zone, "me": list(me)}
    try:
        ran = subprocess.run(
            interpreter.running(EXPAND),
            input=f"{json.dumps(question)}\n{text}".encode("utf-8", "replace"),
            capture_output=True,
            cwd=interpreter.FOLDER,
            env=interpreter.ENVIRON,
            timeout=SECONDS,
            check=True,
        )
        answer = json.loads(ran.stdout)
    except (subprocess.SubprocessError, ValueError):
        answer = {"failed": "too-long"}
    except OSError:
        raise SourceUnavailableError("The calendar could not be worked out.", "oO tries again.") from None
    if "failed" in answer:
        raise SourceUnavailableError(*_FAILED[answer["failed"]])
    told = {"could not be read": answer["unread"], "repeat too often to be worked out": answer["endless"]}
    problems = tuple(f"calendar events that {what}: {count}" for what, count in told.items() if count)
    return [(begin, end) for begin, end in answer["spans"]], problems


def blocks(kept: Mapping[str, Kept]) -> tuple[BusyBlock, ...]:
    """The stretches of all of them."""
    return tuple(BusyBlock(SOURCE, begin, end) for told in kept.values() for begin, end in told.spans)
