"""Lives drawn at random from broad ranges: a check that an estimator was not fitted to the table."""

from __future__ import annotations

from random import Random

from tests.lives.life import Life
from tests.lives.table import MONDAYS, SLOW_WEEKEND, SUNDAYS, WEEKENDS, WORK_WEEK
from tests.lives.traits import EVERY_DAY, Away, Lateness, Peak, Project, Rhythm

ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Santiago", "Asia/Kolkata", "UTC",
)  # fmt: skip
WEEKS = (WORK_WEEK, SLOW_WEEKEND, WEEKENDS, MONDAYS, SUNDAYS)


def strangers(count: int, seed: int = 1) -> tuple[Life, ...]:
    """So many lives; half have a weekly cycle, one in six has moved, peaks and sleep lie anywhere."""
    dice = Random(seed)
    return tuple(_stranger(f"stranger {seed}.{index}", dice) for index in range(count))


def _stranger(name: str, dice: Random) -> Life:
    home, moved = dice.choice(ZONES), dice.random() < 1 / 6
    rhythm = _rhythm(dice)
    return Life(
        name,
        home,
        f"2026-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}T{dice.randrange(7, 23):02d}:30",
        dice.choice((0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0)),
        (rhythm,),
        week=dice.choice(WEEKS) if dice.random() < 0.5 else EVERY_DAY,
        away=tuple(Away(dice.randrange(8, 540), dice.choice((5, 7, 10, 14, 21))) for _ in range(4)),
        moves=((dice.randrange(25, 200), dice.choice(ZONES)),) if moved else (),
        yearly_growth=dice.choice((1.0, 1.0, 1.0, 2.0, 0.5)),
        moodiness=dice.uniform(0.1, 0.8),
        batches=dice.choice((0.0, 0.05, 0.1, 0.5)),
        background=dice.uniform(0.08, 0.3),
        stray=dice.uniform(0.0, 0.03),
        projects=tuple(_project(index, dice) for index in range(dice.randrange(2, 6))),
    )


def _rhythm(dice: Random) -> Rhythm:
    """Seven to nine hours of sleep and two or three peaks, the main one half of all or more."""
    wake = dice.uniform(4.5, 12.0)
    bed = wake + 24 - dice.uniform(7.0, 9.0)
    main = Peak(dice.uniform(wake + 0.5, bed - 0.5), dice.uniform(0.6, 2.0), dice.uniform(0.5, 0.7))
    others = [Peak(dice.uniform(wake, bed), dice.uniform(0.6, 2.0), (1 - main.share) / 2) for _ in range(2)]
    return Rhythm((main, *others), (bed % 24, wake))


def _project(index: int, dice: Random) -> Project:
    early, on_time = dice.uniform(0.0, 0.4), dice.uniform(0.0, 0.4)
    return Project(f"p{index}", dice.uniform(0.1, 1.0), Lateness(early, on_time, dice.uniform(1.0, 10.0), 0.8))
