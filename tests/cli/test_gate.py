"""Silence that holds: the person's own word binds every door, a guess binds only surfaces that speak by themselves."""

from __future__ import annotations

import pytest

from tests.conftest import Oo

NIGHT = "2026-12-01T23:30:00+01:00"


@pytest.fixture
def two_tasks(oo: Oo) -> Oo:
    """A home with two tasks and a shelf."""
    oo("add", "Call the dentist due:2026-12-01")
    oo("add", "Water the plants")
    oo("refresh")
    return oo


def test_default_quiet_hours_do_not_silence_who_asks(two_tasks: Oo) -> None:
    """Whoever types `oo tip` at night has asked."""
    assert two_tasks("tip", OO_NOW=NIGHT).out.startswith("Call the dentist")


def test_own_quiet_hours_silence_every_door(two_tasks: Oo) -> None:
    """Quiet hours that the person set hold for the typed command too, at once, and `why` says so."""
    two_tasks("profile", "set", "time-of-day.quiet_start", "23", OO_NOW=NIGHT)
    assert two_tasks("tip").out == "· Quiet hours, until 07:00 tomorrow.\n"
    assert "The gate is closed: quiet hours, until Wed 07:00." in two_tasks("why").out
    two_tasks("profile", "unset", "time-of-day.quiet_start")
    assert two_tasks("tip").out.startswith("Call the dentist")


def test_own_budget_counts_different_things(two_tasks: Oo) -> None:
    """A budget of one allows one thing a day, however often it is looked at, and starts anew at midnight."""
    two_tasks("profile", "set", "tips.per_day", "1")
    assert two_tasks("tip").out.startswith("Call the dentist")
    assert two_tasks("tip").out.startswith("Call the dentist")
    two_tasks("done")
    assert two_tasks("tip").out == "· Enough for today.\n"
    assert two_tasks("tip", OO_NOW="2026-12-02T08:00:00+01:00").out.startswith("Water the plants")


def test_off_means_off(two_tasks: Oo) -> None:
    """A budget of none is silence, also after a refresh."""
    two_tasks("profile", "set", "tips.per_day", "0")
    assert two_tasks("tip").out == "· Tips are off; to have them again: oo profile unset tips.per_day.\n"
    two_tasks("refresh")
    assert two_tasks("tip").out == "· Tips are off; to have them again: oo profile unset tips.per_day.\n"
    off = "tips are off; to have them again: oo profile unset tips.per_day.\n"
    assert two_tasks("why").out.startswith(f"The gate is closed: {off}")
    assert two_tasks("status").out.endswith(f"Quiet now: {off}")


def test_what_waits_is_told_by_every_door_alike(two_tasks: Oo) -> None:
    """With all put off, the silence says so and until when; why leads with it, and nothing counts as ready."""
    for _ in range(2):
        two_tasks("tip")
        two_tasks("later", "18:00")
    for _ in range(2):
        assert two_tasks("tip").out == "· Nothing more for now, until 18:00.\n"
        said = two_tasks("why").out.splitlines()
        assert said[0] == "The gate is closed: nothing more for now, until Tue 18:00."
        assert said[1].startswith("The last tip: ")
        assert "Quiet now: nothing more for now, until Tue 18:00." in two_tasks("status").out
        assert two_tasks("status").out.splitlines()[1].startswith("0 tips ready")
        two_tasks("refresh")
    assert two_tasks("tip", OO_NOW="2026-12-01T18:00:00+01:00").out.startswith("Call the dentist")
    assert two_tasks("why").out.startswith("Call the dentist\n")


def test_what_is_put_off_for_days_is_still_open(oo: Oo) -> None:
    """With all of it put off beyond the day, nobody is told that nothing is open; undo brings it back at once."""
    oo("add", "Call the dentist")
    oo("tip")
    oo("later", "2026-12-07")
    for _ in range(2):
        assert oo("tip").out == "· All that is open is put off.\n"
        assert oo("why").out.startswith("The gate is closed: all that is open is put off.\n")
        oo("refresh")
    oo("undo")
    assert oo("tip").out.startswith("Call the dentist")
    oo("done")
    assert oo("tip").out == "· Nothing is open.\n"


def test_a_pause_within_the_night_is_told_as_the_tip_tells_it(two_tasks: Oo) -> None:
    """Too many in the evening: a typed tip, why and status name the same reason and the same end of it."""
    two_tasks("tip", OO_NOW="2026-12-01T21:00:00+01:00")
    assert "Quiet until Wed 01:00." in two_tasks("no", "too many").err
    assert two_tasks("tip", OO_NOW=NIGHT).out == "· Quiet after your answer, until 01:00 tomorrow.\n"
    assert two_tasks("why").out.startswith("The gate is closed: quiet after your answer, until Wed 01:00.\n")
    assert two_tasks("status").out.endswith("Quiet now: quiet after your answer, until Wed 01:00.\n")


def test_a_withdrawn_consent_holds_within_the_second(two_tasks: Oo) -> None:
    """What the person no longer allows is neither shown nor kept."""
    assert two_tasks("tip").out.startswith("Call the dentist")
    assert two_tasks("consent", "revoke", "source.todotxt").code == 0
    assert two_tasks("tip").out.startswith("Tell oO one thing")


def test_words_follow_the_calendar_without_a_refresh(two_tasks: Oo) -> None:
    """A shelf made today speaks of yesterday's due date when it is asked tomorrow."""
    assert two_tasks("tip").out == "Call the dentist\nDue today.\n"
    assert two_tasks("tip", OO_NOW="2026-12-02T08:00:00+01:00").out == "Call the dentist\nOne day late.\n"


def test_a_file_changed_by_another_hand_is_noticed_at_once(two_tasks: Oo, environ: dict[str, str]) -> None:
    """A task ticked in an editor a moment ago is not said."""
    file = f"{environ['OO_HOME']}/data/todo.txt"
    with open(file) as before:
        lines = before.read().splitlines()
    with open(file, "w") as after:
        after.write("\n".join(f"x 2026-12-01 {line}" if "dentist" in line else line for line in lines) + "\n")
    assert two_tasks("tip").out.startswith("Water the plants")
