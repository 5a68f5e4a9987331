"""Schedules: whatever is typed is either read back as the same or refused; what is on follows the wall clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine import contexts
from oo_cli.engine.contexts import MIDNIGHT, Range, active, normal, parse, scheduled, spellings
from oo_data.contracts.signal import ContextSignal
from tests.fakes import BERLIN, DAY, HOUR, MINUTE

RANGES = st.builds(
    Range,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, MIDNIGHT - 1),
    st.integers(0, MIDNIGHT),
).filter(lambda each: each.begin != each.end)
SCHEDULES = st.lists(RANGES, min_size=1, max_size=6).map(lambda ranges: tuple(sorted(set(ranges))))
WORDS = (
    "mon",
    "Tuesday",
    "sat-sun",
    "fri-mon",
    "daily",
    "weekdays",
    "9",
    "9-17",
    "22:00-6:00",
    "24:00",
    ",",
    "-",
    "\u2013",
    " ",
)


def at(local: str, fold: int = 0) -> int:
    """UTC ms of a local time in Berlin."""
    return round(datetime.fromisoformat(local).replace(tzinfo=BERLIN, fold=fold).timestamp() * 1000)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("mon-fri 9:00-17:00", "mon-fri 09:00-17:00"),
        ("MON \u2013 FRI 9 \u2013 17", "mon-fri 09:00-17:00"),
        ("9-17", "daily 09:00-17:00"),
        ("weekdays 18-23, sat,sun 9:00-24:00", "mon-fri 18:00-23:00,sat sun 09:00-24:00"),
        ("fri-mon 10-12", "mon fri-sun 10:00-12:00"),
        ("monday wednesday 22:30-6:00", "mon wed 22:30-06:00"),
        ("weekends 0-24, weekends 0-24", "sat sun 00:00-24:00"),
    ],
)
def test_schedules_are_kept_in_fixed_words(typed: str, told: str) -> None:
    """However it is written, what is stored is one of few words, and reads back as itself."""
    assert normal(parse(typed)) == told
    assert normal(parse(told)) == told


@pytest.mark.parametrize(
    "typed",
    ["", ",", "mon", "9", "9-9", "24-6", "9-25", "9:60-10", "mon-fri", "9-17, tue", "someday 9-17", "9-17,,10-12",
     "9-17 mon", "mon-tue-wed 9-17", "\u0669-\u0661\u0667", "9-17" + " " * 500,
     ",".join(f"{h}-{h + 1}" for h in range(22))],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(typed: str) -> None:
    """Nothing is guessed: days without hours, hours that no clock shows, and endless text are refused."""
    with pytest.raises(ValueError, match=r"."):
        parse(typed)


@given(SCHEDULES)
def test_every_schedule_reads_back(ranges: tuple[Range, ...]) -> None:
    """Writing and reading are each other's inverse."""
    assert parse(normal(ranges)) == ranges


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=8).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises anything but ValueError, and what is read holds nothing of the text's own words."""
    try:
        told = normal(parse(text))
    except ValueError:
        return
    assert parse(told) == parse(text)
    assert set(told) <= set("montuewdhfrisadly0123456789:-, ")


@pytest.mark.parametrize(
    ("schedule", "on", "off"),
    [
        ("mon-fri 9-17", ["01T09:00", "01T16:59"], ["01T08:59", "01T17:00", "05T10:00"]),
        ("fri 22-6", ["04T22:00", "05T05:59"], ["04T05:00", "05T06:00", "05T22:30"]),
        ("sun 20-2", ["07T01:00"], ["08T01:00", "06T01:00"]),
        ("sat 0-24", ["05T00:00", "05T23:59"], ["06T00:00", "04T23:59"]),
        ("sat 18-0", ["05T18:00", "05T23:59"], ["06T00:00"]),
    ],
)  # fmt: skip
def test_ranges_hold_their_begin_and_not_their_end(schedule: str, on: list[str], off: list[str]) -> None:
    """Overnight ranges belong to the day on which they begin."""
    told = normal(parse(schedule))
    assert [scheduled(told, at(f"2026-12-{clock}"), BERLIN) for clock in on] == [True] * len(on)
    assert [scheduled(told, at(f"2026-12-{clock}"), BERLIN) for clock in off] == [False] * len(off)


def test_changes_of_summer_time() -> None:
    """An hour that is skipped is in no range, one that is repeated is in it twice, and nights stay whole."""
    inside = normal(parse("daily 2:00-3:00"))
    spring, autumn = at("2026-03-29T00:00"), at("2026-10-25T00:00")
    assert sum(scheduled(inside, spring + minute * MINUTE, BERLIN) for minute in range(0, 23 * 60, 15)) == 0
    assert sum(scheduled(inside, autumn + minute * MINUTE, BERLIN) for minute in range(0, 25 * 60, 15)) == 8
    night = normal(parse("daily 22:00-6:00"))
    for midnight in (spring, autumn):
        assert all(scheduled(night, midnight - 2 * HOUR + step * HOUR, BERLIN) for step in range(7))


@given(SCHEDULES, st.integers(0, 10_000), st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]))
def test_what_is_on_is_what_the_clock_shows(ranges: tuple[Range, ...], quarter: int, name: str) -> None:
    """At any instant in any zone: on exactly while today's or last night's range holds the time on the wall."""
    zone = ZoneInfo(name)
    now = 1_790_000_000_000 + quarter * 15 * MINUTE
    wall = datetime.fromtimestamp(now / 1000, zone).replace(tzinfo=None)
    expected = False
    for days, begin, end in ranges:
        for back in (0, 1):
            day = datetime.combine(wall, time()) - timedelta(days=back)
            until = day + timedelta(minutes=end, days=int(end <= begin))
            expected |= day.weekday() in days and day + timedelta(minutes=begin) <= wall < until
    assert scheduled(normal(ranges), now, zone) == expected


def test_active_by_hand_or_by_schedule() -> None:
    """Either is enough; neither is off."""
    now = at("2026-12-01T10:00")
    known = [
        ContextSignal("hand", True, ""), ContextSignal("time", False, "mon-fri 09:00-17:00"),
        ContextSignal("both", True, "sat 09:00-17:00"), ContextSignal("none", False, "sat 09:00-17:00"),
        ContextSignal("bare", False, ""),
    ]  # fmt: skip
    assert active(known, now, BERLIN) == {"hand", "time", "both"}
    assert active(known, now + 4 * DAY, BERLIN) == {"hand", "both", "none"}
    assert contexts.active([], now, BERLIN) == frozenset()


def test_spellings() -> None:
    """A list may write the name with other capitals."""
    assert {"deep work", "Deep work", "Deep Work", "DEEP WORK"} == spellings("deep work")
    assert "iPhone" in spellings("iPhone")
