"""`oo forget` of a part as a person asks for it: which days, which task, and what is said where there is nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oo_cli.house import House
from oo_cli.usecases import connect, refresh
from oo_cli.usecases.forget import PAGES
from oo_cli.usecases.forget_part import Part, forget, plan, span_part, task_part
from oo_data.errors import BadUsageError
from oo_data.store import records
from tests.conftest import Oo
from tests.fakes import BERLIN, DAY, TUESDAY, FakeSource, FixedClock, house_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A home with two lists that both hold the dentist, one of them far away."""
    sources = {name: FakeSource(name, "Call the dentist", f"Only in {name}") for name in ("todotxt", "todoist")}
    opened = house_at(tmp_path, FixedClock(), sources)
    connect.connect_todotxt(opened, None)
    connect.connect_remote(opened, "todoist", True, lambda: opened.keep_secret("todoist.login", "a token"))
    refresh.refresh(opened)
    yield opened
    opened.close()


def in_berlin(text: str) -> int:
    """UTC ms of a local time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


@pytest.mark.parametrize(
    ("since", "until", "begin", "end"),
    [
        ("2026-11-28", "2026-11-29", "2026-11-28T00:00", "2026-11-30T00:00"),
        ("2026-11-29", "2026-11-29", "2026-11-29T00:00", "2026-11-30T00:00"),
        ("2026-10-25", "2026-10-25", "2026-10-25T00:00", "2026-10-26T00:00"),  # a day of 25 hours
        ("2026-12-01", "", "2026-12-01T00:00", ""),
        ("2026-12-01", "2026-12-24", "2026-12-01T00:00", ""),
        ("0001-01-01", "9999-12-31", "0001-01-01T00:00", ""),
    ],
)
def test_whole_local_days(house: House, since: str, until: str, begin: str, end: str) -> None:
    """Both days are whole, by the clock on the wall, and the end is never later than now."""
    part = span_part(house, since, until)
    assert part.since == in_berlin(begin)
    assert part.until == (in_berlin(end) if end else TUESDAY + 1)


def test_days_are_those_where_the_person_is(house: House) -> None:
    """A day begins and ends by the zone of the home, whatever the machine's own says."""
    house.zone = ZoneInfo("Pacific/Kiritimati")  # the 29th begins there at ten on the 28th, by UTC
    part = span_part(house, "2026-11-29", "2026-11-29")
    day = in_berlin("2026-11-28T11:00")
    assert (part.since, part.until) == (day, day + DAY)


def test_since_the_beginning_of_time(oo: Oo) -> None:
    """A day that was yet another one in Greenwich, before there were years, is forgotten from like any other."""
    oo("mood", "3", TZ="Asia/Tokyo")
    ran = oo("forget", "--since", "0001-01-01", "--yes")
    assert (ran.code, ran.out.startswith("Forgotten: ")) == (0, True)
    assert "1 mood" in ran.out


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("yesterday", "", "no day"), ("2026-02-30", "", "no day"), ("2026-11-30", "today", "no day"),
        ("2026-12-02", "", "empty"), ("2026-11-30", "2026-11-29", "empty"),
    ],
)  # fmt: skip
def test_no_such_days(house: House, since: str, until: str, says: str) -> None:
    """Days that are none, or none between them, are told in one line and nothing is erased."""
    with pytest.raises(BadUsageError, match=says):
        span_part(house, since, until)


def test_today_is_forgotten(oo: Oo) -> None:
    """What was said today is gone from the log, and the task is still there to be done."""
    oo("add", "Call the dentist")
    oo("tip")
    oo("later")
    assert json.loads(oo("log", "--reactions", "--json").out)
    ran = oo("forget", "--since", "2026-12-01", "--yes")
    assert (ran.code, ran.out.startswith("Forgotten: ")) == (0, True)
    assert not oo("log", "--reactions", "--json").out.strip("[]\n")
    assert "Call the dentist" in oo("tip").out


def test_the_task_of_the_last_tip_is_forgotten(oo: Oo) -> None:
    """Before a tip was shown there is none to name; after it, its task is not brought up again."""
    oo("add", "Call the dentist")
    early = oo("forget", "--task", "last", "--yes")
    assert (early.code, early.err) == (2, "oo: No tip was shown yet. Run: oo tip\n")
    assert "Call the dentist" in oo("tip").out
    assert oo("forget", "--task", "last", "--yes").code == 0
    assert "Call the dentist" not in oo("tip").out


def test_a_tip_of_a_forgotten_day_that_was_shown_later(oo: Oo) -> None:
    """Its words and reasons are gone with the day it was made on; asked why, oO says so."""
    oo("add", "Call the dentist", OO_NOW="2026-11-30T22:00:00+01:00")
    oo("refresh")
    assert "Call the dentist" in oo("tip", OO_NOW="2026-12-01T07:00:00+01:00").out
    assert oo("forget", "--since", "2026-11-30", "--until", "2026-11-30", "--yes").code == 0
    ran = oo("why")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("(words no longer kept)")
    assert "Call the dentist" not in ran.out


