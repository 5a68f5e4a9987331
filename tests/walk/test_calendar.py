"""A calendar from connecting to forgetting: quiet in appointments, what fits before them, nothing of what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.connect import connect_todotxt
from oo_cli.usecases.prepare import parts
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.wiring import open_house
from oo_data.contracts.tip import Recommendation, RecommendRequest, Silence, Tip
from oo_data.store import busy, profile
from tests.conftest import Oo
from tests.fakes import BERLIN, DAY, HOUR, MINUTE, TUESDAY, FixedClock, house_at

LIST = "(A) Write the thesis due:2026-12-01 est:90m\n(B) Water the plants est:10m\n"
MEETING = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@kanarienvogel
SUMMARY:Kanarienvogel
DTSTART;TZID=Europe/Berlin:20261201T104500
DTEND;TZID=Europe/Berlin:20261201T120000
END:VEVENT
END:VCALENDAR
"""
Connected = Callable[[str], None]


@pytest.fixture
def calendar(oo: Oo, tmp_path: Path) -> Path:
    """A list and a calendar, both connected at ten o'clock; the meeting begins at a quarter to eleven."""
    todo, file = tmp_path / "todo.txt", tmp_path / "own.ics"
    todo.write_text(LIST)
    file.write_text(MEETING)
    assert oo("connect", "todotxt", "--file", str(todo)).code == 0
    ran = oo("connect", "calendar", "--file", str(file))
    assert (ran.code, ran.out) == (0, "")
    assert "Connected the calendar" in ran.err
    return file


def says(environ: dict[str, str], minutes: int, asked: bool = False) -> Recommendation:
    """What a surface says that many minutes after ten."""
    house = open_house(environ, lambda line: None, FixedClock(TUESDAY + minutes * MINUTE))
    try:
        return recommend(house, RecommendRequest(TUESDAY + minutes * MINUTE, "face", asked))
    finally:
        house.close()


def test_quiet_in_a_meeting_and_short_before_it(oo: Oo, environ: dict[str, str], calendar: Path) -> None:
    """Before the meeting what fits comes first, in it only who asks is answered, after it all is open again."""
    before, asked = says(environ, 1), says(environ, 60, asked=True)
    assert isinstance(before, Tip)
    assert "plants" in before.text
    assert before.valid_until == TUESDAY + 15 * MINUTE
    assert before.reason == "It takes about 10 minutes, and nothing is planned until 10:45."
    assert says(environ, 60) == Silence("busy", TUESDAY + 2 * HOUR)
    assert isinstance(asked, Tip)
    after = says(environ, 121)
    assert isinstance(after, Tip)
    assert "thesis" in after.text
    assert "45 free minutes before your next appointment" in oo("why").out
    assert json.loads(oo("why", "--json").out)["gate"]["free_minutes"] == 45
    assert "1 busy span ahead" in oo("sources").out


def test_the_persons_word_goes_before_a_guess(oo: Oo, environ: dict[str, str], calendar: Path) -> None:
    """Told that a task takes longer than there is time, oO says another one at once."""
    assert oo("tip").out.startswith("Water the plants")
    assert oo("effort", "2h").code == 0
    assert oo("tip").out.startswith("Write the thesis")


def test_a_changed_file_is_noticed_and_no_name_is_kept(oo: Oo, environ: dict[str, str], calendar: Path) -> None:
    """Moving the meeting in the file moves the silence with no refresh asked for; forgetting leaves nothing."""
    calendar.write_text(MEETING.replace("T104500", "T150000").replace("T120000", "T160000"))
    assert oo("tip").out.startswith("Write the thesis")
    assert says(environ, 5 * 60 + 1) == Silence("busy", TUESDAY + 6 * HOUR)
    for path in Path(environ["OO_HOME"]).rglob("*"):
        assert path.is_dir() or b"anarienvogel" not in path.read_bytes(), path
    ran = oo("disconnect", "calendar")
    assert "1 busy span" in ran.out
    assert isinstance(says(environ, 5 * 60 + 1), Tip)
    assert calendar.exists()
    assert oo("forget", "--yes").code == 0


