"""From Todoist's words to signals: each field, each exclusion, and any JSON at all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.sources.todoist.mapper import to_reading
from oo_data.contracts.signal import Reading, TaskSignal
from tests.todoist_server.account import ME, SOMEONE_ELSE, Json, due, item

PROJECT = {"id": "6Jf8VQXxpwv56VQ7", "name": "Home", "is_archived": False, "is_deleted": False}


def read(*items: object, tz: object = "Europe/Madrid", **parts: object) -> Reading:
    """The reading of an account with these items."""
    user = {"id": ME, "tz_info": {"timezone": tz}}
    return to_reading({"items": list(items), "projects": [PROJECT], "user": user} | parts)


def one(**fields: Any) -> TaskSignal:
    """The signal of one item."""
    (task,) = read(item(**fields)).tasks
    return task


def test_plain_task() -> None:
    """A task with nothing special maps field by field."""
    task = one(labels=["errand", "5min"], priority=4)
    assert (task.source, task.handle, task.project) == ("todoist", "6X7rM8997g3RQmvh", "Home")
    assert (task.priority, task.labels, task.added_at) == (4, ("errand", "5min"), 1_737_494_923_841)
    assert (task.due, task.start, task.recurring, task.minutes) == (None, None, False, None)
    assert task.title.raw() == "Buy milk"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T12:00:00", "2026-12-01T12:00:00"),
        ("2026-12-01T12:00:00.000000", "2026-12-01T12:00:00"),
        ("2026-12-01T12:00:00.250000", "2026-12-01T12:00:00"),
        ("2026-12-01T12:00", "2026-12-01T12:00:00"),
        ("2026-12-06T13:00:00Z", "2026-12-06T13:00:00Z"),
        ("2026-12-06T13:00:00.000000Z", "2026-12-06T13:00:00Z"),
        ("2026-12-06T13:00:00+02:00", "2026-12-06T11:00:00Z"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_due(given: str, expected: str) -> None:
    """The three forms come out in one spelling each; a floating time stays floating."""
    assert one(due=due(given)).due == expected


@pytest.mark.parametrize(
    "given",
    [
        None, "", "tomorrow", "2026-13-01", "2027-02-29", "20261201", "2026-W49-2", "2026-12-1",
        "2026-12-01Z", "2026-12-01T24:30:00", "2026-12-01 12:00", "2026-12-01T12:00:00z", "\uff12026-12-01",
        "2026-12-01\n", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2026-12-01T12:00:00Z" * 9, 20261201, True, ["2026-12-01"], {},
    ],
)  # fmt: skip
def test_due_unreadable(given: object) -> None:
    """A date that is none costs the date, not the task."""
    assert one(due={"date": given}).due is None
    assert one(due=given, deadline=given).due is None


@pytest.mark.parametrize(
    ("due_date", "deadline", "expected"),
    [
        (None, "2026-12-05", "2026-12-05"),
        ("2026-12-01", "2026-12-05", "2026-12-01"),
        ("2026-12-07", "2026-12-05", "2026-12-05"),
        ("2026-12-05", "2026-12-05", "2026-12-05"),
        ("2026-12-05T09:00:00", "2026-12-05", "2026-12-05T09:00:00"),
        ("2026-12-06T00:30:00", "2026-12-05", "2026-12-05"),
        ("2026-12-05T22:30:00Z", "2026-12-05", "2026-12-05T22:30:00Z"),
        ("2026-12-05T23:30:00Z", "2026-12-05", "2026-12-05"),
        ("2026-12-07", "soon", "2026-12-07"),
    ],
)
def test_deadline(due_date: str | None, deadline: str, expected: str) -> None:
    """A deadline counts where it is the only date or the earlier day, by the person's own midnight."""
    plan = due(due_date) if due_date else None
    assert one(due=plan, deadline={"date": deadline, "lang": "en"}).due == expected


