"""Every duty as declared, whatever the clock, the zone and the lid of the laptop do."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine import timetable
from oo_cli.engine.when import at_local, local, to_ms
from oo_data.contracts.duty import Duty
from tests.clock.driver import DAILY, HOURLY, SEED, SHELF, Machine
from tests.fakes import BERLIN, DAY, HOUR, MINUTE, TUESDAY

# Changes at midnight, at three, in the evening; of half an hour, of two hours; the other half of the globe; none.
ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "America/New_York", "America/Los_Angeles", "America/St_Johns",
    "America/Havana", "America/Santiago", "America/Nuuk", "America/Scoresbysund", "Asia/Beirut", "Asia/Jerusalem",
    "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
    "Antarctica/Troll", "Asia/Tokyo",
)  # fmt: skip
# A daily duty at any hour, those that a zone skips or repeats too: the arithmetic does not lean on the hours chosen.
ANY_HOUR = tuple(Duty(f"at-{hour}", hours=(hour,)) for hour in range(24))


def changes(zone: ZoneInfo, years: range) -> list[int]:
    """The UTC hours at which the zone's offset changes in these years."""
    start, end = (to_ms(datetime(year, 1, 1, tzinfo=UTC)) for year in (years.start, years.stop))
    offsets = [local(at, zone).utcoffset() for at in range(start, end, HOUR)]
    return [start + n * HOUR for n in range(1, len(offsets)) if offsets[n] != offsets[n - 1]]


def days_between(first: int, last: int, zone: ZoneInfo) -> list[date]:
    """The local days that begin and end between two instants; a day that a zone skips has no instant and is none."""
    begin, end = local(first, zone).date() + timedelta(days=1), local(last, zone).date()
    every = [begin + timedelta(days=n) for n in range((end - begin).days)]
    return [day for day in every if local(at_local(day, time(12), zone), zone).date() == day]


def once_a_day_around(zone: ZoneInfo, change: int) -> None:
    """Each daily duty exactly once on each local day of the five around a change, however finely the clock ticks."""
    machine = Machine(change - 3 * DAY, zone, ANY_HOUR)
    machine.wake_until(change + 2 * DAY, beat=13 * MINUTE)
    for duty in ANY_HOUR:
        seen = Counter(run.slot[:10] for run in machine.of(duty)[1:])
        for day in days_between(change - 3 * DAY, change + 2 * DAY - HOUR, zone):
            assert seen[str(day)] == 1 or str(day) == machine.of(duty)[0].slot[:10], (zone.key, duty.id, day, seen)
        assert max(seen.values()) == 1


def test_changes_of_the_clock_here_and_elsewhere() -> None:
    """A year's changes in every other zone: none of 24 daily duties is left out or done twice."""
    for name in ZONES[::2]:
        zone = ZoneInfo(name)
        for change in changes(zone, range(2027, 2028)):
            once_a_day_around(zone, change)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ZONES)
def test_every_change_from_2024_to_2037(name: str) -> None:
    """The whole table: twenty zones, fourteen years, each change."""
    zone = ZoneInfo(name)
    for change in changes(zone, range(2024, 2038)):
        once_a_day_around(zone, change)


def test_a_zone_that_changes_late_in_the_evening() -> None:
    """Nuuk has no hour of 23 one day in March, and two of them in October: the shelf's is served once all the same."""
    nuuk = ZoneInfo("America/Nuuk")
    for change in changes(nuuk, range(2027, 2029)):
        assert local(change, nuuk).hour in (23, 0)
        machine = Machine(change - DAY, nuuk, [SHELF])
        machine.wake_until(change + DAY)
        late = [run.slot for run in machine.runs if run.slot.endswith("T23")]
        assert len(late) == len(set(late))
        assert f"{local(change - 3 * HOUR, nuuk).date()}T23" in late


def a_year(seed: int) -> Machine:
    """A year on a laptop: awake some hours, asleep from a minute to a fortnight, in a new zone every few weeks."""
    chance = random.Random(seed)
    machine = Machine(to_ms(datetime(2027, 1, 1, tzinfo=UTC)), ZoneInfo("Europe/Berlin"))
    machine.look()
    end = machine.now + 365 * DAY
    while machine.now < end:
        machine.wake_until(machine.now + chance.randrange(MINUTE, 30 * HOUR))
        machine.now += min(int(chance.paretovariate(0.6) * 5 * MINUTE), 14 * DAY)
        if chance.random() < 0.05:
            machine.zone = ZoneInfo(chance.choice(ZONES))
    return machine


@pytest.mark.parametrize("seed", range(4))
def test_a_year_asleep_awake_and_abroad(seed: int) -> None:
    """In a year of naps and journeys every duty runs as declared, and runs missed in a nap are made up for once."""
    machine = a_year(seed)
    pulls = [run.at for run in machine.of(HOURLY)]
    assert all(after - before >= HOUR for before, after in pairwise(pulls))
    for duty in (SHELF, DAILY):
        slots = [run.slot for run in machine.of(duty)]
        assert slots == sorted(set(slots)), "a local day and hour was served twice, or out of order"
        assert {int(slot[11:]) for slot in slots} <= set(duty.hours)
    # Nothing was left out that the machine was awake for: at each look, what had begun was served (but for the jitter).
    days = {run.slot[:10] for run in machine.of(DAILY)}
    looked_on = {str(local(run.at - timetable.JITTER_MS, ZoneInfo(run.zone)).date()) for run in machine.of(HOURLY)}
    late = {str(local(run.at, ZoneInfo(run.zone)).date()) for run in machine.of(HOURLY)
            if local(run.at, ZoneInfo(run.zone)).hour >= 6}  # fmt: skip
    assert late <= days
    assert days <= looked_on | late | {str(date.fromisoformat(day) - timedelta(days=1)) for day in looked_on}


