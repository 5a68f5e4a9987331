"""The lives themselves: that they are what their parameters say, and as different as promised."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

import pytest

from oo_cli.engine.when import due_of
from tests.lives.life import Life
from tests.lives.strangers import strangers
from tests.lives.table import lives
from tests.lives.traits import DAYS, Away, Lateness, Peak, Project, Rhythm

EVEN = Rhythm((Peak(12.0, 2.0, 1.0),), (22.0, 6.0))
ONE = (Project("p", 1.0, Lateness()),)
IDS = [life.name for life in lives()]


PLAIN = Life("plain", "Europe/Berlin", "2026-04-01T15:00", 4.0, (EVEN,), projects=ONE)


def life(**changed: Any) -> Life:
    """A plain life with some parameters changed."""
    return PLAIN._replace(**changed)


def test_there_are_enough() -> None:
    """At least thirty, each of its own name, with every kind of hardship among them."""
    assert len(lives()) >= 30
    assert len(set(IDS)) == len(IDS)
    assert sum(len(each.rhythms) > 1 for each in lives()) >= 3
    assert sum(bool(each.moves) for each in lives()) >= 3
    assert sum(any(away.days == 7 for away in each.away) for each in lives()) >= 3
    weekly = sum(each.weekly_cycle for each in lives())
    assert 10 <= weekly <= len(lives()) - 10
    assert len({each.zone for each in lives()}) >= 15
    assert sum(each.lateness_tolerance > 0 for each in lives()) >= 10


@pytest.mark.parametrize("each", lives(), ids=IDS)
def test_history(each: Life) -> None:
    """Oldest first, 18 months, nothing while away or after the end, and the same when drawn again."""
    history = each.history()
    at = [done.at for done in history.completions]
    assert at == sorted(at)
    assert at[-1] <= history.now_ms == each.now
    first, last = (datetime.fromtimestamp(ms / 1000, each.zone_at(0)).date() for ms in (at[0], at[-1]))
    assert (last - first).days > DAYS - 30
    assert each.history(at[9]).completions == history.completions[: at.count(at[9]) + at.index(at[9])]


@pytest.mark.parametrize("each", lives(), ids=IDS)
def test_open_tasks(each: Life) -> None:
    """Some are late, some to come, some undated; all have dates that can be read."""
    zone = each.zone_at(0)
    dues = [due_of(task.due, zone) for task in each.open_tasks()]
    late = [due.days_late(each.now, zone) for due in dues if due]
    assert len(late) == 16
    assert sum(days > 0 for days in late) >= 8
    assert min(late) < 0


def test_rate() -> None:
    """The mean over a week is the rate, the last day's is that of now, and away days have none."""
    grown = life(week=(3, 1, 1, 1, 1, 0, 0), yearly_growth=3.0, away=(Away(20, 5),))
    assert sum(life(week=grown.week).rate(ago) for ago in range(7)) == pytest.approx(28)
    assert grown.rate(0) == pytest.approx(3 * grown.rate(364), rel=0.02)
    assert [ago for ago in range(30) if grown.is_away(ago)] == [16, 17, 18, 19, 20]
    assert grown.rate(18) == 0


def test_drawn_as_said() -> None:
    """Numbers and lateness come out as their parameters say, and next to nothing while asleep."""
    plain = life(stray=0.0, per_day=10.0)
    held = plain.completions()
    assert len(held) / DAYS == pytest.approx(10, rel=0.05)
    assert plain.done_per_day() == pytest.approx(10, rel=0.2)
    hours = [datetime.fromtimestamp(done.at / 1000, plain.zone_at(0)).hour for done in held]
    assert sum(hour >= 22 or hour < 6 for hour in hours) == 0
    assert median(hours) == pytest.approx(12, abs=1)
    late = [done.lateness_days for done in held if done.lateness_days is not None]
    assert len(late) / len(held) == pytest.approx(plain.dated, abs=0.05)
    assert median(late) == pytest.approx(plain.lateness_tolerance, abs=0.5)


def test_lateness_tolerance() -> None:
    """The median of the mixture: on time where half are, else within the late part; of all projects together."""
    assert life(projects=(Project("p", 1.0, Lateness(0.3, 0.2)),)).lateness_tolerance == 0
    assert life(projects=(Project("p", 1.0, Lateness(0.0, 0.0, 5.0)),)).lateness_tolerance == pytest.approx(5)
    both = (Project("p", 0.5, Lateness(1.0, 0.0)), Project("q", 0.5, Lateness(0.0, 0.0, 8.0, 0.01)))
    assert life(projects=both).lateness_tolerance < 8


def test_quiet() -> None:
    """Hours asleep on every kind of day; across midnight, and none left where shifts cover the clock."""
    assert life().quiet == frozenset((22, 23, 0, 1, 2, 3, 4, 5))
    late = Rhythm(EVEN.peaks, (24.0, 9.0))
    assert life(weekend=late).quiet == frozenset(range(6))
    assert life(rhythms=(EVEN, Rhythm(EVEN.peaks, (7.0, 15.0)))).quiet == frozenset()
    assert life(timed=False).quiet is None


def test_moves() -> None:
    """The zone is that of the day, the last one at the end."""
    moved = life(moves=((200, "Asia/Tokyo"), (50, "UTC")))
    assert [moved.zone_at(ago).key for ago in (300, 201, 200, 51, 50, 0)] == [
        "Europe/Berlin", "Europe/Berlin", "Asia/Tokyo", "Asia/Tokyo", "UTC", "UTC",
    ]  # fmt: skip
    assert moved.history().tz == "UTC"


def test_strangers() -> None:
    """Drawn by their seed: the same again, others from another."""
    assert strangers(3) == strangers(3) != strangers(3, seed=2)
