"""From iCalendar text to busy stretches: what counts, whose clock, and what is not waited for."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_cli.adapters.sources.calendar import scan
from oo_cli.adapters.sources.calendar.expand import Busy, Window, busy
from oo_cli.adapters.sources.calendar.scan import TooManyError
from tests.fakes import BERLIN, DAY, TUESDAY
from tests.sources.calendar import year

JANUARY = 1_767_222_000_000  # 2026-01-01T00:00 in Berlin
ME = frozenset(("ada@example.org",))
WINDOW = Window(TUESDAY, TUESDAY + 9 * DAY, BERLIN, ME)


def told(*lines: str, window: Window = WINDOW, head: str = "") -> list[str]:
    """The busy stretches of one event, as local times."""
    found = read(*lines, window=window, head=head)
    stamps = ((f"{datetime.fromtimestamp(at / 1000, window.zone):%d.%H:%M}" for at in span) for span in found.spans)
    return sorted("-".join(pair) for pair in stamps)


def read(*lines: str, window: Window = WINDOW, head: str = "") -> Busy:
    """All that one event tells."""
    event = "\r\n".join(["BEGIN:VEVENT", "UID:1", "SUMMARY:Secret", *lines, "END:VEVENT"])
    found = busy(f"BEGIN:VCALENDAR\r\n{head}{event}\r\nEND:VCALENDAR\r\n", window)
    assert found is not None
    return found


NOON = ("DTSTART;TZID=Europe/Berlin:20261203T120000", "DTEND;TZID=Europe/Berlin:20261203T130000")
DAY_LONG = ("DTSTART;VALUE=DATE:20261203", "DTEND;VALUE=DATE:20261204")
NO = "ATTENDEE;PARTSTAT=DECLINED"
ALL_DAY = ["03.00:00-04.00:00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (NOON, ["03.12:00-03.13:00"]),
        ((*NOON, "STATUS:TENTATIVE"), ["03.12:00-03.13:00"]),
        ((*NOON, "STATUS:CANCELLED"), []),
        ((*NOON, "TRANSP:TRANSPARENT"), []),
        ((*NOON, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), []),
        ((*NOON, f"{NO}:mailto:ADA@example.org", "ATTENDEE:mailto:b@x.org"), []),
        ((*NOON, f"{NO}:mailto:b@x.org", "ATTENDEE:mailto:ada@example.org"), ["03.12:00-03.13:00"]),
        ((*NOON, f"{NO}:mailto:b@x.org", f"{NO}:mailto:c@x.org"), []),
        ((*NOON, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@example.org"), ["03.12:00-03.13:00"]),
        (DAY_LONG, []),
        ((*DAY_LONG, "TRANSP:OPAQUE"), ALL_DAY),
        ((*DAY_LONG, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), ALL_DAY),
        ((DAY_LONG[0], "TRANSP:OPAQUE"), ALL_DAY),
        (("DTSTART:20261203T110000Z", "DURATION:PT90M"), ["03.12:00-03.13:30"]),
        (("DTSTART:20261203T110000Z",), []),
        (("DTSTART:20261130T110000Z", "DURATION:P2D"), ["01.10:00-02.12:00"]),
        (("DTSTART:20261110T110000Z", "DTEND:20261202T110000Z"), ["01.10:00-02.12:00"]),
        (("DTSTART:20251110T110000Z", "DURATION:PT1H"), []),
        (("DTSTART;TZID=W. Europe Standard Time:20261203T120000", "DURATION:PT1H"), ["03.12:00-03.13:00"]),
        (("DTSTART;TZID=No/Where:20261203T120000", "DURATION:PT1H"), ["03.12:00-03.13:00"]),
        ((*NOON, "RRULE:FREQ=DAILY;COUNT=2"), ["03.12:00-03.13:00", "04.12:00-04.13:00"]),
        ((*NOON, "RDATE;VALUE=PERIOD:20261205T110000Z/PT2H"), ["03.12:00-03.13:00", "05.12:00-05.14:00"]),
    ],
)  # fmt: skip
def test_what_counts_as_busy(lines: tuple[str, ...], expected: list[str]) -> None:
    """Appointments block; what is free, cancelled, declined, a mere day or over does not."""
    assert told(*lines) == expected


def test_floating_times_and_days_are_the_persons_own() -> None:
    """Noon is noon where the person is, and a calendar's own default zone goes before."""
    tokyo = WINDOW._replace(zone=ZoneInfo("Asia/Tokyo"))
    noon = ("DTSTART:20261203T120000", "DURATION:PT1H")
    assert told(*noon) == told(*noon, window=tokyo) == ["03.12:00-03.13:00"]
    assert told(*DAY_LONG, "TRANSP:OPAQUE", window=tokyo) == ALL_DAY
    assert told(*noon, head="X-WR-TIMEZONE:Asia/Tokyo\r\n") == ["03.04:00-03.05:00"]
    assert told(*noon, head="X-WR-TIMEZONE:../etc/passwd\r\n") == ["03.12:00-03.13:00"]


