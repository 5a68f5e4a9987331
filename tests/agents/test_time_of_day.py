"""time-of-day on people whose hours are known."""

from __future__ import annotations

import pytest

from oo_agents import registry
from oo_agents.time_of_day.agent import USUAL_NIGHT
from oo_data.contracts.agent import UserHistory
from tests.agents.people import (
    BERLIN,
    HOUR_MS,
    NOW,
    at,
    by_place,
    compute,
    done,
    history,
    infer,
    learned,
    text,
)

AGENT = "time-of-day"


def person(*hours: float, days: int = 60, tz: str = BERLIN) -> UserHistory:
    """Someone who finishes one thing at each of these local hours on each of the last days."""
    return history((done(at(back, hour, tz)) for back in range(days) for hour in hours), tz=tz)


def test_known_truth() -> None:
    """A person who works from nine to eleven and after supper is recognised."""
    found = learned(AGENT, person(8.5, 9.2, 9.7, 10.1, 10.4, 10.8, 11.2, 13, 15, 16, 18, 20))
    assert found["preferred_hour"] == 10
    assert found["peak_hours"] == (9, 10)
    assert (found["quiet_start"], found["quiet_end"]) == (21, 8)
    assert found["tz"] == BERLIN


@pytest.mark.parametrize("tz", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
def test_local_hours_across_summer_time(tz: str) -> None:
    """Someone who finishes things at ten by the wall clock does so before and after the clocks change."""
    found = learned(AGENT, person(10, 10.2, tz=tz))
    assert found["preferred_hour"] == 10
    assert found["peak_hours"] == (10,)


def test_around_midnight() -> None:
    """Hours on both sides of midnight meet at midnight, not at noon; quiet runs across the day."""
    found = learned(AGENT, person(22, 22.6, 23, 23.5, 0, 0.5, 1, 1.5))
    assert found["preferred_hour"] == 0
    assert (found["quiet_start"], found["quiet_end"]) == (7, 17)


def test_a_long_quiet_run_over_the_night_keeps_the_default() -> None:
    """An office day from nine to five does not make the evening quiet."""
    found = learned(AGENT, person(*range(9, 17)))
    assert "quiet_start" not in found
    assert "quiet_end" not in found


def test_usual_night_is_the_cold_start() -> None:
    """What counts as the usual night is what the manifest says."""
    defaults = {param.name: param.default for param in registry.manifest(AGENT).params}
    start, end = defaults["quiet_start"], defaults["quiet_end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert {*range(start, 24), *range(end)} == USUAL_NIGHT


def test_round_the_clock() -> None:
    """Someone active at all hours alike has neither a preferred hour, nor peaks, nor quiet."""
    assert learned(AGENT, person(*range(24), days=30)) == {"tz": BERLIN}


def test_day_only_completions_tell_no_hours() -> None:
    """A todo.txt, which knows only days, does not make noon the favourite hour."""
    days = history(done(at(back, 12), timed=False) for back in range(60))
    assert learned(AGENT, days) == {"tz": BERLIN}


@pytest.mark.parametrize(("days", "each", "known"), [(19, 1, False), (20, 1, True), (14, 5, False), (15, 2, True)])
def test_thin(days: int, each: int, known: bool) -> None:
    """Twenty timed completions over fourteen days are needed, not less of either."""
    found = learned(AGENT, person(*[10.0] * each, days=days))
    assert ("preferred_hour" in found) is known


@pytest.mark.parametrize("tz", ["", "Mars/Olympus"])
def test_no_zone(tz: str) -> None:
    """Without a known zone there are no local hours, and no zone to hand on."""
    lost = history((done(at(back, 10)) for back in range(60)), tz=tz)
    assert learned(AGENT, lost) == {}


def test_old_habits_fade() -> None:
    """What is older than ninety days no longer counts."""
    moved = [done(at(back, 6)) for back in range(95, 300)] + [done(at(back, 20)) for back in range(90)]
    assert learned(AGENT, history(moved))["preferred_hour"] == 20


def test_little_and_garbage() -> None:
    """Nothing, one event and absurd times leave the defaults and no error."""
    for completions in ([], [done(NOW)], [done(10**30)] * 50, [done(-(10**30))] * 50):
        assert {each.error for each in infer(AGENT, history(completions, events=1)).values()} == {""}
        assert set(learned(AGENT, history(completions))) == {"tz"}


def test_two_peaks() -> None:
    """Of a morning and an evening the greater is preferred, not the noon between them."""
    assert learned(AGENT, person(8, 8.5, 9, 19.5, 20))["preferred_hour"] == 9
    assert learned(AGENT, person(8.5, 9, 19, 19.5, 20))["preferred_hour"] == 20


def test_stray_nights_and_holidays() -> None:
    """A night spent clearing up, some strays and weeks away leave the quiet hours as they are."""
    usual = [
        done(at(back, hour)) for back in range(120) if not 20 < back < 42 for hour in (7.5, 9, 11, 14, 17, 20, 21.5)
    ]
    night = [done(at(50, 3 + index / 60)) for index in range(40)]
    strays = [done(at(back, 2)) for back in (5, 60, 90)]
    found = learned(AGENT, history([*usual, *night, *strays]))
    assert (found["quiet_start"], found["quiet_end"]) == (22, 7)
    assert found["preferred_hour"] != 3


def test_a_move_does_not_smear() -> None:
    """Hours from before a move to another zone count as what they were there."""
    there = [done(at(back, hour, "America/New_York")) for back in range(30, 150) for hour in (8, 10, 10.5, 15, 21)]
    here = [done(at(back, hour)) for back in range(30) for hour in (8, 10, 10.5, 15, 21)]
    found = learned(AGENT, history([*there, *here]))
    assert found["preferred_hour"] == 10
    assert (found["quiet_start"], found["quiet_end"]) == (22, 8)


def test_one_instant() -> None:
    """A whole past that was imported at one moment tells no hour."""
    assert learned(AGENT, history(done(at(3, 3)) for _ in range(500))) == {"tz": BERLIN}


def test_speaks() -> None:
    """Said near the hour when two fifths of at least twenty lie there; louder in peak hours; until it is over."""
    features = {"done.by_hour": by_place(24, at14=4, at15=8, at16=3, at20=5)}
    said = compute(AGENT, features, {"preferred_hour": 15, "peak_hours": (15,)})
    assert text(said) == "Around now you usually get things done: 15 of 20 between 13:00 and 17:00."
    assert said is not None
    assert (said.weight, said.expires_at, said.refs) == (0.75, NOW + 2 * HOUR_MS, ())
    calm = compute(AGENT, features, {"preferred_hour": 15, "peak_hours": (20,)})
    assert calm is not None
    assert calm.weight == 0.375
    late = compute(AGENT, features, {"preferred_hour": 15, "peak_hours": (15,)}, now=at(0, 16.5))
    assert late is not None
    assert late.expires_at == at(0, 17)


@pytest.mark.parametrize(
    ("hour", "preferred", "said"),
    [
        (13.9, 15, False),
        (14, 15, True),
        (16.9, 15, True),
        (17, 15, False),
        (23.5, 0, True),
        (1, 0, True),
        (2, 0, False),
    ],
)
def test_only_around_the_hour(hour: float, preferred: int, said: bool) -> None:
    """From an hour before the preferred one to two hours after it, also across midnight."""
    features = {"done.by_hour": tuple(8.0 if abs((at - preferred + 12) % 24 - 12) < 2 else 0.0 for at in range(24))}
    assert (compute(AGENT, features, {"preferred_hour": preferred}, now=at(0, hour)) is not None) is said


@pytest.mark.parametrize(
    "row",
    [by_place(24), by_place(24, at10=19), by_place(24, at10=12, at20=20), tuple([5.0] * 24)],
    ids=["empty", "thin", "elsewhere", "even"],
)
def test_silent(row: tuple[float, ...]) -> None:
    """Nothing is called usual on thin or scattered evidence, cold start or not."""
    assert compute(AGENT, {"done.by_hour": row}, now=at(0, 10)) is None


def test_silent_without_zone() -> None:
    """Without a zone nobody knows whether the hour is near."""
    assert compute(AGENT, {"done.by_hour": by_place(24, at10=40)}, now=at(0, 10)) is not None
    assert compute(AGENT, {"done.by_hour": by_place(24, at10=40)}, now=at(0, 10), tz="") is None