@pytest.mark.parametrize(
    ("moment", "zone"), [("0001-01-01T00:30:00Z", "America/Lima"), ("9999-12-31T23:30:00Z", "Asia/Tokyo")]
)
def test_edge_of_the_calendar(moment: str, zone: str) -> None:
    """A moment whose local day does not exist still has a day."""
    (task,) = read(item(due=due(moment), deadline={"date": "5000-01-01"}), tz=zone).tasks
    assert task.due == min(moment, "5000-01-01")


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ({"amount": 15, "unit": "minute"}, 15), ({"amount": 2, "unit": "day"}, 960), (None, None), ({}, None),
        ({"amount": 0, "unit": "minute"}, None), ({"amount": -5, "unit": "day"}, None),
        ({"amount": 10**30, "unit": "minute"}, None), ({"amount": 31, "unit": "day"}, None),
        ({"amount": 30, "unit": "day"}, 14400), ({"amount": True, "unit": "minute"}, None),
        ({"amount": 1.5, "unit": "day"}, None), ({"amount": 5, "unit": "week"}, None),
        ({"amount": "5", "unit": "minute"}, None), ({"amount": 5, "unit": ["day"]}, None), ([5], None),
    ],
)  # fmt: skip
def test_minutes(duration: object, minutes: int | None) -> None:
    """Durations are minutes of work within reason, or unknown."""
    assert one(duration=duration).minutes == minutes


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("2025-01-21T21:28:43.841504Z", 1_737_494_923_841), ("2025-01-21T21:28:43Z", 1_737_494_923_000),
        ("2025-01-21T21:28:43.5Z", 1_737_494_923_500), ("2025-01-21T21:28:43", 1_737_494_923_000),
        ("1969-12-31T23:59:59.999Z", -1), (None, None), ("yesterday", None), (1737494923, None),
    ],
)  # fmt: skip
def test_added_at(added: object, expected: int | None) -> None:
    """Moments are read with and without a fraction, to the millisecond."""
    assert one(added_at=added).added_at == expected


@pytest.mark.parametrize(("given", "kept"), [(1, 1), (4, 4), (0, 1), (5, 1), (True, 1), (2.0, 1), ("4", 1), (None, 1)])
def test_priority(given: object, kept: int) -> None:
    """4 is the most urgent, as Todoist counts; anything else is 1."""
    assert one(priority=given).priority == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, ()),
        ("errand", ()),
        (["a", "a", None, 3, " ", "b"], ("a", "b")),
        (["x"] * 5000, ("x",)),
        ({}, ()),
    ],
)
def test_labels(given: object, kept: tuple[str, ...]) -> None:
    """Labels are names, each once."""
    assert one(labels=given).labels == kept


@pytest.mark.parametrize(("given", "kept"), [(True, True), (False, False), (None, False), ("yes", False)])
def test_recurring(given: object, kept: bool) -> None:
    """Only a clear yes makes a task repeat."""
    assert one(due=due("2026-12-01", is_recurring=given)).recurring is kept


@pytest.mark.parametrize(
    "fields",
    [
        {"is_deleted": True}, {"is_deleted": 1}, {"checked": True}, {"checked": 1}, {"content": "* Heading"},
        {"responsible_uid": SOMEONE_ELSE}, {"project_id": "6archived"}, {"project_id": "6deleted"},
    ],
)  # fmt: skip
def test_left_out(fields: Json) -> None:
    """What cannot or must not be ticked by this person is no task and no problem."""
    closed = [{"id": "6archived", "is_archived": True}, {"id": "6deleted", "name": "x", "is_deleted": True}]
    assert read(item(**fields), projects=closed) == Reading(tz="Europe/Madrid")


@pytest.mark.parametrize(
    "fields",
    [
        {"responsible_uid": ME}, {"responsible_uid": ""}, {"responsible_uid": 7}, {"project_id": "6unknown"},
        {"project_id": None}, {"content": "*bold* move"}, {"parent_id": "6gone"}, {"checked": 0},
        {"checked": None}, {"unknown": {"deep": [1]}},
    ],
)  # fmt: skip
def test_kept(fields: Json) -> None:
    """One's own tasks, orphans and odd fields stay."""
    assert read(item(**fields)).tasks


def test_tombstone() -> None:
    """A deleted item without any text is left out, not counted as a problem."""
    assert read({"id": "6X7rM8997g3RQmvh", "is_deleted": True}).problems == ()


def test_unknown_owner() -> None:
    """Where the account does not say who I am, an assigned task is taken for another's."""
    assert read(item(responsible_uid=ME), user={"id": None}).tasks == ()


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "task", [], {}, {"id": "6X7rM8997g3RQmvh"}, {"content": "no id"}, {"id": 7, "content": "x"},
        {"id": "", "content": "x"}, {"id": "two words", "content": "x"}, {"id": "x" * 65, "content": "x"},
        {"id": "6é", "content": "x"}, {"id": "6a", "content": " \n"}, {"id": "6a", "content": ["x"]},
        {"id": "6a\n", "content": "x"},
    ],
)  # fmt: skip
def test_malformed(bad: object) -> None:
    """A malformed item is skipped and counted; its neighbours live."""
    reading = read(bad, item(), bad)
    assert [task.handle for task in reading.tasks] == ["6X7rM8997g3RQmvh"]
    assert reading.problems == ("2 of Todoist's tasks could not be read",)


