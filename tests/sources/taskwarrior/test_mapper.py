"""What an exported task means, and that no line makes the mapper fail."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_cli.adapters.sources.taskwarrior.mapper import Export, export_of, period
from oo_cli.adapters.sources.taskwarrior.source import TaskwarriorSource
from oo_data.text import show
from tests.fakes import BERLIN, TUESDAY
from tests.taskwarrior import Tasks, done, needs_task, task, uuid_of

FIELDS = ("description", "status", "due", "end", "wait", "recur", "parent", "tags", "depends", "annotations", "project")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(("pending", "00010101T000000Z")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def told(*items: dict[str, Any], zone: ZoneInfo = BERLIN) -> Export:
    """What the mapper makes of an export."""
    return export_of([json.dumps(item) + ",\n" for item in items], zone)


def test_every_field_has_its_place() -> None:
    """One task with everything, in the port's own terms; attributes of the person's own are dropped."""
    (found,) = told(
        task(
            1, "Call the dentist", due="20261201T163000Z", scheduled="20261128T230000Z", wait="20261120T090000Z",
            priority="M", project="home.health", tags=["phone", "next", "phone"], start="20261130T080000Z",
            annotations=[{"description": "private"}, {}], recur="weekly", parent=uuid_of(9), urgency=12.5, rating=5,
        )
    ).tasks  # fmt: skip
    assert (found.source, found.handle, show(found.title)) == ("taskwarrior", uuid_of(1), "Call the dentist")
    assert (found.due, found.start, found.priority) == ("2026-12-01T16:30:00Z", "2026-11-29", 3)
    assert (found.project, found.labels, found.notes) == ("home.health", ("phone", "next"), 2)
    assert (found.started, found.starred, found.recurring) == (True, True, True)
    assert (found.every_days, found.routine, found.added_at) == (7.0, uuid_of(9), 1_793_523_600_000)


def test_both_ends_of_a_day_stand_for_the_day() -> None:
    """Taskwarrior has no dates without a time: its first and last second of the local day mean the day."""
    times = {"20261130T230000Z": "2026-12-01", "20261201T225959Z": "2026-12-01", "20261201T080000Z": None}
    found = told(*(task(number, due=due) for number, due in enumerate(times, 1))).tasks
    assert [each.due for each in found] == [day or "2026-12-01T08:00:00Z" for day in times.values()]


def test_only_what_is_open_blocks() -> None:
    """A task waits for those of its dependencies that are open; the older form, one text, is read as well."""
    found = told(
        task(1, depends=[uuid_of(2), uuid_of(3)]), task(2), done(3, "20261120T080000Z"), task(4, depends=[uuid_of(3)]),
        task(5, depends=f"{uuid_of(3)},{uuid_of(2)}"),
    ).tasks  # fmt: skip
    assert [each.blocked for each in found] == [True, False, False, True]
    assert [each.blocking for each in found] == [False, True, False, False]


def test_what_is_no_task_to_do_is_left_out() -> None:
    """Deleted tasks, templates, and lines that cannot be read; the last are counted."""
    lines = ["[\n", "\n", "]\n", "{broken\n", '{"uuid": "rc.data.location=/"}\n', "7\n", "[" * 100_000]
    found = export_of(lines, BERLIN)
    assert (found.tasks, found.done, found.unread) == ((), (), 4)
    gone = told(task(1, status="deleted"), task(2, status="recurring", recur="daily"), task(3, " "), done(4, "soon"))
    assert (gone.tasks, gone.done, gone.unread) == ((), (), 1)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("daily", 1), ("3d", 3), ("2wks", 14), ("weekly", 7), ("weekdays", 1.4), ("biweekly", 14), ("monthly", 30.4),
        ("quarterly", 91.3), ("yearly", 365.25), ("P1M", 30.4), ("P2W", 14), ("P1Y2D", 367.25), ("PT4H", None),
        ("4h", None), ("0d", None), ("P", None), ("often", None), (None, None),
    ],
)  # fmt: skip
def test_a_rule_is_read_as_days(rule: str | None, days: float | None) -> None:
    """Words, short forms and ISO 8601; nothing under a day, and nothing unknown."""
    assert period(rule) == days


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), ANY), st.sampled_from(("Pacific/Apia", "America/Nome", "UTC")))
def test_no_value_makes_it_fail(fields: dict[str, Any], zone: str) -> None:
    """Whatever JSON stands in a field, there is an answer, and its texts can be encoded."""
    found = told({"uuid": uuid_of(1), "description": "x", "status": "pending", **fields}, zone=ZoneInfo(zone))
    for each in found.tasks:
        f"{each.title.raw()}{each.project}{each.labels}".encode()


@given(st.text(max_size=60))
def test_no_line_makes_it_fail(line: str) -> None:
    """A line is a task, nothing, or counted."""
    assert export_of([line], BERLIN).unread <= 1


@needs_task
def test_words_come_through_the_program_as_they_are(tasks: Tasks, source: TaskwarriorSource) -> None:
    """Quotes, other scripts, emoji, escapes and brackets survive import, its files, export and mapping."""
    words = [
        'say "hi" [now]',
        "Grüße 日本語 👩‍👩‍👧",
        "a\\b c:d +tag",
        "100% &open;",
        "uuid:x rc.gc=on",
        "-- x",
        "\u001b[31mred",
    ]
    tasks.put(*(task(number, text) for number, text in enumerate(words, 1)))
    found = {each.handle: show(each.title) for each in source.read(TUESDAY).tasks}
    kept = [found[uuid_of(number)] for number in range(1, len(words) + 1)]
    assert [kept[0], kept[1], kept[4], kept[5], kept[6]] == [words[0], words[1], words[4], words[5], "red"]
    assert len(kept) == len(words)
