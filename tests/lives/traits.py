"""What lives are made of: times of day, kinds of day, ways with due dates, projects and absences."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

DAYS = 548  # 18 months
EVERY_DAY = (1.0,) * 7


class Peak(NamedTuple):
    """A time of day at which things get done: normal around `hour` (24 and more: past midnight), `spread` in hours."""

    hour: float
    spread: float
    share: float


class Rhythm(NamedTuple):
    """A kind of day: its peaks, the main one first, and when the person sleeps (from, to; local hours)."""

    peaks: tuple[Peak, ...]
    sleep: tuple[float, float]

    def awake(self, hour: float) -> bool:
        """Whether the person is up at this hour of the clock."""
        begin, end = self.sleep
        return (hour - begin) % 24 >= (end - begin) % 24


class Lateness(NamedTuple):
    """How late dated things get done: shares done early and on the day; the rest log-normal, in days."""

    early: float = 0.1
    on_time: float = 0.25
    median: float = 2.0
    sigma: float = 0.8

    def below(self, days: float) -> float:
        """The share that is at most this late, for a lateness of 0 or more."""
        late = NormalDist().cdf(math.log(days / self.median) / self.sigma) if days > 0 else 0.0
        return self.early + self.on_time + (1 - self.early - self.on_time) * late


class Project(NamedTuple):
    """A project by its reference, its share of all work, and its own way with due dates."""

    ref: str
    share: float
    lateness: Lateness


class Away(NamedTuple):
    """A holiday or an illness: days in a row without any completion, the first so many days before the end."""

    days_ago: int
    days: int
