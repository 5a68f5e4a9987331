"""Local days and due dates, on ordinary days and on those that the clocks change."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oo_cli.engine.when import (
    DAY_MS,
    HOUR_MS,
    Due,
    at_local,
    day_after,
    default_later,
    due_of,
    local,
    midnight,
    parse_later,
    to_ms,
    utc_iso,
)
from tests.unit.examples import BERLIN, NOW, UTC, moments, ms, zones

FORMS = st.one_of(
    st.from_regex(r"\A(in )?\d{1,3} ?(m|min|h|hours?|d|days?|w|weeks?)\Z"),
    st.times().map("{:%H:%M}".format),
    st.sampled_from(["tonight", "Tomorrow", "next  week", "mon", "sunday"]),
    st.dates().map(str),
    st.text(max_size=12),
)


@given(st.integers(-62_000_000_000_000, 253_000_000_000_000), zones)
@example(140_114_056_582_692, BERLIN)
def test_local_time_loses_nothing(at: int, zone: ZoneInfo) -> None:
    """An instant survives the way to local time and back to the millisecond."""
    assert to_ms(local(at, zone)) == at


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Europe/Berlin", "2026-12-01", "2026-11-30T23:00:00Z", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5),
        ("Asia/Kathmandu", "2026-06-01", "2026-05-31T18:15:00Z", 24),
        # Midnight itself is skipped: the day begins at one.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23),
        # Midnight comes twice: the day begins with the first.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        # A whole day is skipped: it begins and ends at once.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
    ],
)
def test_days_begin_and_end_with_the_zone(zone: str, day: str, begins: str, hours: float) -> None:
    """A local day is as long as its zone makes it."""
    here, named = ZoneInfo(zone), date.fromisoformat(day)
    begin = midnight(named, here)
    assert utc_iso(begin) == begins
    assert midnight(day_after(named), here) - begin == hours * HOUR_MS


@pytest.mark.parametrize(
    ("clock", "instant"),
    [
        (time(1, 59), "2026-03-29T00:59:00Z"),
        (time(2, 30), "2026-03-29T01:30:00Z"),
        (time(3, 30), "2026-03-29T01:30:00Z"),
    ],
)
def test_a_skipped_hour_moves_on(clock: time, instant: str) -> None:
    """A wall-clock time that does not exist is the instant an hour on."""
    assert utc_iso(at_local(date(2026, 3, 29), clock, BERLIN)) == instant


def test_the_last_day_stays_the_last() -> None:
    """9999-12-31, which people write for "some day", is a due date like others."""
    assert day_after(date.max) == date.max
    assert Due("9999-12-31", BERLIN).day == date.max


@pytest.mark.parametrize(
    ("text", "zone", "timed", "day", "at"),
    [
        ("2026-12-01", "Europe/Berlin", False, "2026-12-01", "2026-12-01T23:00:00Z"),
        ("2026-12-01", "Pacific/Kiritimati", False, "2026-12-01", "2026-12-01T10:00:00Z"),
        ("2026-12-01T18:30:00", "Europe/Berlin", True, "2026-12-01", "2026-12-01T17:30:00Z"),
        ("2026-12-01T18:30", "America/New_York", True, "2026-12-01", "2026-12-01T23:30:00Z"),
        ("2026-12-01T23:30:00Z", "Europe/Berlin", True, "2026-12-02", "2026-12-01T23:30:00Z"),
        ("2026-12-01T03:30:00Z", "America/New_York", True, "2026-11-30", "2026-12-01T03:30:00Z"),
    ],
)
def test_due_in_its_three_forms(text: str, zone: str, timed: bool, day: str, at: str) -> None:
    """A whole day ends where the person is, a floating time is theirs, an instant falls on their day."""
    due = Due(text, ZoneInfo(zone))
    assert (due.timed, str(due.day), utc_iso(due.at)) == (timed, day, at)


@pytest.mark.parametrize(
    ("text", "now", "late"),
    [
        ("2026-12-01", "2026-12-01T23:59", 0),
        ("2026-12-01", "2026-12-02T00:00", 1),
        ("2026-12-01", "2026-11-30T23:59", -1),
        ("2026-03-29", "2026-03-30T00:00", 1),
        ("2026-12-01T12:00", "2026-12-01T18:00", 0.25),
        ("2026-12-01T12:00", "2026-11-30T12:00", -1),
    ],
)
def test_lateness_counts_days_or_hours(text: str, now: str, late: float) -> None:
    """A whole-day date is late by whole calendar days, a timed one by the hour."""
    assert Due(text, BERLIN).days_late(ms(now), BERLIN) == late


@pytest.mark.parametrize("text", [None, "", "soon", "2026-02-30", "2026-12-01T25:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_date_is_none(text: str | None) -> None:
    """A date nobody can read is no due date, and no crash."""
    assert due_of(text, ZoneInfo("America/New_York")) is None


@given(st.text(max_size=30) | st.datetimes().map(str) | st.dates().map(str), zones)
def test_any_text_is_a_due_date_or_none(text: str, zone: ZoneInfo) -> None:
    """No text from outside can raise out of `due_of`, nor out of what it returns."""
    due = due_of(text, zone)
    assert due is None or isinstance(due.days_late(NOW, zone), float)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", "2026-12-01T10:30"),
        ("in 5 min", "2026-12-01T10:05"),
        ("2h", "2026-12-01T12:00"),
        ("1 hour", "2026-12-01T11:00"),
        ("3 days", "2026-12-04T10:00"),
        ("2W", "2026-12-15T10:00"),
        ("18:30", "2026-12-01T18:30"),
        ("9:15", "2026-12-02T09:15"),
        ("10:00", "2026-12-02T10:00"),
        ("tonight", "2026-12-01T19:00"),
        (" Tomorrow ", "2026-12-02T08:00"),
        ("next   week", "2026-12-07T08:00"),
        ("2026-12-24", "2026-12-24T08:00"),
        ("2026-12-01", None),
        ("2025-01-01", None),
        ("24:00", None),
        ("7:5", None),
        ("0m", None),
        ("1000d", None),
        ("-3h", None),
        ("whenever", None),
        ("", None),
    ],
)
def test_later_as_people_write_it(text: str, expected: str | None) -> None:
    """Every form the help names, and what is none of them."""
    assert parse_later(text, NOW, BERLIN) == (ms(expected) if expected else None)


@pytest.mark.parametrize("length", [3, 9])
def test_every_day_of_the_week_has_its_name(length: int) -> None:
    """Each name, whole or its first three letters, is the next such day; today's is a week away."""
    days = ["Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday"]
    found = [parse_later(day[:length], NOW, BERLIN) for day in days]
    assert found == [ms(f"2026-12-{2 + ahead:02}T08:00") for ahead in range(7)]


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2026-12-01T18:30", "tonight", "2026-12-01T19:30"),
        ("2026-12-01T23:30", "tonight", "2026-12-02T00:30"),
        # The hour from two to three comes twice.
        ("2026-10-25T02:10+02:00", "2:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40+02:00", "2:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:40+01:00", "2:30", "2026-10-26T02:30"),
        # It is skipped.
        ("2026-03-29T01:30", "2:30", "2026-03-29T03:30"),
        ("2026-10-24T22:00", "tomorrow", "2026-10-25T08:00"),
        ("2026-10-24T22:00", "1d", "2026-10-25T21:00"),
    ],
)
def test_later_on_odd_nights(now: str, text: str, expected: str) -> None:
    """Late evenings and the nights on which the clocks change."""
    assert parse_later(text, ms(now), BERLIN) == ms(expected)


@given(FORMS, moments, zones)
@example("1:30", ms("2026-11-01T01:40-04:00"), ZoneInfo("America/New_York"))
def test_later_is_never_now_or_before(text: str, now: int, zone: ZoneInfo) -> None:
    """Whatever is written, "later" is to come or is refused."""
    until = parse_later(text, now, zone)
    assert until is None or until > now


@pytest.mark.parametrize(
    ("now", "expected"),
    [("T00:10", "T03:10"), ("T15:59", "T18:59"), ("T16:00", "+T08:00"), ("T23:59", "+T08:00")],
)
def test_later_without_a_word(now: str, expected: str) -> None:
    """Three hours on by day; tomorrow morning from the late afternoon."""
    day = "2026-12-02" if expected.startswith("+") else "2026-12-01"
    assert default_later(ms(f"2026-12-01{now}"), BERLIN) == ms(day + expected.lstrip("+"))


def test_instants_in_words() -> None:
    """An instant is written in UTC, to the second."""
    assert utc_iso(NOW + 999) == "2026-12-01T09:00:00Z"
    assert local(NOW, UTC).tzinfo is UTC
    assert midnight(date(1970, 1, 2), UTC) == DAY_MS
