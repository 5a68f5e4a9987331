"""What is due by the tables of a real home, and doing it: once, whoever asks, and nothing where nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oo_cli.adapters.network import is_up
from oo_cli.adapters.sources.manifests import manifest
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases.catch_up import catch_up
from oo_cli.usecases.connect import connect_todotxt
from oo_cli.usecases.consent import revoke
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.status import status, status_lines
from oo_cli.wiring import read_every
from oo_data.contracts.event import AlertCleared, AlertRaised, ContextChanged, ShelfPrepared
from oo_data.errors import ConnectionNeededError, DataLockedError, SourceUnavailableError
from oo_data.ports import Sealer
from oo_data.store import duties, events, locks, profile
from tests.agents.own import write
from tests.fakes import DAY, HOUR, MINUTE, TUESDAY, FakeSource, FixedClock, house_at


class Home:
    """A home with a list in a file and a remote source, on a network that can be cut."""

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path
        self.clock = FixedClock()
        self.remote = FakeSource("todoist", "Answer the letter")
        self.todo = tmp_path / "todo.txt"
        self.todo.write_text("(A) Call the dentist due:2026-12-01\n")
        self.online = True
        self.locked = False
        self.house = self.open()
        connect_todotxt(self.house, str(self.todo))
        with self.house.store.write() as conn:
            profile.connect_source(conn, "todoist", self.clock.now, None)
            profile.set_consent(conn, "source.todoist", True, self.clock.now)

    def open(self) -> House:
        """Another process in the same home."""
        house = house_at(self.path, self.clock, {"todoist": self.remote})
        vault = house.doors.vault

        def unlock(house: House) -> Sealer:
            if self.locked:
                raise DataLockedError("The keyring is locked.", "Unlock it.")
            return vault(house)

        house.doors = house.doors._replace(
            vault=unlock,
            every=read_every,
            reachable=lambda source: self.online or not manifest(source).hosts,
        )
        return house

    def due(self) -> set[str]:
        """The duties that are due."""
        return set(agenda.due(self.house).overdue)

    def shelves(self) -> int:
        """How often the shelf was made."""
        return events.count(self.house.store.conn, ShelfPrepared)

    def told(self) -> list[tuple[str, str, int]]:
        """The alerts there were, oldest first."""
        found = [entry.event for entry in events.since(self.house.store.conn, 0, (AlertRaised, AlertCleared))]
        return [(type(event).__name__, event.subject, event.failures) for event in found]  # type: ignore[union-attr]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home in which nothing was done yet."""
    made = Home(tmp_path)
    yield made
    made.house.close()


def test_everything_is_due_at_first_and_nothing_after(home: Home) -> None:
    """One refresh serves every duty, and the next look finds nothing to do."""
    assert home.due() == {"source.todoist", "source.todotxt", "shelf", "sweep"}
    assert catch_up(home.house) is not None
    assert home.due() == set()
    assert catch_up(home.house) is None
    assert (home.shelves(), home.remote.reads) == (1, 1)


def test_a_refresh_by_hand_counts(home: Home) -> None:
    """Whoever does the work: what the person's own refresh has done is not done again."""
    refresh(home.house)
    assert home.due() == set()
    home.clock.advance(59 * MINUTE)
    assert home.due() == set()
    home.clock.advance(MINUTE)
    assert home.due() == {"source.todoist", "agent.time-of-day"}


def test_a_day_of_looks(home: Home) -> None:
    """Looks all day long: the remote source once an hour, the shelf at its hours beside, the file never again."""
    catch_up(home.house)
    looks = 0
    for _ in range(24 * 15):
        home.clock.advance(4 * MINUTE)
        looks += catch_up(home.house) is not None
    assert home.remote.reads == 1 + looks
    assert 24 <= looks <= 28


def test_a_changed_file_is_due_at_once(home: Home) -> None:
    """The list that the person edits is read at the next look, and an unchanged one is not read at all."""
    refresh(home.house)
    home.todo.write_text("Water the plants\n")
    assert home.due() == {"source.todotxt"}
    catch_up(home.house)
    assert home.due() == set()


def test_withdrawn_is_not_asked(home: Home) -> None:
    """A source whose consent is withdrawn is no duty any more, and leaves none behind."""
    refresh(home.house)
    revoke(home.house, "source.todoist")
    home.clock.advance(3 * HOUR)
    assert "source.todoist" not in home.due()
    assert "source.todoist" not in duties.read(home.house.store.conn)


def test_no_network_is_no_failure(home: Home) -> None:
    """Without a way out a remote source is not tried, and not blamed; with it, at the next look."""
    refresh(home.house)
    home.online = False
    home.clock.advance(2 * HOUR)
    assert catch_up(home.house) is not None  # an agent's hour
    assert home.remote.reads == 1
    home.clock.advance(MINUTE)
    assert catch_up(home.house) is None
    home.online = True
    assert catch_up(home.house) is not None
    assert home.remote.reads == 2
    assert home.told() == []


