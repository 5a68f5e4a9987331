"""The person's calendars as one source of busy stretches; it holds no task."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NamedTuple

from oo_cli.adapters import interpreter
from oo_cli.adapters.sources.calendar.place import Place
from oo_cli.adapters.sources.calendar.reader import Reader
from oo_data.contracts.signal import BusyBlock, Reading
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
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


class State(NamedTuple):
    """What the last complete reading knew: how far (UTC ms), in which zone, each place's mark, and what was wrong."""

    until: int = 0
    zone: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


class CalendarSource:
    """Reads all `places`; `known` are the stretches of the last reading, `kept` its sealed state."""

    id = SOURCE

    def __init__(
        self,
        places: Sequence[Place],
        reader: Reader,
        sealer: Sealer,
        zone: str,
        known: Sequence[BusyBlock] = (),
        kept: str | None = None,
    ) -> None:
        self._places = places
        self._reader = reader
        self._sealer = sealer
        self._zone = zone
        self._known = known
        self._kept = kept

    def read(self, now_ms: int) -> Reading:
        """The busy stretches of the coming days; None for them where nothing changed.

        Where one place of several cannot be read, what was known stands beside the others; where none can, its error.
        """
        if not self._places:
            raise ConnectionNeededError("The calendar's address is gone.", "Run: oo connect calendar")
        needs_packages()
        mark = mark_of(self._places[0].at) if self._places[0].kind == "file" else None
        state = self._state(now_ms)
        texts, marks, errors = self._ask(self._places, dict(state.marks), now_ms)
        if len(errors) == len(self._places):
            raise errors[0]
        if not texts:
            return Reading(mark=mark, problems=state.problems + self._missed(errors))
        if len(texts) + len(errors) < len(self._places):
            # Stretches are kept together, so all are worked out again.
            texts, marks, errors = self._ask(self._places, {}, now_ms)
        spans, problems, broken = self._worked_out(texts, now_ms)
        errors += broken
        if len(errors) == len(self._places):
            raise errors[0]
        if errors:
            spans += self._known_spans()
            return Reading(mark=mark, busy=_blocks(spans), problems=problems + self._missed(errors))
        state = State(now_ms + AHEAD_MS, self._zone, tuple(marks.items()), problems)
        return Reading(mark=mark, busy=_blocks(spans), problems=problems, progress=self._sealed(state))

    def busy_at_home(self, now_ms: int) -> tuple[BusyBlock, ...] | None:
        """What the files among the places tell, beside what was known; None where none of them changed.

        Nothing of it counts as read: the next reading is of all places again.
        """
        files = [place for place in self._places if place.kind == "file"]
        if files:
            needs_packages()
        texts, _, _ = self._ask(files, dict(self._state(now_ms).marks), now_ms)
        spans, _, _ = self._worked_out(texts, now_ms)
        return _blocks(spans + self._known_spans()) if spans else None

    def complete(self, handle: str, now_ms: int) -> bool:
        """Always False: a calendar holds nothing to tick."""
        return False

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Always False, as `complete` is."""
        return False

    def _ask(
        self, places: Sequence[Place], marks: dict[str, str], now_ms: int
    ) -> tuple[list[tuple[Place, str]], dict[str, str], list[OoError]]:
        """The texts of those that changed, the marks of all that could be read, and the errors of the rest."""
        texts, seen, errors = [], {}, list[OoError]()
        for place in places:
            try:
                told = self._reader.read(place, marks.get(place.id, ""), now_ms, now_ms + AHEAD_MS)
            except (SourceUnavailableError, ConnectionNeededError) as error:
                errors.append(error)
                continue
            seen[place.id] = told.mark
            if told.text is not None:
                texts.append((place, told.text))
        return texts, seen, errors

    def _worked_out(
        self, texts: Sequence[tuple[Place, str]], now_ms: int
    ) -> tuple[Spans, tuple[str, ...], list[OoError]]:
        """The stretches of those texts that are calendars, what of them was not understood, and the others' errors."""
        spans: Spans = []
        problems: tuple[str, ...] = ()
        errors = list[OoError]()
        for place, text in texts:
            try:
                found, wrong = work_out(text, self._zone, now_ms, place.known_as)
            except SourceUnavailableError as error:
                errors.append(error)
                continue
            spans, problems = spans + found, problems + wrong
        return spans, problems, errors

    def _known_spans(self) -> Spans:
        return [(block.from_ms, block.until_ms) for block in self._known]

    def _missed(self, errors: Sequence[OoError]) -> tuple[str, ...]:
        return (f"{len(errors)} of {len(self._places)} calendars could not be read",) if errors else ()

    def _state(self, now_ms: int) -> State:
        """What the last reading knew, where it reaches far enough; else nothing."""
        if self._kept is None:
            return State()
        try:
            text = self._sealer.unseal(bytes.fromhex(self._kept), "source", "cursor", SOURCE)
            until, zone, marks, problems = json.loads(text)
            state = State(int(until), str(zone), tuple((a, b) for a, b in marks), tuple(problems))
        except (ValueError, TypeError):
            return State()
        reaches = now_ms + LEAST_MS <= state.until <= now_ms + AHEAD_MS
        same = state.zone == self._zone and {place for place, _ in state.marks} == {each.id for each in self._places}
        return state if reaches and same else State()

    def _sealed(self, state: State) -> str:
        return self._sealer.seal(json.dumps(state), "source", "cursor", SOURCE, source=SOURCE, at=None).hex()


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


def _blocks(spans: Spans) -> tuple[BusyBlock, ...]:
    return tuple(BusyBlock(SOURCE, begin, end) for begin, end in spans)
