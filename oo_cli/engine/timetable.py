"""When a duty is due: pure arithmetic on local days, so that cron and the scheduler cannot disagree.

A duty at local hours is keyed by local day and hour: whatever daylight saving, sleep, a clock set back or a journey do,
each key is served once.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from oo_cli.engine.when import HOUR_MS, MINUTE_MS, at_local, local
from oo_data.contracts.duty import Duty

SLACK_MS = 5 * MINUTE_MS  # a clock may step back this far before what it says of the past is doubted
JITTER_MS = 10 * MINUTE_MS  # after the hour, so that not all homes of a zone ask at once
FIRST_REST_MS, LONGEST_REST_MS = 5 * MINUTE_MS, 6 * HOUR_MS
ALERT_AFTER = 3
# Trying again helps none of these: the person has to do something.
NEEDS_PERSON = frozenset(("ConnectionNeededError", "ConsentMissingError"))
# Two zones never lie further apart; a served day further ahead was one of a wrong clock.
FARTHEST = timedelta(days=2)


def due_at(duty: Duty, now: int, zone: ZoneInfo, seed: str) -> int | None:
    """From when the duty is due (UTC ms); None where only a change makes it so."""
    if duty.failures:
        return now if duty.tried_at > now + SLACK_MS else duty.tried_at + rest_ms(duty, seed)
    turn = turn_at(duty, now, zone, seed)
    if turn is None or not duty.at < duty.tried_at <= now + SLACK_MS:
        return turn
    return max(turn, duty.tried_at + LONGEST_REST_MS)  # it had its turn and could not use it


def turn_at(duty: Duty, now: int, zone: ZoneInfo, seed: str) -> int | None:
    """The same by the timetable alone, whatever was tried since it last went well."""
    if not duty.at:
        return now
    if duty.every:
        return now if duty.at > now + SLACK_MS else duty.at + duty.every
    if not duty.hours:
        return None
    if _day(duty.slot) > local(now, zone).date() + FARTHEST:
        return now
    return _starts(_after(duty.slot, duty.hours), zone) + int(JITTER_MS * spread(seed, duty.id))


def is_resting(duty: Duty, now: int, seed: str) -> bool:
    """Whether a failing duty is left alone for now."""
    return bool(duty.failures) and duty.tried_at - SLACK_MS <= now < duty.tried_at + rest_ms(duty, seed)


def rest_ms(duty: Duty, seed: str) -> int:
    """How long a failing duty is left alone: twice as long each time, up to six hours, and never at anybody's beat."""
    doubled = FIRST_REST_MS * 2 ** min(duty.failures - 1, 10)
    rest = LONGEST_REST_MS if duty.error in NEEDS_PERSON else min(doubled, LONGEST_REST_MS)
    return int(rest * (1 + spread(seed, f"{duty.id}/{duty.failures}") / 4))


def done(duty: Duty, now: int, zone: ZoneInfo) -> Duty:
    """The duty after it went well; whatever was due until now is served by it."""
    slot = begun(duty.hours, now, zone) if duty.hours else ""
    return duty._replace(slot=slot, at=now, tried_at=now, failures=0, error="", alerted=False)


def failed(duty: Duty, now: int, error: str) -> Duty:
    """The duty after it failed; `error` is a class name of ours."""
    return duty._replace(tried_at=now, failures=duty.failures + 1, error=error)


def passed_over(duty: Duty, now: int) -> Duty:
    """The duty after a turn that it could not use."""
    return duty._replace(tried_at=now)


def alarms(duty: Duty) -> bool:
    """Whether the person should hear of this streak of failures, and has not yet."""
    return not duty.alerted and (duty.failures >= ALERT_AFTER or (duty.failures > 0 and duty.error in NEEDS_PERSON))


def begun(hours: tuple[int, ...], now: int, zone: ZoneInfo) -> str:
    """The local day and hour, of `hours`, that began last."""
    today = local(now, zone).date()
    slots = [f"{day}T{hour:02d}" for day in (today + timedelta(days=n) for n in (-2, -1, 0, 1)) for hour in hours]
    return max(slot for slot in slots if _starts(slot, zone) <= now)


def spread(seed: str, word: str) -> float:
    """A number from 0 up to 1 that is this home's own, and the same at each look."""
    return crc32(f"{seed}/{word}".encode()) / 2**32


def _after(slot: str, hours: tuple[int, ...]) -> str:
    day, hour = _day(slot), int(slot[11:])
    later = [each for each in hours if each > hour]
    return f"{day}T{min(later):02d}" if later else f"{day + timedelta(days=1)}T{min(hours):02d}"


def _starts(slot: str, zone: ZoneInfo) -> int:
    return at_local(_day(slot), time(int(slot[11:])), zone)


def _day(slot: str) -> date:
    return date.fromisoformat(slot[:10])
