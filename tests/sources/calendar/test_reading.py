"""Reading calendars where they are: a real CalDAV server, an address, a file; unchanged, broken and gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from oo_cli.adapters.sources.calendar.place import Place, from_text, remote_url, to_text, watched
from oo_cli.adapters.sources.calendar.source import AHEAD_MS, SOURCE
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases.connect import connect_remote, disconnect
from oo_cli.usecases.consent import revoke
from oo_cli.usecases.forget import left as left_of
from oo_cli.usecases.pull import busy_spans, pull
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.residue import scan
from oo_cli.wiring_calendar import PLACES, Calendars
from oo_data.errors import BadUsageError, ConnectionNeededError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store import busy, egress, history, profile
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY, FixedClock, house_at
from tests.sources.calendar import year
from tests.sources.calendar.servers import PASSWORD, USER, OneFile, Radicale, one_file, radicale
from tests.sources.calendar.year import CANARY

LOGIN = Secret(PASSWORD)
DENTIST = year.Event(f"1@{CANARY}", datetime.fromisoformat("2026-12-01T11:00"), 60, BERLIN)
LUNCH = year.Event(f"3@{CANARY}", datetime.fromisoformat("2026-12-01T13:00"), 60, BERLIN)
MEETING = year.Event(f"2@{CANARY}", datetime.fromisoformat("2026-12-01T15:00"), 60, BERLIN)
DENTIST_MS, LUNCH_MS, MEETING_MS = ((TUESDAY + hour * HOUR, TUESDAY + (hour + 1) * HOUR) for hour in (1, 3, 5))


@pytest.fixture
def clock() -> FixedClock:
    """Tuesday morning."""
    return FixedClock()


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A house with the real calendars."""
    made = house_at(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[OneFile]:
    """A server of one calendar, with the dentist in it."""
    with one_file() as running:
        running.body = year.ics([DENTIST]).encode()
        running.headers["ETag"] = '"one"'
        yield running


def connect(house: House, place: Place) -> None:
    """Connect one calendar as the command does."""
    calendars = Calendars(house)
    found = watched(calendars.with_new(place))
    connect_remote(house, "calendar", True, lambda: calendars.take(place), watch_path=found)


def spans(house: House) -> list[tuple[int, int]]:
    """The busy stretches that are kept."""
    return [(block.from_ms, block.until_ms) for block in busy.blocks(house.store.conn, house.clock.now_ms())]


def requests(house: House) -> int:
    """How many requests left the machine so far."""
    return len(egress.recent(house.store, 10_000))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """Radicale with a year of appointments in two calendars."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        for number, calendar in enumerate(("work", "home")):
            server.fill(calendar, [line for event in EVENTS[number::2] for line in year.vevents(event, USER)])
        yield server


EVENTS = year.year(7, 50)


def test_a_year_on_radicale(house: House, clock: FixedClock, running: Radicale) -> None:
    """Through the year, the free gaps kept are those of an independent computation; nothing kept tells what with."""
    days = (330, 251, 120, 42)  # before December; the clock changes within the second and the last window
    clock.now = TUESDAY - days[0] * DAY
    connect(house, Place("caldav", running.url, USER, LOGIN))
    for before in days:
        clock.now = TUESDAY - before * DAY
        assert not refresh(house).failures
        now = clock.now_ms()
        expected = year.gaps(year.busy(EVENTS, now, now + AHEAD_MS), now, now + AHEAD_MS)
        assert year.gaps(spans(house), now, now + AHEAD_MS) == expected
    files = left_of(house.paths, [])
    assert files
    assert scan(files, [CANARY, "Bob", PASSWORD, USER]).hits == ()
    assert "problems.calendar" not in str(house.store.conn.execute("select key from meta where value <> ''").fetchall())


def test_an_unchanged_account_costs_one_small_request(house: House, clock: FixedClock, running: Radicale) -> None:
    """As long as nothing changes, and days enough are worked out, one PROPFIND says so; a change is seen at once."""
    connect(house, Place("caldav", running.home, USER, LOGIN))
    refresh(house)
    before, known = requests(house), spans(house)
    refresh(house)
    assert requests(house) - before == 1
    assert egress.recent(house.store, 1)[0].bytes_in < 4096
    assert spans(house) == known
    late = DENTIST._replace(uid=f"late@{CANARY}", start=datetime.fromisoformat("2026-12-06T03:00"))
    running.put(late.uid, year.vevents(late))
    refresh(house)
    assert set(year.merged([*known, *year.busy([late], TUESDAY, TUESDAY + AHEAD_MS)])) == set(spans(house))
    running.send("DELETE", "work/late.ics")
    clock.advance(7 * DAY)
    before = requests(house)
    refresh(house)
    assert requests(house) - before == 3
    assert max(until for _, until in spans(house)) > TUESDAY + AHEAD_MS


def test_one_calendar_of_an_account(house: House, running: Radicale) -> None:
    """A calendar's own address reads that one; a wrong password keeps nothing."""
    with pytest.raises(ConnectionNeededError):
        connect(house, Place("caldav", f"{running.home}work/", USER, Secret("wrong")))
    assert profile.secrets(house.store.conn).keys().isdisjoint({PLACES})
    with pytest.raises(SourceUnavailableError):
        connect(house, Place("caldav", f"{running.home}none/", USER, LOGIN))
    connect(house, Place("caldav", f"{running.home}work/", USER, LOGIN))
    refresh(house)
    assert spans(house) == year.busy(EVENTS[::2], TUESDAY, TUESDAY + AHEAD_MS)
    (kept,) = Calendars(house).places()
    assert (kept.deep, kept.known_as) == (False, (USER,))


def test_an_address_that_keeps_its_etag(house: House, server: OneFile) -> None:
    """The same calendar is not sent twice; another one is taken."""
    connect(house, Place("url", server.url, login=LOGIN))
    refresh(house)
    assert spans(house) == [DENTIST_MS]
    assert server.asked[-1]["authorization"] == f"Bearer {PASSWORD}"
    refresh(house)
    assert server.asked[-1]["if-none-match"] == '"one"'
    assert egress.recent(house.store, 1)[0].status == "304"
    assert spans(house) == [DENTIST_MS]
    server.body, server.headers["ETag"] = year.ics([]).encode(), '"two"'
    refresh(house)
    assert spans(house) == []


def test_a_server_that_fails(house: House, clock: FixedClock, server: OneFile) -> None:
    """What is known holds until it is over, and no longer; a redirect is not followed."""
    connect(house, Place("url", server.url))
    refresh(house)
    for status in (301, 401, 404, 500):
        server.status, server.headers = status, {"Location": "http://127.0.0.1:1/"}
        report = refresh(house)
        assert [source for source, _ in report.failures] == ["calendar"]
        assert spans(house) == [DENTIST_MS]
    clock.advance(3 * HOUR)
    refresh(house)
    assert house.store.conn.execute("select count(*) from busy").fetchone() == (0,)


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT"])
def test_what_is_no_calendar(house: House, server: OneFile, body: bytes) -> None:
    """A page to sign in at, or nothing, is told as such and connects nothing."""
    server.body = body
    with pytest.raises(SourceUnavailableError, match="not a calendar"):
        connect(house, Place("url", server.url))
    assert profile.sources(house.store.conn) == {}
    with pytest.raises(SourceUnavailableError):
        connect(house, Place("caldav", server.url))


def test_a_calendar_that_is_too_large(house: House, server: OneFile, tmp_path: Path) -> None:
    """More than oO will read is refused, from an address and from a file."""
    server.body = b"x" * (17 * 1024 * 1024)
    (tmp_path / "large.ics").write_bytes(server.body)
    for place in (Place("url", server.url), Place("file", str(tmp_path / "large.ics"))):
        with pytest.raises(SourceUnavailableError):
            connect(house, place)


def test_one_of_two_that_fails(house: House, server: OneFile, tmp_path: Path, clock: FixedClock) -> None:
    """The other is read all the same, what is deleted there goes, and what this one told stands until it is over."""
    file = tmp_path / "own.ics"
    file.write_text(year.ics([]))
    connect(house, Place("url", server.url))
    connect(house, Place("file", str(file)))
    refresh(house)
    server.headers = {}
    for status, body, hour, told in ((500, b"", 5, 1), (200, b"<html>Sign in</html>", 7, 0)):
        server.status, server.body = status, body
        file.write_text(year.ics([DENTIST._replace(start=datetime.fromisoformat(f"2026-12-01T{hour + 10}:00"))]))
        assert refresh(house).problems == ("1 of 2 calendars could not be read",) * told  # said once
        assert spans(house) == [DENTIST_MS, (TUESDAY + hour * HOUR, TUESDAY + (hour + 1) * HOUR)]
    clock.advance(3 * HOUR)
    file.unlink()
    server.status, server.body = 200, year.ics([LUNCH]).encode()
    refresh(house)
    assert spans(house) == [LUNCH_MS, (TUESDAY + 7 * HOUR, TUESDAY + 8 * HOUR)]


@pytest.mark.parametrize("leave", ["disconnect", "revoke"])
def test_leaving_erases_all(house: House, server: OneFile, leave: str) -> None:
    """Neither stretches, nor address, nor marks are left; nothing is read any more."""
    connect(house, Place("url", server.url))
    refresh(house)
    erased = disconnect(house, "calendar").erased if leave == "disconnect" else revoke(house, "source.calendar")
    assert "1 busy span" in erased
    conn = house.store.conn
    assert conn.execute("select count(*) from busy").fetchone() == (0,)
    assert conn.execute("select count(*) from silence where reason = 'busy'").fetchone() == (0,)
    assert PLACES not in profile.secrets(conn)
    seen = len(server.asked)
    refresh(house)
    assert len(server.asked) == seen


def test_a_typed_tip_leaves_the_network_alone(house: House, server: OneFile) -> None:
    """A refresh that stays on this machine keeps what it knows and asks nobody."""
    connect(house, Place("url", server.url))
    refresh(house)
    seen = len(server.asked)
    pulled = pull(house, local_only=True)
    assert busy_spans(house, pulled, TUESDAY) == [DENTIST_MS]
    assert len(server.asked) == seen


def test_files_alone_want_no_network(house: House, server: OneFile, tmp_path: Path, clock: FixedClock) -> None:
    """Calendars that all lie on this machine are read offline too, however many they are; with an address they rest."""
    house.doors = house.doors._replace(reachable=lambda source: False, every=lambda source: HOUR)
    for name in ("work", "home"):
        (tmp_path / f"{name}.ics").write_text(year.ics([DENTIST]))
        connect(house, Place("file", str(tmp_path / f"{name}.ics")))
    refresh(house)
    clock.advance(2 * HOUR)
    assert agenda.due(house).resting == set()
    (tmp_path / "work.ics").write_text(year.ics([]))
    assert "source.calendar" in agenda.due(house).overdue
    assert "calendar" in pull(house, local_only=True).readings
    connect(house, Place("url", server.url))
    assert agenda.due(house).resting == {"calendar"}
    assert "calendar" not in pull(house, local_only=True).readings
    Calendars(house).keep(Calendars(house).places()[1:2])
    assert agenda.due(house).resting == set()


@pytest.mark.parametrize("offline", [True, False])
def test_a_file_beside_an_address_is_read_at_home(
    house: House, server: OneFile, tmp_path: Path, clock: FixedClock, offline: bool
) -> None:
    """Offline, or while the address rests, what is new and deleted counts, nobody is asked, and the turn stays due."""
    house.doors = house.doors._replace(every=lambda source: HOUR)
    (tmp_path / "home.ics").write_text(year.ics([LUNCH]))
    connect(house, Place("file", str(tmp_path / "home.ics")))
    connect(house, Place("url", server.url))
    refresh(house)
    before, asked = profile.sources(house.store.conn)["calendar"], len(server.asked)
    clock.advance(HOUR)
    (tmp_path / "home.ics").write_text(year.ics([MEETING]))
    refresh(house, local_only=offline, still=lambda: frozenset() if offline else frozenset({"calendar"}))
    assert spans(house) == [DENTIST_MS, MEETING_MS]
    assert (len(server.asked), profile.sources(house.store.conn)["calendar"]) == (asked, before)
    assert "source.calendar" in agenda.due(house).overdue
    refresh(house)
    assert spans(house) == [DENTIST_MS, MEETING_MS]
    assert server.asked[-1]["if-none-match"] == '"one"'  # what did not change is not sent again


def told(house: House) -> str:
    """The state of the last reading, opened."""
    kept = history.progress(house.store.conn, SOURCE)
    assert kept is not None
    return house.sealer.unseal(bytes.fromhex(kept), "source", "cursor", SOURCE)


def test_what_is_over_goes_from_the_sealed_state_too(house: House, server: OneFile, clock: FixedClock) -> None:
    """A refresh of a calendar that did not change leaves no stretch of the past."""
    connect(house, Place("url", server.url))
    refresh(house)
    assert str(DENTIST_MS[1]) in told(house)
    clock.advance(2 * HOUR)
    refresh(house)
    assert str(DENTIST_MS[1]) not in told(house)


@pytest.mark.parametrize("killed", [False, True])
def test_one_of_three_forgotten(house: House, server: OneFile, tmp_path: Path, killed: bool) -> None:
    """What it told goes at once; what the others told stays, also of one that cannot be asked, and is read on.

    The key of the sealed state is shredded, and a process may die before the state is sealed anew.
    """
    for name, event in (("work", MEETING), ("home", LUNCH)):
        (tmp_path / f"{name}.ics").write_text(year.ics([event]))
        connect(house, Place("file", str(tmp_path / f"{name}.ics")))
    connect(house, Place("url", server.url))
    refresh(house)
    server.status = 500
    Calendars(house).keep(Calendars(house).places()[1:])
    assert spans(house) == [DENTIST_MS, LUNCH_MS]
    if killed:
        with house.store.write():
            house.sealer.renew(SOURCE)
    again = House(house.environ, house.clock, house.zone, house.doors, house.say)
    assert refresh(again).failures == ()
    assert spans(again) == ([LUNCH_MS] if killed else [DENTIST_MS, LUNCH_MS])
    again.close()


def test_whose_invitations_they_are_may_change(house: House, tmp_path: Path) -> None:
    """The same calendar, connected again for another of the person's addresses, is worked out again."""
    file = tmp_path / "own.ics"
    asked = "".join(
        f"ATTENDEE;PARTSTAT={said}:mailto:{who}@example.org\r\n"
        for who, said in (("ada", "DECLINED"), ("bob", "ACCEPTED"))
    )
    file.write_text(year.ics([DENTIST]).replace("END:VEVENT", f"{asked}END:VEVENT"))
    for me, known in (("bob@example.org", [DENTIST_MS]), ("ada@example.org", [])):
        connect(house, Place("file", str(file), me=(me,)))
        refresh(house)
        assert spans(house) == known


def test_a_state_that_cannot_be_read(house: House, server: OneFile, tmp_path: Path) -> None:
    """At home nothing goes then, however the file changes, for what an address told is not known; asked, all comes."""
    file = tmp_path / "home.ics"
    file.write_text(year.ics([LUNCH]))
    connect(house, Place("file", str(file)))
    connect(house, Place("url", server.url))
    refresh(house)
    for text in ("[1, 2]", "{}", f"{json.dumps({place.id: 1 for place in Calendars(house).places()})}", "none"):
        sealed = house.sealer.seal(text, "source", "cursor", SOURCE, source=SOURCE, at=None).hex()
        with house.store.write() as conn:
            history.set_progress(conn, SOURCE, sealed)
        file.write_text(year.ics([MEETING]))
        refresh(house, local_only=True)
        assert spans(house) == [DENTIST_MS, LUNCH_MS]
        file.write_text(year.ics([LUNCH]))
        refresh(house)
        assert spans(house) == [DENTIST_MS, LUNCH_MS]


def test_at_home_a_broken_file_is_no_failure(house: House, server: OneFile, tmp_path: Path) -> None:
    """What cannot be read without the address is left until that is asked again."""
    (tmp_path / "home.ics").write_text(year.ics([LUNCH]))
    connect(house, Place("file", str(tmp_path / "home.ics")))
    connect(house, Place("url", server.url))
    refresh(house)
    for text in ("no calendar", None):
        path = tmp_path / "home.ics"
        path.unlink() if text is None else path.write_text(text)
        assert refresh(house, local_only=True).failures == ()
        assert spans(house) == [DENTIST_MS, LUNCH_MS]


def test_places_survive_sealing() -> None:
    """What is kept of a place comes back whole."""
    places = (Place("caldav", "https://x.org/", USER, LOGIN, True, (USER,)), Place("file", "/a b.ics"))
    back = from_text(to_text(places))
    assert [each._replace(login=None) for each in back] == [each._replace(login=None) for each in places]
    assert back[0].login is not None
    assert back[0].login.reveal() == PASSWORD


@pytest.mark.parametrize(
    "typed",
    ["http://example.org/", "ftp://example.org/", "https://", "https://a:b@example.org/", "https://[", "x y"],
)  # fmt: skip
def test_addresses_that_are_not_asked(typed: str) -> None:
    """Only https, or http on this machine, without a login in it."""
    with pytest.raises(BadUsageError):
        remote_url(typed)


def test_addresses_that_are_asked() -> None:
    """Subscriptions and addresses on this machine are taken as meant."""
    assert remote_url(" webcal://x.org/a.ics#top ") == "https://x.org/a.ics"
    assert remote_url("http://127.0.0.1:5232/") == "http://127.0.0.1:5232/"