def test_a_task_is_forgotten_in_every_list(house: House) -> None:
    """The same words in another list are the same thing to the person: neither list brings it up again."""
    named = house.refs.task("todotxt", "Call the dentist")
    part = task_part(house, named)
    assert part.refs == {name: (house.refs.task(name, "Call the dentist"),) for name in ("todotxt", "todoist")}
    forget(house, part)
    refresh.refresh(house)
    left = {house.refs.task(name, f"Only in {name}") for name in ("todotxt", "todoist")}
    assert {task.ref for task in records.tasks(house.store.conn)} == left


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--since", "2026-11-30"), 2, "There is nothing to forget."),
        (("--task", "last"), 2, "There is nothing to forget."),
        (("--source", "todoist"), 3, "todoist is not connected."),
        (("--since", "2026-11-30", "--task", "last"), 2, "One part at a time."),
        (("--until", "2026-11-30"), 2, "One part at a time."),
    ],
)
def test_a_home_that_was_never_made(
    oo: Oo, environ: dict[str, str], words: tuple[str, ...], code: int, says: str
) -> None:
    """Asked of nobody's home, forgetting says so in one line and makes none."""
    ran = oo("forget", *words, "--yes")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (code, "", 1)
    assert says in ran.err
    assert not Path(environ["OO_HOME"]).exists()


def test_a_mark_that_cannot_be_set(oo: Oo, environ: dict[str, str]) -> None:
    """Where it could not be remembered that a forget is under way, none is begun: all of it is there as before."""
    oo("add", "Call the dentist")
    oo("tip")
    Path(environ["OO_HOME"], "state", "unsettled.new").mkdir()
    ran = oo("forget", "--task", "last", "--yes")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (8, "", 1)
    assert "Call the dentist" in oo("tip").out


def test_a_mark_that_cannot_be_read(oo: Oo, environ: dict[str, str]) -> None:
    """What is asked for now is done all the same, and each start says that a forget may not be finished."""
    oo("add", "Call the dentist")
    mark = Path(environ["OO_HOME"], "state", "unsettled")
    mark.mkdir()
    for _ in range(2):
        ran = oo("tip")
        assert (ran.code, "Call the dentist" in ran.out) == (0, True)
        assert "A forget is not finished yet." in ran.err
    mark.rmdir()
    assert "forget" not in oo("tip").err


def test_moods_that_were_never_noted(oo: Oo) -> None:
    """Moods are forgotten by name only where there are any."""
    oo("add", "Call the dentist")
    ran = oo("forget", "--source", "mood", "--yes")
    assert (ran.code, ran.err) == (3, "oo: There are no moods. See: oo mood\n")


def test_ones_own_file_is_named_and_left(oo: Oo, tmp_path: Path) -> None:
    """A list that the person keeps elsewhere is not oO's to delete, and the receipt says where it lies."""
    mine = tmp_path / "mine.txt"
    mine.write_text("Call the dentist\n")
    assert oo("connect", "todotxt", "--file", str(mine)).code == 0
    ran = oo("forget", "--source", "todotxt", "--yes")
    assert (ran.code, mine.read_text()) == (0, "Call the dentist\n")
    assert f"Not oO's to delete: your own file is left as it is: {mine}" in ran.out


Leave = Callable[[House, str], AbstractContextManager[bool]]


@pytest.mark.parametrize(("offline", "asked"), [(True, 0), (False, 1)])
def test_offline_asks_nobody(house: House, offline: bool, asked: int) -> None:
    """What is made anew after a part went is made of what is here, where the person said so."""
    remote = FakeSource("todoist", "Call the dentist")
    open_source = house.doors.source
    house.doors = house.doors._replace(source=lambda at, name: remote if name == "todoist" else open_source(at, name))
    forget(house, Part(refs={"todotxt": ("nothing",)}), offline)
    assert remote.reads == asked


@pytest.mark.parametrize(("told", "offline"), [(True, False), (False, False), (False, True)])
def test_a_provider_that_was_not_told(house: House, told: bool, offline: bool) -> None:
    """Where the login lives on at its provider, the receipt says where the person ends it; where not, nothing."""

    def leave(house: House, source: str) -> AbstractContextManager[bool]:
        assert not offline
        return nullcontext(told)

    house.doors = house.doors._replace(leave=leave)
    assert PAGES["todoist"] in " ".join(plan(house, Part(source="todoist")).external)
    receipt = forget(house, Part(source="todoist"), offline)
    assert (PAGES["todoist"] in " ".join(receipt.external)) is not told
