"""Draws a life's days: what was finished and when, and what is open at the end. The same life draws the same days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.lives.traits import DAYS, Project, Rhythm

if TYPE_CHECKING:
    from tests.lives.life import Life

DAY_MS = 86_400_000
ROUTINE_SHARE = 0.1
TIMED_DUE_SHARE = 0.15


@lru_cache(maxsize=256)
def completions(life: Life) -> tuple[TaskCompletion, ...]:
    """Everything the person finished in the 18 months, oldest first."""
    dice = Random(f"done {life.name}")
    drawn = [done for ago in range(DAYS, -1, -1) for done in _day(life, ago, dice)]
    return tuple(sorted((done for done in drawn if done.at <= life.now), key=lambda done: done.at))


@lru_cache(maxsize=256)
def open_tasks(life: Life, count: int = 24) -> tuple[TaskFeatures, ...]:
    """What is open at the end: a third without a date, a third late as their projects tend to be, a third to come."""
    dice = Random(f"open {life.name}")
    return tuple(_open(life, index, dice) for index in range(count))


def _day(life: Life, ago: int, dice: Random) -> Iterator[TaskCompletion]:
    day, zone, rhythm = life.last_day - timedelta(days=ago), life.zone_at(ago), life.rhythm_at(ago)
    mood = dice.gammavariate(life.moodiness**-2, life.moodiness**2) if life.moodiness else 1.0
    number = _poisson(life.rate(ago) * mood, dice)
    sitting = _hour(life, rhythm, dice) if dice.random() < life.batches else None
    for index in range(number):
        hour = _hour(life, rhythm, dice) if sitting is None else sitting + index * dice.uniform(0.1, 1.5) / 60
        yield _completion(life, f"{ago}.{index}", _instant(day, hour if life.timed else 12.0, zone), zone, dice)


def _hour(life: Life, rhythm: Rhythm, dice: Random) -> float:
    """An hour of the person's day; below 0 and from 24 on it belongs to the neighbouring calendar day."""
    kind = dice.random()
    if kind < life.stray:
        return dice.uniform(0, 24)
    begin, wake = rhythm.sleep[0], rhythm.sleep[1]
    up = (begin - wake) % 24
    if kind < life.stray + life.background:
        return wake + dice.uniform(0, up)
    while True:
        peak = dice.choices(rhythm.peaks, [peak.share for peak in rhythm.peaks])[0]
        hour = dice.gauss(peak.hour, peak.spread)
        if rhythm.awake(hour):
            return hour


def _completion(life: Life, name: str, at: int, zone: ZoneInfo, dice: Random) -> TaskCompletion:
    project = _project(life, dice)
    due, late = None, None
    if dice.random() < life.dated:
        late = _lateness(project, dice)
        day = datetime.fromtimestamp(at / 1000, zone).date() - timedelta(days=round(late))
        due, late = day.isoformat(), float(round(late))
    routine = dice.random() < ROUTINE_SHARE
    return TaskCompletion(
        ref=f"{project.ref}.routine" if routine else f"{project.ref}.{name}",
        source="life",
        at=at,
        timed=life.timed,
        due=due,
        lateness_days=late,
        project_ref=project.ref,
        priority=dice.choice((1, 1, 1, 2, 3, 4)),
        recurring=routine,
        added_at=at - round(dice.expovariate(1 / 9) * DAY_MS),
        every_days=7.0 if routine else None,
        routine_ref=f"{project.ref}.routine" if routine else None,
    )


def _open(life: Life, index: int, dice: Random) -> TaskFeatures:
    project, due = _project(life, dice), None
    if index % 3 == 1:
        due = (life.last_day - timedelta(days=1 + round(max(0.0, _lateness(project, dice))))).isoformat()
    elif index % 3 == 2:
        due = (life.last_day + timedelta(days=dice.randrange(21))).isoformat()
        if dice.random() < TIMED_DUE_SHARE:
            due += f"T{dice.randrange(8, 20):02d}:00"
    return TaskFeatures(
        ref=f"{project.ref}.open{index}",
        source="life",
        due=due,
        start=None,
        priority=dice.choice((1, 1, 1, 2, 3, 4)),
        project_ref=project.ref,
        label_refs=(),
        added_at=life.now - round(dice.expovariate(1 / 20) * DAY_MS),
        recurring=False,
        minutes=dice.choice((None, None, 10, 30, 60)),
        words=dice.randrange(2, 8),
    )


def _project(life: Life, dice: Random) -> Project:
    return dice.choices(life.projects, [project.share for project in life.projects])[0]


def _lateness(project: Project, dice: Random) -> float:
    """Days; negative where it was done before it was due."""
    kind, way = dice.random(), project.lateness
    if kind < way.early:
        return -1 - dice.expovariate(1 / 2)
    if kind < way.early + way.on_time:
        return 0.0
    return way.median * math.exp(dice.gauss(0, way.sigma))


def _instant(day: date, hour: float, zone: ZoneInfo) -> int:
    """UTC ms of a wall-clock time of that day; one that a change of the clock skips is an hour on."""
    wall = datetime.combine(day, time()) + timedelta(hours=hour)
    return round(wall.replace(tzinfo=zone).timestamp() * 1000)


def _poisson(mean: float, dice: Random) -> int:
    """Knuth's method (The Art of Computer Programming, vol. 2, 3.4.1); fit for means up to some hundreds."""
    limit, product, number = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        number += 1
    return number
