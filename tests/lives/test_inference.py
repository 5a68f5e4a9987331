"""The bars: how well inference recovers what is true of the lives, and of strangers it was not fitted to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median

import pytest

from oo_agents.kit.clock import DAY_MS, end_of_day
from tests.lives.life import Life
from tests.lives.measure import Found, found, hours_apart, inferred, quiet_overlap
from tests.lives.strangers import strangers
from tests.lives.table import lives

GROUPS = [pytest.param(lives(), id="lives"), pytest.param(strangers(60), id="strangers")]


def share(hits: Iterable[bool]) -> float:
    """The share that is true."""
    counted = list(hits)
    return sum(counted) / len(counted)


def named(name: str) -> Found:
    """What was found of the life of that name."""
    return found(next(life for life in lives() if life.name == name))


@pytest.mark.parametrize(("group", "bar"), [(lives(), 0.95), (strangers(60), 0.85)], ids=["lives", "strangers"])
def test_preferred_hour(group: tuple[Life, ...], bar: float) -> None:
    """Within one hour in at least nine lives of ten; strangers' peaks may lie so close that they merge."""
    near = {
        life.name: found(life).learned("preferred_hour")
        and hours_apart(found(life).number("preferred_hour"), life.preferred_hour) <= 1
        for life in group
        if life.preferred_hour is not None
    }
    assert share(near.values()) >= bar, [name for name, hit in near.items() if not hit]


@pytest.mark.parametrize(("group", "bar"), [(lives(), 0.95), (strangers(60), 0.85)], ids=["lives", "strangers"])
def test_quiet_hours(group: tuple[Life, ...], bar: float) -> None:
    """The median Jaccard index is at least 0.8."""
    overlaps = [overlap for life in group if (overlap := quiet_overlap(found(life))) is not None]
    assert median(overlaps) >= bar


@pytest.mark.parametrize("group", GROUPS)
def test_baseline(group: tuple[Life, ...]) -> None:
    """Within 10 % of what was truly done a day, days away left out, in at least nine lives of ten."""
    off = {
        life.name: abs(found(life).number("baseline_completions_per_day") / done - 1)
        for life in group
        if (done := life.done_per_day())
    }
    assert share(each <= 0.1 for each in off.values()) >= 0.9, {n: o for n, o in off.items() if o > 0.1}


def test_baseline_by_its_parameter() -> None:
    """Four weeks cannot tell a rate more exactly than chance allows: within two standard errors nearly always."""
    inside = []
    for life in lives():
        rate = life.baseline()
        assert rate
        error = math.sqrt((rate + (life.moodiness * rate) ** 2) / 28)
        inside.append(abs(found(life).number("baseline_completions_per_day") - rate) <= 2 * error)
    assert share(inside) >= 0.85


@pytest.mark.parametrize("group", GROUPS)
def test_lateness_tolerance(group: tuple[Life, ...]) -> None:
    """Within a day in at least nine lives of ten."""
    off = {life.name: abs(found(life).number("lateness_tolerance_days") - life.lateness_tolerance) for life in group}
    assert share(each <= 1 for each in off.values()) >= 0.9, {n: o for n, o in off.items() if o > 1}


@pytest.mark.parametrize("group", GROUPS)
def test_weekly_cycle(group: tuple[Life, ...]) -> None:
    """Found where there is one, and not where there is none, in at least nine lives of ten each."""
    seen = [(life.weekly_cycle, found(life).number("weekly_cycle")) for life in group]
    assert share(strength > 0 for there, strength in seen if there) >= 0.9
    assert share(strength == 0 for there, strength in seen if not there) >= 0.9


@pytest.mark.parametrize("group", GROUPS)
def test_strong_weeks(group: tuple[Life, ...]) -> None:
    """At the strength from which a hint is given, no flat week passes and most real ones do."""
    seen = [(life.weekly_cycle, found(life).number("weekly_cycle")) for life in group]
    assert share(strength > 0.5 for there, strength in seen if there) >= 0.85
    assert share(strength <= 0.5 for there, strength in seen if not there) == 1


def test_no_failure() -> None:
    """Inference over any life raises nothing and yields every parameter."""
    for life in lives():
        assert not any(param.error for param in found(life).params.values())
        assert len(found(life).params) == 13


def test_trend() -> None:
    """Steady lives have none, and neither does growth too slow for eight weeks to tell."""
    trends = [found(life).number("engagement_trend") for life in lives() if life.yearly_growth == 1]
    assert share(trend == 0 for trend in trends) >= 0.85
    rising = named("twenty a day").life._replace(name="rising", yearly_growth=300.0)
    assert found(rising).number("engagement_trend") > 0.1


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("moved west 6 weeks ago", 9.5),
        ("moved 3 weeks ago", 15.0),
        ("moved east 4 months ago", 20.0),
        ("moved twice", 6),
    ],
)
def test_moves_do_not_smear(name: str, hour: float) -> None:
    """After a move the hours of the old zone count as what they were there."""
    assert hours_apart(named(name).number("preferred_hour"), hour) <= 1
    assert quiet_overlap(named(name)) == pytest.approx(1, abs=0.15)


def test_shifts_are_no_moves() -> None:
    """Someone whose weeks differ is awake at all hours over time: what is called quiet is short or not learned."""
    for name in ("early and night shifts", "three shifts", "three shifts by four days"):
        held = named(name)
        length = (held.number("quiet_end") - held.number("quiet_start")) % 24
        assert length <= 4 or not held.learned("quiet_start")


def test_a_clock_set_back() -> None:
    """Completions from days to come, as after a wrong clock, change nothing."""
    for life in lives()[::5]:
        now = life.now - 100 * DAY_MS
        known = life.history(end_of_day(now, life.zone_at(100)) - 1)._replace(now_ms=now)
        jumped = inferred(known._replace(completions=life.completions()))
        assert {name: param.value for name, param in jumped.items()} == {
            name: param.value for name, param in inferred(known).items()
        }


def test_days_only() -> None:
    """A source that knows days but no hours teaches no hours, and all else."""
    held = named("days only")
    assert not any(held.learned(name) for name in ("preferred_hour", "quiet_start", "peak_hours", "daily_cycle"))
    assert held.number("weekly_cycle") > 0.5


def test_illness_is_no_new_normal() -> None:
    """A week in bed until yesterday leaves baseline and trend alone."""
    held = named("ill until yesterday")
    assert held.number("baseline_completions_per_day") == pytest.approx(4, rel=0.2)
    assert held.number("engagement_trend") == 0
