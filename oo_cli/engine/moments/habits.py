"""What completion times alone tell of a person: when in the day and week, how often, how recently.

Time runs in half hours of UTC; one in which anything was completed is active, however much was. Local hours follow
the wall clock of the zone handed in.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, tzinfo
from math import exp, log
from operator import mul
from typing import Any

SLOT_MS = 1_800_000
DAY_SLOTS, WEEK_HOURS = 48, 168
RATE_DAYS = (60.0, 14.0, 2.0)  # how long each of the three rates remembers
RATE_GUESSES = (1.0, 2.0, 1.0)  # days of watching that the guess before each of them is worth
FIRST_RATE = 0.5  # active half hours a day, before anything is known
LONG_DAYS, SHORT_DAYS = 60.0, 10.0  # the same of the hours of the day
SESSION_SLOTS = 6
# A smooth bump over an hour and a half to each side: people are not punctual to the half hour.
BUMP = (0.06, 0.12, 0.2, 0.24, 0.2, 0.12, 0.06)
# Strength, in active half hours, of the guess that a shape starts from.
SHAPE_GUESS, WEEK_GUESS, ENDS_GUESS = 4.0, 6.0, 3.0
# Minutes since the last completion, on a log scale: a weight for each knot, shared by the two nearest.
KNOTS = tuple(log(minutes) for minutes in (20, 90, 480, 1440, 4320, 20160))

NAMES = (
    *(f"since.{name}" for name in ("20m", "90m", "8h", "1d", "3d", "14d")),
    "rate.60d", "rate.14d", "rate.2d", "day.long", "day.short", "week.hour", "week.end", "session", "day.everyone",
)  # fmt: skip


class Habits:
    """Counts that fade, kept up to the last completion noted; features for any instant after it."""

    __slots__ = ("day", "ends", "first", "last_at", "long", "rates", "recent", "short", "week")

    def __init__(self) -> None:
        self.first = self.last_at = self.day = 0
        self.recent: list[int] = []
        self.rates = [0.0] * len(RATE_DAYS)
        self.long = [0.0] * DAY_SLOTS
        self.short = [0.0] * DAY_SLOTS
        self.week = [0.0] * WEEK_HOURS
        self.ends = [0.0, 0.0]  # Monday to Friday, the weekend

    def note(self, at_ms: int, zone: tzinfo) -> bool:
        """Take in one completion (UTC ms), never earlier than the one before; whether its half hour is a new one."""
        slot = at_ms // SLOT_MS
        known = self.recent[-1] if self.recent else None
        self.last_at = max(self.last_at, at_ms)
        if known is not None and slot <= known:
            return False
        self.first = slot if known is None else self.first
        moment = datetime.fromtimestamp(slot * SLOT_MS // 1000, zone)
        half, weekday = _half_hour(moment), moment.weekday()
        self._fade_to(moment.toordinal())
        passed = 0 if known is None else slot - known
        for index, days in enumerate(RATE_DAYS):
            self.rates[index] = self.rates[index] * exp(-passed / (days * DAY_SLOTS)) + 1.0
        self.long[half] += 1.0
        self.short[half] += 1.0
        self.week[weekday * 24 + half // 2] += 1.0
        self.ends[weekday >= 5] += 1.0
        self.recent = [*(each for each in self.recent if slot - each <= SESSION_SLOTS), slot]
        return True

    def _fade_to(self, day: int) -> None:
        passed, self.day = day - self.day, day
        if passed <= 0 or not self.rates[0]:
            return
        slow, fast = exp(-passed / LONG_DAYS), exp(-passed / SHORT_DAYS)
        self.long = [count * slow for count in self.long]
        self.short = [count * fast for count in self.short]
        self.week = [count * slow for count in self.week]
        self.ends = [count * slow for count in self.ends]

    def features(self, at_ms: int, zone: tzinfo, everyone: tuple[float, ...]) -> list[float]:
        """The values of `NAMES` at an instant (UTC ms), as if nothing were completed until then.

        `everyone` is the logarithm of the shape of a day (48 half hours) over other people.
        """
        moment = datetime.fromtimestamp(at_ms / 1000, zone)
        half = _half_hour(moment)
        slot = at_ms // SLOT_MS
        session = float(sum(slot - each <= SESSION_SLOTS for each in self.recent))
        return [
            *self._since(at_ms),
            *self._rate_terms(slot),
            *self._shape_terms(moment, half),
            session,
            everyone[half],
        ]

    def active(self, at_ms: int) -> float:
        """Half hours with a completion that still count at an instant, of about the last two months."""
        passed = max(0, at_ms // SLOT_MS - self.recent[-1]) if self.recent else 0
        return self.rates[0] * exp(-passed / (RATE_DAYS[0] * DAY_SLOTS))

    def usual(self, hour: int, everyone: tuple[float, ...]) -> float:
        """How much likelier than average a local hour (0 to 23) is by the longer memory, or else by everyone's."""
        halves = (2 * hour, 2 * hour + 1)
        own = sum(_around(self.long, half) for half in halves) / 2 * DAY_SLOTS
        guess = sum(exp(everyone[half]) for half in halves) / 2 * SHAPE_GUESS
        return (own + guess) / (sum(self.ends) + SHAPE_GUESS)

    def _since(self, at_ms: int) -> list[float]:
        hats = [0.0] * len(KNOTS)
        minutes = log(max(1.0, (at_ms - self.last_at) / 60_000))
        right = bisect_right(KNOTS, minutes)
        if right == 0:
            hats[0] = 1.0
        elif right == len(KNOTS):
            hats[-1] = 1.0
        else:
            share = (minutes - KNOTS[right - 1]) / (KNOTS[right] - KNOTS[right - 1])
            hats[right - 1], hats[right] = 1.0 - share, share
        return hats

    def _rate_terms(self, slot: int) -> list[float]:
        """Logarithms: active half hours per day over two months, then each shorter memory against the longer one."""
        passed = max(0.0, (slot - self.recent[-1]) / DAY_SLOTS) if self.recent else 0.0
        age = max(0.0, (slot - self.first) / DAY_SLOTS) if self.recent else 0.0
        terms: list[float] = []
        before = FIRST_RATE
        for rate, days, guess in zip(self.rates, RATE_DAYS, RATE_GUESSES, strict=True):
            watched = days * (1.0 - exp(-age / days))
            now = (rate * exp(-passed / days) + guess * before) / (watched + guess)
            terms.append(log(now / before if terms else now))
            before = now
        return terms

    def _shape_terms(self, moment: datetime, half: int) -> list[float]:
        """Logarithms of how much likelier than average this half hour is, each against the one before it."""
        passed = max(0, moment.toordinal() - self.day)
        slow, fast = exp(-passed / LONG_DAYS), exp(-passed / SHORT_DAYS)
        total = sum(self.ends) * slow
        long = (_around(self.long, half) * DAY_SLOTS * slow + SHAPE_GUESS) / (total + SHAPE_GUESS)
        newer = sum(self.short) * fast
        short = (_around(self.short, half) * DAY_SLOTS * fast + SHAPE_GUESS * long) / (newer + SHAPE_GUESS)
        hour, weekday = half // 2, moment.weekday()
        day = self.week[weekday * 24 : weekday * 24 + 24]
        near = day[hour] / 2 + (day[hour - 1] + day[(hour + 1) % 24]) / 4
        week = (near * WEEK_HOURS * slow + WEEK_GUESS * long) / (total + WEEK_GUESS)
        share = 7 / 2 if weekday >= 5 else 7 / 5
        end = (self.ends[weekday >= 5] * share * slow + ENDS_GUESS) / (total + ENDS_GUESS)
        return [log(long), log(short / long), log(week / long), log(end)]

    def state(self) -> dict[str, Any]:
        """All of it as plain values, independent of what is noted later."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: [*value] if isinstance(value, list) else value for name, value in values.items()}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Habits:
        """The habits that `state` told."""
        habits = cls()
        for name in cls.__slots__:
            setattr(habits, name, state[name])
        return habits


def _half_hour(moment: datetime) -> int:
    return moment.hour * 2 + moment.minute // 30


def _around(counts: list[float], half: int) -> float:
    first = half - len(BUMP) // 2
    near = counts[first : first + len(BUMP)] if first >= 0 else counts[first:] + counts[: first + len(BUMP)]
    if len(near) < len(BUMP):
        near += counts[: len(BUMP) - len(near)]
    return sum(map(mul, BUMP, near), 0.0)