def test_at_once_after_a_night_asleep_and_once_only() -> None:
    """A lid that was shut for a week costs one run of each duty, at the first look."""
    machine = Machine(TUESDAY, BERLIN)
    machine.look()
    machine.runs.clear()
    machine.now += 7 * DAY
    machine.look()
    machine.look()
    assert sorted(run.duty for run in machine.runs) == ["agent.calm", "shelf", "source.todoist"]


@pytest.mark.parametrize("jump", [-10 * 365 * DAY, 2 * 365 * DAY, -40 * DAY, 40 * DAY])
def test_a_clock_set_wrong_and_right_again(jump: int) -> None:
    """Ten years back, two ahead: one run at once each way, then as ever; nothing waits for the wrong time to come."""
    machine = Machine(TUESDAY, BERLIN)
    machine.look()
    for by in (jump, -jump):
        machine.runs.clear()
        machine.now += by
        machine.look()
        machine.look()
        assert [run.duty for run in machine.runs] == [duty.id for duty in (HOURLY, SHELF, DAILY)]
        machine.wake_until(machine.now + 3 * DAY)
        counted = Counter(run.duty for run in machine.runs)
        assert counted[HOURLY.id] == 72
        assert counted[SHELF.id] in (12, 13)
        assert counted[DAILY.id] in (3, 4)


@pytest.mark.parametrize("back", [MINUTE, 4 * MINUTE, 20 * MINUTE, 6 * HOUR])
def test_a_clock_set_right_by_a_little(back: int) -> None:
    """A correction right after a daily duty does not do the day twice."""
    machine = Machine(at_local(date(2026, 12, 2), time(5), BERLIN) - DAY, BERLIN, [DAILY])
    machine.wake_until(machine.now + DAY + 12 * MINUTE)
    machine.now -= back
    machine.wake_until(machine.now + back + 12 * HOUR)
    assert [run.slot[:10] for run in machine.runs].count("2026-12-02") == 1


def test_around_the_globe_each_day_is_one_day() -> None:
    """West over the date line and back: a local date that comes twice is served once."""
    machine = Machine(TUESDAY, ZoneInfo("Pacific/Auckland"), [DAILY])
    for name in ("Pacific/Honolulu", "Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin", "Pacific/Honolulu"):
        machine.wake_until(machine.now + 26 * HOUR)
        machine.zone = ZoneInfo(name)
    slots = [run.slot for run in machine.runs]
    assert slots == sorted(set(slots))


def test_hours_that_zones_skip_are_avoided() -> None:
    """No duty of ours is declared in the hours that most zones skip or repeat."""
    from oo_cli.usecases import agenda

    assert min((*agenda.SHELF_HOURS, *agenda.DAILY_HOURS)) >= 4


def test_a_failing_job_is_left_alone_for_longer_each_time() -> None:
    """Five minutes, ten, and so on to six hours, with up to a quarter more, which differs between homes."""
    duty, now = HOURLY._replace(at=TUESDAY, tried_at=TUESDAY), TUESDAY
    rests = []
    for _ in range(12):
        duty = timetable.failed(duty, now, "SourceUnavailableError")
        turn = timetable.due_at(duty, now, BERLIN, SEED)
        assert turn is not None
        assert timetable.is_resting(duty, turn - 1, SEED)
        assert not timetable.is_resting(duty, turn, SEED)
        rests.append(turn - now)
        now = turn
    for number, rest in enumerate(rests):
        base = min(5 * MINUTE * 2**number, 6 * HOUR)
        assert base <= rest <= base * 1.25
    assert len({timetable.rest_ms(duty, str(home)) for home in range(50)}) > 40
    assert timetable.due_at(duty, now - 10 * 365 * DAY, BERLIN, SEED) == now - 10 * 365 * DAY


def test_alarms_once_and_at_once_where_the_person_is_needed() -> None:
    """Three failures in a row are worth a word, a login that has ended is so by itself, and neither is told twice."""
    duty = HOURLY
    told = []
    for _ in range(5):
        duty = timetable.failed(duty, TUESDAY, "SourceUnavailableError")
        told.append(timetable.alarms(duty))
        duty = duty._replace(alerted=duty.alerted or told[-1])
    assert told == [False, False, True, False, False]
    assert timetable.alarms(timetable.failed(HOURLY, TUESDAY, "ConnectionNeededError"))
    assert not timetable.done(duty, TUESDAY, BERLIN).alerted


@given(st.integers(1, 2**42), st.sampled_from(ZONES), st.lists(st.integers(0, 23), min_size=1, max_size=4, unique=True))
def test_what_was_served_is_not_due(now: int, name: str, hours: list[int]) -> None:
    """At any instant in any zone: done is done, and the next turn is within a day and the jitter."""
    zone = ZoneInfo(name)
    duty = timetable.done(Duty("any", hours=tuple(sorted(hours))), now, zone)
    turn = timetable.due_at(duty, now, zone, SEED)
    assert turn is not None
    assert now < turn <= now + DAY + 3 * HOUR + timetable.JITTER_MS


def test_jitter_differs_between_homes_and_stays() -> None:
    """Homes of one zone do not all ask at the same second, and each keeps to its own minute."""
    duty = timetable.done(SHELF, TUESDAY, BERLIN)
    turns = [timetable.due_at(duty, TUESDAY, BERLIN, str(home)) for home in range(200)]
    assert turns == [timetable.due_at(duty, TUESDAY, BERLIN, str(home)) for home in range(200)]
    begins = at_local(date(2026, 12, 1), time(11), BERLIN)
    spread = [turn - begins for turn in turns if turn is not None]
    assert min(spread) >= 0
    assert max(spread) <= timetable.JITTER_MS
    assert len(set(spread)) > 150
