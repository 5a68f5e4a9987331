"""The person's own word on what the last tip's task asks for: minutes and energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from oo_cli.engine.when import parse_span
from oo_cli.house import House
from oo_cli.usecases import at_hand
from oo_cli.usecases.recommend import words_of
from oo_data.contracts.event import TipShown
from oo_data.contracts.signal import Stated
from oo_data.contracts.tip import Energy
from oo_data.errors import BadUsageError
from oo_data.store import effort, events, profile, records, shelf

LEVELS: dict[str, Energy] = {"low": "low", "medium": "medium", "high": "high"}
NOTHING = Stated(None, None)


class Known(NamedTuple):
    """What is known of a task's effort, and whose word it is: "you", "source", or None where nobody said."""

    text: str
    minutes: int | None
    minutes_from: str | None
    energy: Energy | None
    energy_from: str | None


def known(house: House) -> Known:
    """What was said of the last tip's task. Raises `BadUsageError` where the last tip is no task."""
    tip_id, ref, source = _last_task(house)
    return _known(house, tip_id, ref, source)


def assign(house: House, said: Sequence[str]) -> Known:
    """Take the person's word on minutes, energy or both; what was said before of the other stays."""
    minutes, energy = parse(said)
    tip_id, ref, source = _last_task(house)
    with house.store.write() as conn:
        if source not in profile.sources(conn):
            raise BadUsageError("The source of that task is not connected any more.", "See: oo sources")
        before = effort.stated(conn).get(ref, NOTHING)
        told = Stated(before.minutes if minutes is None else minutes, energy or before.energy)
        effort.save(conn, ref, source, told, house.clock.now_ms())
    return _known(house, tip_id, ref, source)


def clear(house: House) -> Known:
    """Take the person's word on the last tip's task back."""
    tip_id, ref, source = _last_task(house)
    with house.store.write() as conn:
        effort.drop(conn, ref)
        at_hand.unsay(house, ref)
    return _known(house, tip_id, ref, source)


def parse(said: Sequence[str]) -> tuple[int | None, Energy | None]:
    """Minutes and energy from words in any order: "20m low", "1h 30m", "high"."""
    levels = [word for word in said if word.casefold() in LEVELS]
    rest = "".join(word for word in said if word.casefold() not in LEVELS)
    minutes = parse_span(rest[:40]) if rest else None
    if len(levels) > 1 or (rest and minutes is None) or not said:
        raise BadUsageError("That is neither a length of time nor a level of energy.", "Try: oo effort 20m low")
    return minutes, LEVELS[levels[0].casefold()] if levels else None


def _known(house: House, tip_id: str, ref: str, source: str) -> Known:
    said = effort.stated(house.store.conn).get(ref, NOTHING)
    task = next((task for task in records.tasks(house.store.conn) if task.ref == ref), None)
    minutes, origin = said.minutes, "you" if said.minutes is not None else None
    if minutes is None and task is not None and task.minutes:
        minutes, origin = task.minutes, "source"
    energy, by = said.energy, "you" if said.energy else None
    guess = at_hand.guess(house, ref)
    if minutes is None and guess is not None:
        minutes, origin = guess[0], "guess"
    if energy is None and guess is not None:
        energy, by = guess[1], "guess"
    return Known(words_of(house, tip_id)[0], minutes, origin, energy, by)


def _last_task(house: House) -> tuple[str, str, str]:
    """The last tip shown, where it is a task: its id, the task's reference and source."""
    shown = events.last_shown(house.store.conn) if house.exists else None
    if shown is None or not isinstance(shown.event, TipShown):
        raise BadUsageError("No tip was shown yet.", "Run: oo tip")
    subject, source, *_ = shelf.tip_row(house.store.conn, shown.event.subject)
    if not subject or source == "agent":
        raise BadUsageError("The last tip is not a task.", "See: oo log")
    return shown.event.subject, subject, source
