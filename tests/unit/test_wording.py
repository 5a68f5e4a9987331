"""Words without a model: short, true of this moment, safe, never empty."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.when import DAY_MS
from oo_cli.engine.wording import ADVICE_REASON, REASON_CELLS, TIP_CELLS, advice_text, locale_of, reason, tip_text
from oo_data.text import Untrusted, width
from tests.unit.examples import BERLIN, NOW, moments, ms, task, zones


def added(days: int) -> dict[str, int]:
    """On the list for so many days."""
    return {"added_at": NOW - days * DAY_MS}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Next on your list."),
        ({"due": "2026-11-28"}, "3 days late."),
        ({"due": "2026-11-29"}, "2 days late."),
        ({"due": "2026-11-30"}, "Due yesterday."),
        ({"due": "2026-11-30T08:00"}, "Due yesterday."),
        ({"due": "2026-12-01"}, "Due today."),
        ({"due": "2026-12-01T08:05"}, "Was due today at 08:05."),
        ({"due": "2026-12-01T10:00"}, "Due today at 10:00."),
        ({"due": "2026-12-01T18:30"}, "Due today at 18:30."),
        ({"due": "2026-12-01T23:30:00Z"}, "Due tomorrow at 00:30."),
        ({"due": "2026-12-02"}, "Due tomorrow."),
        ({"due": "2026-12-03T09:00"}, "Due on Thursday."),
        ({"due": "2026-12-07"}, "Due on Monday."),
        ({"due": "2026-12-08"}, "Due on 8 December."),
        ({"due": "2027-01-29"}, "Due on 29 January."),
        ({"due": "2027-01-30"}, "Next on your list."),
        ({"due": "9999-12-31"}, "Next on your list."),
        ({"due": "whenever"}, "Next on your list."),
        ({"priority": 4}, "Top priority."),
        ({"priority": 3}, "High priority."),
        ({"priority": 2}, "Next on your list."),
        (added(13), "Next on your list."),
        (added(-400), "Next on your list."),
        (added(14), "On your list for 2 weeks."),
        (added(59), "On your list for 8 weeks."),
        (added(60), "On your list for 8 weeks."),
        (added(61), "On your list for 2 months."),
        (added(729), "On your list for 2 years."),
        (added(730), "On your list for 2 years."),
        ({"minutes": 1}, "Takes about 1 minute."),
        ({"minutes": 45}, "Takes about 45 minutes."),
        ({"minutes": 0}, "Next on your list."),
        ({"minutes": 120}, "Takes about 2 hours."),
        ({"due": "2026-12-01", "minutes": 5}, "Due today, takes about 5 minutes."),
        ({"due": "2026-12-01", "priority": 4, "minutes": 5, **added(40)}, "Due today, top priority."),
        ({"priority": 3, **added(40)}, "High priority, on your list for 5 weeks."),
    ],
)
def test_the_reason_in_words(fields: dict[str, Any], said: str) -> None:
    """At most two facts, the strongest first, each at the borders where its words change."""
    assert reason(task(**fields), NOW, BERLIN) == said


@given(st.dates(date(2026, 1, 1), date(2034, 12, 31)), st.integers(2, 59))
def test_days_to_come_have_their_names(today: date, ahead: int) -> None:
    """The weekday within a week, after that day and month in English, whatever the machine's language."""
    due = today + timedelta(days=ahead)
    named = f"{due:%A}" if ahead < 7 else f"{due.day} {due:%B}"
    assert reason(task(due=str(due)), ms(f"{today}T12:00"), BERLIN) == f"Due on {named}."


@pytest.mark.parametrize(
    ("now", "zone", "due", "said"),
    [
        # The day before is twenty-five and twenty-three hours long; the calendar says yesterday all the same.
        ("2026-10-26T00:10", "Europe/Berlin", "2026-10-25", "Due yesterday."),
        ("2026-03-30T23:50", "Europe/Berlin", "2026-03-29", "Due yesterday."),
        ("2026-10-25T02:40+01:00", "Europe/Berlin", "2026-10-25T02:30", "Was due today at 02:30."),
        ("2026-03-29T01:00", "Europe/Berlin", "2026-03-29T02:30", "Due today at 03:30."),
        ("2026-12-01T23:30+00:00", "Pacific/Kiritimati", "2026-12-02", "Due today."),
        ("2026-12-01T23:30+00:00", "America/New_York", "2026-12-02", "Due tomorrow."),
    ],
)
def test_the_reason_where_clocks_differ(now: str, zone: str, due: str, said: str) -> None:
    """Today and yesterday are the person's own, also around clock changes."""
    assert reason(task(due=due), ms(now), ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("Call the dentist", "Call the dentist"),
        ("Call\x1b[2J \x1b]0;owned\x07the\r\ndentist", "Call the dentist"),
        ("\u202egnihton\u202c", "gnihton"),
        ("x" * 200, "x" * 99 + "…"),
        ("漢" * 60, "漢" * 49 + "…"),
        ("", "(a task without a name)"),
        (" \u200b\u3164\ufe0f\u0301 ", "(a task without a name)"),
    ],
)
def test_titles_as_tips(raw: str, said: str) -> None:
    """A title is shown as written, made safe, cut where it is too long, and named where nothing is left."""
    assert tip_text(Untrusted(raw)) == said


def test_a_blank_title_is_named_in_the_person_s_language() -> None:
    """The one text of ours that may stand where a title does; a title itself is never translated."""
    assert tip_text(Untrusted(""), locale_of("de")) == "(eine Aufgabe ohne Namen)"
    assert tip_text(Untrusted(" "), locale_of("ru")) == "(задача без названия)"
    assert tip_text(Untrusted("Call Ada"), locale_of("ru")) == "Call Ada"


@given(st.text(st.characters(), max_size=300))
def test_any_title_is_a_safe_tip(raw: str) -> None:
    """Never empty, never wider than a tip, never a control character."""
    for said in (tip_text(Untrusted(raw)), advice_text(f"Well: {raw}")):
        assert said
        assert width(said) <= TIP_CELLS
        assert not any(unicodedata.category(char) == "Cc" for char in said)


@given(
    st.dates().map(str)
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    | st.text(max_size=20)
    | st.none(),
    st.integers(0, 5),
    st.integers(-(10**13), 10**13) | st.none(),
    st.integers(0, 10**200) | st.none(),
    moments,
    zones,
)
def test_any_task_has_a_reason(
    due: str | None, priority: int, added_at: int | None, minutes: int | None, now: int, zone: ZoneInfo
) -> None:
    """One sentence of at most two facts, whatever the fields hold."""
    said = reason(task(due=due, priority=priority, added_at=added_at, minutes=minutes), now, zone)
    assert said[0].isupper() or said[0].isdigit()
    assert said.endswith((".", "…"))
    assert said.count(",") <= 1
    assert said.isprintable()
    assert width(said) <= REASON_CELLS


def test_the_reason_for_advice_is_fixed() -> None:
    """Advice is explained by fixed words, and the bounds are those that a narrow terminal can take."""
    assert ADVICE_REASON == "What oO noticed."
    assert (TIP_CELLS, REASON_CELLS) == (100, 90)