def test_one_alert_a_streak_and_one_at_its_end(home: Home) -> None:
    """A source that fails for a day is tried less and less, told of once, and once more when it is back."""
    refresh(home.house)
    home.remote.failure = SourceUnavailableError("Todoist is down.")
    for _ in range(24 * 15):
        home.clock.advance(4 * MINUTE)
        catch_up(home.house)
    assert home.told() == [("AlertRaised", "source.todoist", 3)]
    assert 8 <= home.remote.reads <= 11
    data = status(home.house)
    assert [alert["duty"] for alert in data["alerts"]] == ["source.todoist"]
    line = status_lines(home.house, data)[-1]
    assert line.startswith("todoist failed 9 times in a row (source unavailable); again Wed ")
    home.remote.failure = None
    home.clock.advance(8 * HOUR)
    catch_up(home.house)
    assert [what for what, _, _ in home.told()] == ["AlertRaised", "AlertCleared"]
    assert agenda.alerts(home.house) == []


def test_a_login_that_ended_is_told_at_once_and_hardly_tried(home: Home) -> None:
    """What only the person can mend is said the first time, and tried four times a day at most."""
    refresh(home.house)
    home.remote.failure = ConnectionNeededError("The login has ended.")
    for _ in range(24 * 12):
        home.clock.advance(5 * MINUTE)
        catch_up(home.house)
    assert home.told() == [("AlertRaised", "source.todoist", 1)]
    assert home.remote.reads <= 1 + 4


def test_a_locked_vault_is_left_alone_too(home: Home) -> None:
    """Where nothing can be done at all, the whole refresh rests; what was kept long enough is swept all the same."""
    refresh(home.house)
    home.locked = True
    tries = 0
    for _ in range(24 * 12):
        home.clock.advance(5 * MINUTE)
        house = home.open()
        try:
            catch_up(house)
        except DataLockedError:
            tries += 1
        house.close()
    assert 5 <= tries <= 11
    assert home.told() == [("AlertRaised", "shelf", 3)]
    assert duties.read(home.house.store.conn)["sweep"].at > TUESDAY + 18 * HOUR
    home.locked = False
    home.clock.advance(8 * HOUR)
    catch_up(home.house)
    assert home.told()[-1][:2] == ("AlertCleared", "shelf")


def test_another_refresh_is_under_way(home: Home) -> None:
    """Two at once: the second says so and does nothing, and fails nothing."""
    refresh(home.house)
    home.clock.advance(2 * HOUR)
    fd = locks.take(f"{home.house.paths.state}/refresh.lock")
    report = catch_up(home.house)
    assert fd is not None
    assert report is not None
    assert report.busy
    assert home.remote.reads == 1


def test_many_at_once_do_it_once(home: Home) -> None:
    """Eight that wake at the same minute read the source once between them."""
    refresh(home.house)
    home.clock.advance(2 * HOUR)

    def one(_: int) -> None:
        house = home.open()
        try:
            catch_up(house)
        finally:
            house.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(16)))
    assert home.remote.reads == 2


def test_an_agent_with_a_timetable(home: Home) -> None:
    """Once a local day; one that cannot run in its turn costs no refresh of its own until it can."""
    write(home.house, "calm-agent", schedule="daily")
    refresh(home.house)
    duty = duties.read(home.house.store.conn)["agent.calm-agent"]
    assert (duty.every, duty.hours, duty.slot) == (0, (5,), "2026-12-01T05")
    home.clock.advance(DAY)
    assert "agent.calm-agent" in home.due()
    with home.house.store.write() as conn:
        conn.execute("delete from consent where key = 'agent.calm-agent'")
    assert "agent.calm-agent" not in home.due()


def test_a_new_zone_is_a_change(home: Home) -> None:
    """After a journey the shelf is made for the hours of the new place."""
    refresh(home.house)
    with home.house.store.write() as conn:
        profile.set_meta(conn, "utc-offset", "32400")
    assert home.due() == {"shelf"}
    home.house.zone = ZoneInfo("Asia/Tokyo")
    catch_up(home.house)
    assert home.due() == set()


def test_a_home_without_sources_is_only_swept(tmp_path: Path) -> None:
    """Promises to forget hold where nothing is connected any more."""
    clock = FixedClock()
    house = house_at(tmp_path, clock)
    with house.store.write() as conn:
        house.bus.publish(conn, ContextChanged("c", 1), clock.now)
    assert agenda.due(house).overdue == ("sweep",)
    assert catch_up(house) is not None
    assert catch_up(house) is None
    clock.advance(DAY)
    assert agenda.due(house).overdue == ("sweep",)


def test_the_network_is_told_by_the_routing_table(tmp_path: Path) -> None:
    """A default route of either kind is a way out; a machine that does not tell is believed to have one."""
    four, six = tmp_path / "route", tmp_path / "ipv6_route"
    head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    assert is_up(str(four), str(six))
    four.write_text(head + "eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n")
    six.write_text(f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n")
    assert not is_up(str(four), str(six))
    four.write_text(head + "eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0\n")
    assert is_up(str(four), str(six))
    four.write_text(head)
    six.write_text(f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 28} 00000400 00000003 00000000 00000003     wlan0\n")
    assert is_up(str(four), str(six))


@pytest.mark.parametrize(("source", "every", "remote"), [("todotxt", 0, False), ("todoist", HOUR, True)])
def test_sources_declare_how_often(source: str, every: int, remote: bool) -> None:
    """The manifest says when a source is read."""
    assert (read_every(source), bool(manifest(source).hosts)) == (every, remote)
