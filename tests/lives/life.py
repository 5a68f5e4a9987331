"""One synthetic life: its parameters and what is true of it.

The truths follow from the parameters alone, never from the completions that `tests.lives.days` draws.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_data.contracts.agent import UserHistory
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.lives import days
from tests.lives.traits import DAYS, EVERY_DAY, Away, Project, Rhythm


class _Parameters(NamedTuple):
    name: str
    zone: str
    end: str
    per_day: float
    rhythms: tuple[Rhythm, ...]
    turn_days: int = 7
    weekend: Rhythm | None = None
    week: tuple[float, ...] = EVERY_DAY
    away: tuple[Away, ...] = ()
    moves: tuple[tuple[int, str], ...] = ()
    yearly_growth: float = 1.0
    moodiness: float = 0.3
    batches: float = 0.05
    background: float = 0.15
    stray: float = 0.01
    dated: float = 0.5
    projects: tuple[Project, ...] = ()
    timed: bool = True
    settled: bool = True


class Life(_Parameters):
    """A person over 18 months that end at `end`, local time.

    `rhythms` take turns every `turn_days`; `weekend` replaces them on Saturday and Sunday. `week` weighs the weekdays,
    Monday first. `moves` tell from which day before the end the person lived in another zone than `zone`. The rate
    grows by `yearly_growth` a year and is multiplied each day by a gamma variate of deviation `moodiness`. On a share
    of days, `batches`, everything is ticked in one sitting. A share `background` falls anywhere in the waking day,
    `stray` at any hour at all, the rest around the peaks. `dated` is the share with a due date. A life that is not
    `timed` knows only days; one that is not `settled` has no hour that it prefers all the time.
    """

    @property
    def now(self) -> int:
        """The end in UTC milliseconds."""
        return round(datetime.fromisoformat(self.end).replace(tzinfo=self.zone_at(0)).timestamp() * 1000)

    @property
    def last_day(self) -> date:
        """The local day of the end."""
        return date.fromisoformat(self.end[:10])

    def zone_at(self, days_ago: int) -> ZoneInfo:
        """Where the person lived so many days before the end."""
        there = [zone for since, zone in sorted(self.moves, reverse=True) if days_ago <= since]
        return ZoneInfo(there[-1] if there else self.zone)

    def rhythm_at(self, days_ago: int) -> Rhythm:
        """What kind of day it was."""
        day = self.last_day - timedelta(days=days_ago)
        if self.weekend and day.weekday() > 4:
            return self.weekend
        return self.rhythms[(DAYS - days_ago) // self.turn_days % len(self.rhythms)]

    def is_away(self, days_ago: int) -> bool:
        """Whether the person was on holiday or ill."""
        return any(0 <= away.days_ago - days_ago < away.days for away in self.away)

    def rate(self, days_ago: int) -> float:
        """Completions to be expected on that day; 0 while away."""
        if self.is_away(days_ago):
            return 0.0
        day = self.last_day - timedelta(days=days_ago)
        weekday = self.week[day.weekday()] * 7 / sum(self.week)
        return self.per_day * weekday * math.exp(-math.log(self.yearly_growth) * days_ago / 365)

    @property
    def preferred_hour(self) -> float | None:
        """The centre of the main peak; None where there is none or hours are not known."""
        return self.rhythms[0].peaks[0].hour % 24 if self.settled and self.timed else None

    @property
    def quiet(self) -> frozenset[int] | None:
        """The hours of which the person sleeps more than half on every kind of day; None where hours are not known."""
        kinds = [*self.rhythms, *([self.weekend] if self.weekend else [])]
        minutes = [(minute + 0.5) / 60 for minute in range(60)]
        asleep = {
            hour
            for hour in range(24)
            if all(sum(not kind.awake(hour + minute) for minute in minutes) > 30 for kind in kinds)
        }
        return frozenset(asleep) if self.timed else None

    @property
    def weekly_cycle(self) -> bool:
        """Whether weekdays differ at all."""
        return len(set(self.week)) > 1

    @property
    def lateness_tolerance(self) -> float:
        """The median lateness of dated completions, early and on-time ones among them; never negative."""
        total = sum(project.share for project in self.projects)
        low, high = 0.0, 1000.0
        for _ in range(60):
            middle = (low + high) / 2
            reached = sum(project.share * project.lateness.below(middle) for project in self.projects) / total
            low, high = (low, middle) if reached >= 0.5 else (middle, high)
        return high if high > 1e-6 else 0.0

    def baseline(self, span: int = 28) -> float | None:
        """Completions to be expected a day, over the full days before the end on which the person was not away."""
        rates = [self.rate(ago) for ago in range(1, span + 1) if not self.is_away(ago)]
        return sum(rates) / len(rates) if rates else None

    def completions(self) -> tuple[TaskCompletion, ...]:
        """Everything the person finished in the 18 months, oldest first."""
        return days.completions(self)

    def history(self, now: int | None = None) -> UserHistory:
        """What was finished up to `now` (UTC ms; the end unless given), seen from where the person lives at the end."""
        until = self.now if now is None else now
        held = tuple(done for done in self.completions() if done.at <= until)
        return UserHistory(until, self.zone_at(0).key, (), held)

    def done_per_day(self, span: int = 28) -> float | None:
        """How many were truly finished a day, over the same days as `baseline`."""
        present = {self.last_day - timedelta(days=ago) for ago in range(1, span + 1) if not self.is_away(ago)}
        zone = self.zone_at(0)
        held = [done for done in self.completions() if datetime.fromtimestamp(done.at / 1000, zone).date() in present]
        return len(held) / len(present) if present else None

    def open_tasks(self) -> tuple[TaskFeatures, ...]:
        """What is open at the end: a third without a date, a third late as its projects tend to be, a third to come."""
        return days.open_tasks(self)
