"""What is counted of the past: half hours, not ticks; local clocks; counts that fade."""

from __future__ import annotations

from datetime import timedelta
from math import exp, isfinite, log
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.moments.habits import DAY_SLOTS, KNOTS, LONG_DAYS, NAMES, SLOT_MS, Habits
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS, local
from tests.moments.people import punctual
from tests.unit.examples import BERLIN, NOW, moments, ms, zones

FLAT = (0.0,) * DAY_SLOTS


def habits(done: list[int], zone: ZoneInfo = BERLIN) -> Habits:
    """The habits behind completions."""
    found = Habits()
    for at in done:
        found.note(at, zone)
    return found


def feature(known: Habits, name: str, at: int = NOW) -> float:
    """One feature by name."""
    return known.features(at, BERLIN, FLAT)[NAMES.index(name)]


def test_a_burst_of_ticks_is_one_active_half_hour() -> None:
    """Ten boxes ticked in one sitting say as much about the hour as one."""
    known = habits([NOW + minute * MINUTE_MS for minute in range(10)])
    assert sum(known.long) == sum(known.week) == sum(known.ends) == 1.0
    assert known.last_at == NOW + 9 * MINUTE_MS


def test_what_comes_out_of_order_changes_no_count() -> None:
    """A completion of a half hour that was passed is not a new one."""
    known = habits([NOW, NOW - DAY_MS])
    assert (sum(known.long), known.last_at) == (1.0, NOW)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(1, {"20m": 1.0}), (20, {"20m": 1.0}), (8 * 60, {"8h": 1.0}), (60 * 24 * 60, {"14d": 1.0})],
)
def test_recency_sits_on_its_knots(minutes: int, expected: dict[str, float]) -> None:
    """At a knot and beyond both ends one weight speaks alone."""
    known = habits([NOW])
    found = {name: feature(known, f"since.{name}", NOW + minutes * MINUTE_MS) for name in ("20m", "8h", "14d")}
    assert found == pytest.approx(dict.fromkeys(found, 0.0) | expected)


@given(st.integers(0, 60 * DAY_MS))
def test_recency_is_shared_by_two_neighbours(ahead: int) -> None:
    """The weights of the knots add up to one at any time, and lie where the time is on the log scale."""
    hats = habits([NOW]).features(NOW + ahead, BERLIN, FLAT)[: len(KNOTS)]
    assert sum(hats) == pytest.approx(1.0)
    told = sum(hat * knot for hat, knot in zip(hats, KNOTS, strict=True))
    assert told == pytest.approx(min(max(log(max(1.0, ahead / MINUTE_MS)), KNOTS[0]), KNOTS[-1]))


def test_the_usual_hour_is_likelier() -> None:
    """Hours in which things got done stand out in every shape, and nowhere else."""
    known = habits(punctual())
    nine, three = MIDNIGHT_AFTER + 9 * HOUR_MS, MIDNIGHT_AFTER + 15 * HOUR_MS
    for name in ("day.long", "week.hour"):
        assert feature(known, name, nine) + feature(known, "day.long", nine) > 0.5
    assert feature(known, "day.long", three) < -1.0
    assert known.usual(9, FLAT) > 2 * known.usual(15, FLAT)


MIDNIGHT_AFTER = NOW + 14 * HOUR_MS


def test_the_newer_hours_count_in_the_shorter_memory() -> None:
    """Someone who moved from the morning to the evening is met in the evening."""
    moved = punctual(60, (9,), NOW - 14 * DAY_MS) + [at for at in punctual(14, (20,)) if at > NOW - 14 * DAY_MS]
    known = habits(sorted(moved))
    assert feature(known, "day.short", MIDNIGHT_AFTER + 20 * HOUR_MS) > 0.3
    assert feature(known, "day.short", MIDNIGHT_AFTER + 9 * HOUR_MS) < -0.3


def test_a_session_is_what_was_done_in_the_last_three_hours() -> None:
    """Active half hours of the last three hours count, those before do not."""
    known = habits([NOW - hours * HOUR_MS for hours in (5, 3, 2, 1)])
    assert [feature(known, "session", NOW + hours * HOUR_MS) for hours in (0, 1, 3)] == [3.0, 2.0, 0.0]


def test_counts_fade_with_the_days() -> None:
    """A completion two months later counts 1/e of a new one."""
    known = habits([NOW - 60 * DAY_MS, NOW])
    assert sum(known.week) == pytest.approx(1.0 + exp(-60 / LONG_DAYS))
    assert known.active(NOW) == pytest.approx(1.0 + exp(-1))
    assert known.active(NOW + 60 * DAY_MS) == pytest.approx((1.0 + exp(-1)) / exp(1))


@pytest.mark.parametrize(("day", "after"), [("2026-03-28", "2026-03-30"), ("2026-10-24", "2026-10-26")])
def test_habits_keep_to_the_wall_clock(day: str, after: str) -> None:
    """Nine in the morning is nine in the morning on both sides of a clock change."""
    known = habits([ms(f"{day}T09:10"), ms(f"{after}T09:10")])
    assert [half for half, count in enumerate(known.long) if count] == [18]


def test_zones_off_the_half_hour_count_where_they_predict() -> None:
    """In Kathmandu (UTC+5:45) what was done in a half hour of UTC is counted where that half hour begins."""
    zone = ZoneInfo("Asia/Kathmandu")
    begin = NOW // SLOT_MS * SLOT_MS
    known = habits([begin + 20 * MINUTE_MS], zone)
    moment = local(begin, zone)
    assert known.long[moment.hour * 2 + moment.minute // 30] == 1.0


@given(st.lists(st.integers(0, 400 * DAY_MS), max_size=40), moments, zones, st.integers(-DAY_MS, 900 * DAY_MS))
def test_features_are_always_numbers(gaps: list[int], start: int, zone: ZoneInfo, ahead: int) -> None:
    """No history, however odd, and no instant, however far, leaves a feature undefined."""
    known = habits(sorted(start + gap for gap in gaps), zone)
    found = known.features(max([known.last_at, start]) + ahead, zone, FLAT)
    assert len(found) == len(NAMES)
    assert all(isfinite(value) for value in found)


def test_a_copy_lives_its_own_life() -> None:
    """What is noted in habits restored from a state leaves the first ones alone."""
    known = habits(punctual())
    before = known.state()
    Habits.restored(known.state()).note(NOW + timedelta(days=1) // timedelta(milliseconds=1), BERLIN)
    assert known.state() == before