def test_duplicates() -> None:
    """An id that comes twice is one task, as it came first."""
    (task,) = read(item(priority=2), item(priority=3)).tasks
    assert task.priority == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Europe/Madrid", "Europe/Madrid"), ("America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"), ("Europe", None), ("Mars/Olympus", None),
        ("", None), ("/etc/localtime", None), ("localtime", None), ("../../etc/passwd", None),
        ("Europe/Madrid\x00", None), ("Europe/Madrid\n", None), (None, None), (1, None), (["UTC"], None),
        ("A" * 5000, None),
    ],
)  # fmt: skip
def test_zone(given: object, expected: str | None) -> None:
    """Only a zone that exists becomes the person's, and no name reaches the file system unchecked."""
    assert read(tz=given).tz == expected


def test_text_can_be_encoded() -> None:
    """Half a surrogate pair, which JSON allows, is replaced before it must be sealed; length is bounded."""
    half = json.loads('"Call \\ud83d Bob"')
    task = one(content=half, labels=[half])
    assert (task.title.raw(), task.labels) == ("Call ? Bob", ("Call ? Bob",))
    assert len(one(content="x" * 100_000).title.raw()) == 1000


def test_only_needed_user_fields() -> None:
    """The account is asked for its id and its zone, and for nothing else."""

    class Watched(dict[str, object]):
        asked: list[str] = []  # noqa: RUF012 - one per test

        def get(self, key: str, default: object = None) -> object:
            self.asked.append(key)
            return super().get(key, default)

    read(item(), user=Watched(id=ME, token="t", email="e", websocket_url="w"))
    assert set(Watched.asked) == {"id", "tz_info"}


WORDS = st.text(st.characters(), max_size=20)  # halves of surrogate pairs included
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=25,
)
DATES = st.from_regex(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-6][0-9])?(\.[0-9]{1,9})?(Z|\+[0-9]{2}:00)?)?",
    fullmatch=True,
)
LIKELY = SCALARS | DATES | st.sampled_from(["* x", "6X7rM8997g3RQmvh", ME, "minute", "day", "Europe/Madrid"]) | ANY_JSON


def near(*names: str) -> st.SearchStrategy[Json]:
    """An object with the right names and any values, some of them nearly right."""
    part = st.fixed_dictionaries(
        {}, optional={"date": LIKELY, "is_recurring": LIKELY, "amount": LIKELY, "unit": LIKELY}
    )
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, LIKELY | part))


ITEMS = near(*item())
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "items": st.lists(ITEMS | ANY_JSON, max_size=6) | ANY_JSON,
        "projects": st.lists(near("id", "name", "is_archived", "is_deleted"), max_size=4) | ANY_JSON,
        "user": near("id", "tz_info") | ANY_JSON,
    },
)
FORM = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ?)?", re.ASCII)


@settings(deadline=None)
@given(ANY_JSON | PAYLOADS)
def test_any_json(payload: object) -> None:
    """No JSON value raises, and every signal keeps the contract whatever came in."""
    reading = to_reading(payload)
    assert len({task.handle for task in reading.tasks}) == len(reading.tasks)
    for task in reading.tasks:
        assert task.handle.isascii()
        assert task.title.raw().encode().strip()
        assert task.due is None or FORM.fullmatch(task.due)
        assert task.priority in (1, 2, 3, 4)
        assert task.minutes is None or 0 < task.minutes <= 14_400
        assert task.added_at is None or abs(task.added_at) < 2**53
        assert all(isinstance(label, str) for label in task.labels)


@settings(deadline=None, max_examples=50)
@given(st.lists(ITEMS, max_size=4))
def test_every_item_is_accounted_for(items: list[Json]) -> None:
    """Whatever else is in the list, a good task among it is found."""
    good = item(id="6good", content="The good one")
    tasks = read(*items, good).tasks
    assert [task.title.raw() for task in tasks if task.handle == "6good"] == ["The good one"]
