"""Moods: said in a number and perhaps a note, kept for a while, erased alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from oo_cli.engine.features import mood as engine
from oo_cli.engine.when import DAY_MS, local, midnight
from oo_cli.house import House
from oo_cli.usecases import aftermath, own
from oo_data.contracts.event import MoodNoted
from oo_data.contracts.feature import Feature
from oo_data.contracts.signal import MoodSignal
from oo_data.errors import BadUsageError
from oo_data.ids import new_id
from oo_data.store import keys, moods, profile
from oo_data.store.moods import Mood
from oo_data.text import show

KEPT_MS = 550 * DAY_MS
SHOWN_DAYS = 14
NOTE_LENGTH = 500
SOURCE = own.MOOD.removeprefix("source.")


class Noted(NamedTuple):
    """One mood for the person; `at` is UTC ms, an absent note is empty."""

    at: int
    score: int
    note: str


def note(house: House, score: int, text: str = "") -> bool:
    """Note a mood, 1 (low) to 5; whether it is the first one, by which the consent is given.

    Raises `ConsentMissingError` where the person withdrew it, `BadUsageError` for a note that is too long.
    """
    said = show(text, 4 * NOTE_LENGTH)
    if len(said) > NOTE_LENGTH:
        raise BadUsageError(f"A note has at most {NOTE_LENGTH} characters.", "Shorten it; nothing was noted.")
    first = own.is_first(house, own.MOOD)
    now, mood_id = house.clock.now_ms(), new_id()
    sealer = house.sealer  # opened before the write: that may itself write
    with house.store.write() as conn:
        sealed = sealer.seal(said, "mood", "note", mood_id, source=SOURCE, at=now) if said else None
        if first:
            house.record_consent(conn, own.MOOD, True)
        moods.add(conn, Mood(mood_id, now, score, sealed))
        house.bus.publish(conn, MoodNoted(mood_id, score), now)
        profile.outdate_shelf(conn)
    house.bus.deliver()
    return first


def recent(house: House) -> list[Noted]:
    """The moods of the last fourteen local days, oldest first."""
    if not house.exists:
        return []
    now = house.clock.now_ms()
    begin = midnight(local(now, house.zone).date() - timedelta(days=SHOWN_DAYS - 1), house.zone)
    return [
        Noted(m.at, m.score, house.sealer.unseal(m.note, "mood", "note", m.id) if m.note else "")
        for m in moods.since(house.store.conn, begin)
        if m.at <= now
    ]


def by_day(house: House, noted: list[Noted]) -> list[tuple[date, float | None]]:
    """The mean of each of the last fourteen local days, oldest first, None where nothing was said."""
    today = local(house.clock.now_ms(), house.zone).date()
    scores: dict[date, list[int]] = {today - timedelta(days=ago): [] for ago in reversed(range(SHOWN_DAYS))}
    for mood in noted:
        scores.setdefault(local(mood.at, house.zone).date(), []).append(mood.score)
    return [(day, sum(said) / len(said) if said else None) for day, said in sorted(scores.items())]


def forget(house: House, withdraw: bool = False) -> dict[str, int]:
    """Erase every mood and what was made of them, and shut older copies to them; the rows erased by what they are.

    `withdraw` takes the consent back as well. Raises `RuntimeError` should anything be left.
    """
    aftermath.owe(house)
    with house.store.write() as conn:
        if withdraw:
            house.record_consent(conn, own.MOOD, False)
        erased = moods.erase(conn)
        keys.outdate(conn, SOURCE)
        profile.outdate_shelf(conn)
    aftermath.settle_soon(house)
    house.bus.deliver()
    if moods.left(house.store.conn):
        raise RuntimeError("a mood was left")
    return erased


def signals(house: House, now: int) -> list[MoodSignal]:
    """The moods of the last week, for features; none without the consent."""
    if own.MOOD not in profile.granted(house.store.conn):
        return []
    return [MoodSignal(m.at, m.score) for m in moods.since(house.store.conn, now - engine.MEAN_MS)]


def features(house: House, now: int) -> tuple[Feature, ...]:
    """What is known of the mood now."""
    return engine.features(signals(house, now), now)


def sweep(house: House, now: int) -> int:
    """Drop moods older than eighteen months, inside the caller's write transaction; how many."""
    return moods.sweep(house.store.conn, now - KEPT_MS)