def test_one_of_two_calendars_is_left_alone(oo: Oo, environ: dict[str, str], calendar: Path, tmp_path: Path) -> None:
    """The one named is forgotten with its stretches, the other is read on; the last one takes all of it along."""
    (tmp_path / "two.ics").write_text(MEETING.replace("T104500", "T150000").replace("T120000", "T160000"))
    assert "2 in all" in oo("connect", "calendar", "--file", str(tmp_path / "two.ics")).err
    assert "2 busy spans ahead" in oo("sources").out
    unknown = oo("disconnect", "calendar", "--only", "three.ics")
    assert (unknown.code, "own.ics, two.ics" in unknown.err) == (2, True)
    assert oo("disconnect", "calendar", "--only", "own.ics").code == 0
    assert isinstance(says(environ, 60), Tip)
    assert says(environ, 5 * 60 + 1) == Silence("busy", TUESDAY + 6 * HOUR)
    assert oo("disconnect", "calendar", "--only", "two.ics").code == 0
    assert "calendar" not in oo("sources").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("--file", "/none.ics"), 2),
        (("--file", "x", "--url", "https://example.org/"), 2),
        (("--url", "http://example.org/"), 2),
        (("--url", "https://u:p@example.org/"), 2),
        (("--caldav", "https://example.org/", "--user", "a", "--bearer"), 2),
        (("--caldav", "https://example.org/", "--offline"), 2),
        (("--caldav", "https://example.org/", "--token-stdin"), 2),
        (("--file", __file__, "--user", "a"), 2),
    ],
)
def test_what_cannot_be_connected(oo: Oo, words: tuple[str, ...], code: int) -> None:
    """Each mistake is told in one line, and connects nothing."""
    ran = oo("connect", "calendar", *words)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("oo: ")
    assert len(ran.err.splitlines()) == 1


def test_parts_of_the_day_around_an_appointment() -> None:
    """The appointment that comes next cuts the day, and half an hour before it does; one far off does not."""
    begin = TUESDAY + HOUR
    bounds = {edge for part in parts(TUESDAY, BERLIN, [(begin, begin + HOUR)]) for edge in part}
    assert {begin - 30 * MINUTE, begin} <= bounds
    assert parts(TUESDAY, BERLIN, [(TUESDAY + 5 * HOUR, TUESDAY + 6 * HOUR)]) == parts(TUESDAY, BERLIN)


def test_without_a_calendar_nothing_of_it_is_loaded(tmp_path: Path, child_environ: dict[str, str]) -> None:
    """A refresh of somebody without a calendar pays nothing for there being such a source."""
    import subprocess
    import sys

    (tmp_path / "todo.txt").write_text(LIST)
    run = [
        sys.executable,
        "-c",
        "import sys; from oo_cli.fast import main; c = main(); print(*sys.modules); sys.exit(c)",
    ]
    for words in (["connect", "todotxt", "--file", str(tmp_path / "todo.txt")], ["refresh"]):
        ran = subprocess.run([*run, *words], env=child_environ, capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert "oo_cli.usecases.refresh" in loaded
    assert not [name for name in loaded if "calendar" in name.split(".")[-1] and name.startswith("oo_")]
    assert {"icalendar", "recurring_ical_events", "dateutil", "httpx"}.isdisjoint(loaded)


def test_stretches_of_a_withdrawn_consent_do_not_count(tmp_path: Path) -> None:
    """What is over is swept, and what may not be used any more is not."""
    house: House = house_at(tmp_path, FixedClock())
    (tmp_path / "todo.txt").write_text(LIST)
    connect_todotxt(house, str(tmp_path / "todo.txt"))
    conn = house.store.conn
    with house.store.write():
        profile.set_consent(conn, "source.todotxt", True, TUESDAY)
        busy.replace(conn, "todotxt", [(TUESDAY - DAY, TUESDAY), (TUESDAY + HOUR, TUESDAY + 2 * HOUR)])
    assert (len(busy.blocks(conn, TUESDAY)), busy.free_minutes(conn, TUESDAY)) == (1, 60)
    assert busy.free_minutes(conn, TUESDAY + HOUR) is None
    refresh(house)
    assert busy.count(conn, "todotxt") == 1
    with house.store.write():
        profile.set_consent(conn, "source.todotxt", False, TUESDAY)
    assert busy.blocks(conn, TUESDAY) == []
    house.close()
