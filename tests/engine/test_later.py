"""Times to put something off to: few, apart, awake, and the person's own where those are known."""

from __future__ import annotations

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.later import APART_MS, Day, offers
from oo_cli.engine.when import local, to_ms

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """UTC ms of a local time in Berlin."""
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


def told(now: str, day: Day) -> list[str]:
    """The offers as label and local time."""
    return [f"{offer.label} {local(offer.at, BERLIN):%a %H:%M}" for offer in offers(at(now), BERLIN, day)]


@pytest.mark.parametrize(
    ("now", "day", "expected"),
    [
        ("2026-12-01T10:00", Day(), ["in three hours Tue 13:00", "tonight Tue 19:00", "tomorrow morning Wed 08:00",
                                     "next week Mon 08:00"]),
        ("2026-12-01T10:00", Day(best=(9, 16)), ["in three hours Tue 13:00", "at your best hour Tue 16:00",
                                                 "tonight Tue 19:00", "tomorrow morning Wed 08:00",
                                                 "next week Mon 08:00"]),
        ("2026-12-01T10:00", Day(best=(13,)), ["at your best hour Tue 13:00", "tonight Tue 19:00",
                                               "tomorrow morning Wed 08:00", "next week Mon 08:00"]),
        ("2026-12-01T20:30", Day(), ["in an hour Tue 21:30", "tomorrow morning Wed 08:00", "next week Mon 08:00"]),
        ("2026-12-01T23:30", Day(), ["tomorrow morning Wed 08:00", "next week Mon 08:00"]),
        ("2026-12-06T21:30", Day(quiet_end=9), ["tomorrow morning Mon 09:00"]),
        ("2026-12-01T05:30", Day(quiet_start=1, quiet_end=8), ["in three hours Tue 08:30", "tonight Tue 19:00",
                                                               "tomorrow morning Wed 08:00", "next week Mon 08:00"]),
    ],
    ids=["morning", "best hour", "one for two", "evening", "night", "sunday", "before dawn"],
)  # fmt: skip
def test_the_times_fit_the_hour_and_the_person(now: str, day: Day, expected: list[str]) -> None:
    """What is past, too near to another or in the quiet hours is not offered; their own best hour comes first."""
    assert told(now, day) == expected


DAYS = st.builds(
    Day, st.integers(0, 23), st.integers(0, 23), st.lists(st.integers(0, 23), max_size=4).map(tuple), st.integers(5, 11)
)


@given(st.integers(0, 400 * 24 * 4), DAYS)
def test_any_moment_of_the_year_has_a_time(quarters: int, day: Day) -> None:
    """At least one, at most five, all to come, in order and apart, whatever hours a person keeps and clocks do."""
    now = at("2026-01-01T00:00") + quarters * 900_000
    found = offers(now, BERLIN, day)
    assert 1 <= len(found) <= 5
    assert all(offer.at > now for offer in found)
    assert all(after.at - before.at >= APART_MS for before, after in itertools.pairwise(found))
    assert any(offer.when == "tomorrow" for offer in found)