def test_a_zone_that_the_calendar_brings() -> None:
    """A zone of somebody's own making is taken from the calendar."""
    zone = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\n"
    zone += "TZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    assert told("DTSTART;TZID=Ours:20261203T120000", "DURATION:PT1H", head=zone) == ["03.08:00-03.09:00"]


def test_free_busy_periods() -> None:
    """A published free-busy calendar blocks what it calls busy; what cannot be read is counted."""
    lines = "FREEBUSY;FBTYPE=BUSY:20261203T110000Z/PT1H,20261204T110000Z/20261204T113000Z,garbage"
    text = f"BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\n{lines}\nFREEBUSY;FBTYPE=FREE:20261205T110000Z/PT1H\nEND:VFREEBUSY\n"
    found = busy(text, WINDOW)
    assert found is not None
    assert (len(found.spans), found.unread) == (2, 1)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYSECOND={','.join(map(str, range(60)))}",
    ],
)
def test_a_rule_without_end_costs_a_moment(rule: str) -> None:
    """Whatever one event asks for, it is left out after a second and counted; the others stand."""
    hostile = read(
        "DTSTART:19710101T110000Z", "DURATION:PT1S", f"RRULE:{rule};BYMINUTE={','.join(map(str, range(60)))}"
    )
    assert (hostile.spans, hostile.unread, hostile.endless) == ([], 0, 1)


def test_too_many_events_are_refused() -> None:
    """More than can be worked out is an error, not a wait; past appointments count for nothing."""
    event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:{1}T110000Z\nDTEND:{1}T120000Z\nEND:VEVENT\n"
    past = "".join(event.format(n, 20160101) for n in range(5 * scan.MAX_SERIES))
    assert busy(f"BEGIN:VCALENDAR\n{past}END:VCALENDAR", WINDOW) == Busy([], 0, 0)
    ahead = "".join(event.format(n, 20261203) for n in range(scan.MAX_SERIES + 1))
    with pytest.raises(TooManyError):
        busy(f"BEGIN:VCALENDAR\n{ahead}END:VCALENDAR", WINDOW)


def check_year(seed: int, count: int, weeks: int) -> None:
    """Free gaps of a made-up year, week by week, equal those of the independent computation."""
    events = year.year(seed, count)
    text = year.ics(events)
    for week in range(weeks):
        since = JANUARY + week * 52 // weeks * 7 * DAY
        until = since + 7 * DAY
        found = busy(text, Window(since, until, BERLIN, ME))
        assert found is not None
        assert (found.unread, found.endless) == (0, 0)
        free = year.gaps(year.merged(found.spans), since, until)
        assert free == year.gaps(year.busy(events, since, until), since, until), f"seed {seed}, week {week}"


def test_a_year_agrees_with_the_oracle() -> None:
    """Rules, exceptions, moves and six zones over both clock changes give the gaps that counting by hand gives."""
    check_year(1, 40, 13)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_years_agree_with_the_oracle(seed: int) -> None:
    """The same for other years, every week."""
    check_year(seed, 60, 52)


NAMES = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID", "STATUS", "TRANSP", "ATTENDEE",
     "BEGIN", "END", "FREEBUSY", "X-WR-TIMEZONE", "TZID", "TZOFFSETFROM", "TZOFFSETTO", "SEQUENCE"]
)  # fmt: skip
ODD = """20261203T120000Z 20261203 99991231T235959Z 00010101 20261332 P1D -P1W PT99999999H FREQ=DAILY COUNT=-1 1
FREQ=WEEKLY;BYDAY=XX FREQ=DAILY;INTERVAL=0 FREQ=YEARLY;BYEASTER=1 FREQ=DAILY;UNTIL=1 VEVENT VCALENDAR VTIMEZONE STANDARD
VFREEBUSY 20261203T120000Z/PT1H Europe/Berlin ../etc/passwd +9999"""
VALUES = st.one_of(st.sampled_from(ODD.split()), st.text(max_size=20))
PARAMS = st.sampled_from(["", ";TZID=Ours", ";VALUE=DATE", ";"])
LINES = st.builds("{}{}:{}".format, NAMES, PARAMS, VALUES)
EVENTS = st.lists(LINES, max_size=8).map(
    lambda lines: "\n".join(["BEGIN:VEVENT", "DTSTART:20261203T120000Z", *lines, "END:VEVENT"])
)
CALENDARS = st.one_of(
    st.lists(st.one_of(EVENTS, LINES), max_size=4).map(lambda parts: "\r\n".join(["BEGIN:VCALENDAR", *parts])),
    st.text(max_size=200),
    st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")),
)


def check_malformed(text: str) -> None:
    """Either no calendar, or stretches within the window; nothing is raised."""
    found = busy(text, WINDOW)
    if found is not None:
        assert all(WINDOW.since <= begin < end <= WINDOW.until for begin, end in found.spans)


@given(CALENDARS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_malformed_calendars(text: str) -> None:
    """Whatever stands in a calendar, reading it ends, and ends in words."""
    check_malformed(text)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@given(CALENDARS)
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_malformed_calendars_at_length(text: str) -> None:
    """The same, a thousand times."""
    check_malformed(text)
