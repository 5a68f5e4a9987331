"""The real APScheduler, in this process, for seconds; and `oo daemon`, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import pytest

from oo_cli.daemon.jobs import Jobs
from oo_cli.daemon.leader import Lead
from oo_cli.daemon.scheduler import Scheduler
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases.forget import forget
from oo_data.contracts.event import Event, ShelfPrepared
from oo_data.errors import CannotWriteError
from oo_data.store import locks
from tests.clock.test_agenda import Home
from tests.conftest import Oo
from tests.fakes import DAY, HOUR, MINUTE, destroy_key

BEAT_S = 0.02


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home in which nothing was done yet."""
    made = Home(tmp_path)
    yield made
    made.house.close()


def until(met: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what another thread or process brings about."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)


@contextmanager
def running(
    home: Home, told: list[Event] | None = None, said: list[str] | None = None, beat_s: float = BEAT_S
) -> Iterator[Scheduler]:
    """A scheduler on this home, ended at the end."""
    heard = [] if told is None else told
    lines = [] if said is None else said
    scheduler = Scheduler(home.open, heard.append, lines.append, beat_s=beat_s)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop(30)
        assert not scheduler.is_running


def beats(count: int = 10) -> None:
    """Let a scheduler look that often."""
    time.sleep(count * BEAT_S)


def test_it_does_what_is_due_and_tells(home: Home) -> None:
    """At the start, when an hour has passed, when the file changes, and not in between."""
    told: list[Event] = []
    with running(home, told):
        until(lambda: home.shelves() == 1)
        beats()
        assert home.remote.reads == 1
        home.clock.advance(HOUR)
        until(lambda: home.shelves() == 2)
        assert home.remote.reads == 2
        # In one step: one that looks between the emptying and the writing of a file would rightly read it twice.
        fresh = home.todo.with_suffix(".new")
        fresh.write_text("Water the plants\n")
        fresh.replace(home.todo)
        until(lambda: home.shelves() == 3)
        beats()
        assert home.shelves() == 3
    assert [type(event) for event in told].count(ShelfPrepared) == 3


@pytest.mark.parametrize("jump", [9 * DAY, -10 * 365 * DAY, 2 * 365 * DAY])
def test_after_a_sleep_or_a_jump_of_the_clock(home: Home, jump: int) -> None:
    """A clock that is suddenly elsewhere costs one run, at the next beat; no wait for the wrong time to come."""
    with running(home):
        until(lambda: home.remote.reads == 1)
        home.clock.advance(jump)
        until(lambda: home.remote.reads == 2)
        beats()
        assert home.remote.reads == 2


def test_one_leads(home: Home) -> None:
    """Of three, one works; when it ends, another one takes over."""
    with running(home), running(home):
        with running(home) as third:
            until(lambda: home.remote.reads == 1)
            third.wake()
            beats()
            assert home.remote.reads == 1
        for reads in (2, 3):
            home.clock.advance(HOUR)
            until(lambda reads=reads: home.remote.reads == reads)  # type: ignore[misc]
        beats()
        assert home.remote.reads == 3


def test_whoever_leads_is_asked_at_each_beat(home: Home) -> None:
    """Channels are told of a tip when its moment comes, not only when a refresh is due; by the one who leads."""
    asked: dict[str, int] = {"first": 0, "second": 0}

    def count(name: str) -> Callable[[House], None]:
        def at_beat(house: House) -> None:
            assert house.exists
            asked[name] += 1

        return at_beat

    first, second = (Scheduler(home.open, at_beat=count(name), beat_s=BEAT_S) for name in asked)
    first.start()
    until(lambda: asked["first"] > 3)
    second.start()
    beats()
    assert asked["second"] == 0
    for scheduler in (first, second):
        scheduler.stop(30)


def test_where_another_process_leads_nothing_runs(home: Home) -> None:
    """A face beside a daemon, or a daemon beside a face, only waits."""
    fd = locks.take(f"{home.house.paths.state}/leader.lock")
    assert fd is not None
    with running(home):
        beats()
        assert home.remote.reads == 0
        os.close(fd)
        until(lambda: home.remote.reads == 1)


def test_a_forgotten_home_stays_forgotten(home: Home) -> None:
    """Nothing is put back by a scheduler that outlives its home, and it lets go of the lead."""
    said: list[str] = []
    with running(home, said=said):
        until(lambda: home.shelves() == 1)
        forget(home.open(), destroy_key)
        beats()
        home.clock.advance(DAY)
        beats()
        assert not Path(home.house.paths.home).exists()
    assert said == []


def test_a_home_forgotten_at_any_moment_stays_so(tmp_path: Path) -> None:
    """Also where the scheduler has just looked, takes the lead, reads, or works: not an empty folder comes back."""
    for number in range(6):
        (tmp_path / str(number)).mkdir()
        home, said = Home(tmp_path / str(number)), list[str]()
        with running(home, said=said, beat_s=0.0):
            time.sleep(number / 100)
            forget(home.open(), destroy_key)
        assert not Path(home.house.paths.home).exists()
        assert said == []
        home.house.close()


def test_a_lock_whose_file_is_gone_is_none(tmp_path: Path) -> None:
    """Else two could lead: one by the removed file, one by the new one."""
    first, second = Lead(), Lead()
    path = tmp_path / "leader.lock"
    assert first.holds(str(path))
    assert not second.holds(str(path))
    path.unlink()
    assert second.holds(str(path))
    assert not first.holds(str(path))
    second.drop()
    assert first.holds(str(path))
    first.drop()


def test_trouble_is_told_once_and_rested_from(home: Home) -> None:
    """What fails as a whole is one line, not one a beat; once it is over, work goes on."""
    said: list[str] = []
    home.locked = True
    with running(home, said=said):
        until(lambda: bool(said))
        beats(20)
        assert said == ["The keyring is locked. Unlock it."]
        home.locked = False
        home.clock.advance(7 * HOUR)
        until(lambda: home.shelves() == 1)


def test_a_bug_does_not_end_it(home: Home) -> None:
    """Whatever is raised, the thread goes on and shows no traceback."""
    said: list[str] = []
    broken = [True]
    real = home.remote.read

    def read(now_ms: int) -> object:
        if broken[0]:
            raise ZeroDivisionError("a title may stand here")
        return real(now_ms)

    home.remote.read = read  # type: ignore[method-assign,assignment]
    with running(home, said=said):
        until(lambda: bool(said))
        assert said == ["Something went wrong (ZeroDivisionError)."]
        broken[0] = False
        home.clock.advance(7 * HOUR)
        until(lambda: home.shelves() == 1)


def test_a_house_that_cannot_be_opened(home: Home) -> None:
    """A disk that is full or gone is told, and looked at again."""
    said: list[str] = []

    def fail() -> None:
        raise CannotWriteError("The disk is full.", "Free some space.")

    scheduler = Scheduler(fail, trouble=said.append, beat_s=BEAT_S)  # type: ignore[arg-type]
    scheduler.start()
    until(lambda: bool(said))
    beats(20)
    scheduler.stop(30)
    assert not scheduler.is_running
    assert said == ["The disk is full. Free some space."]


def test_what_apscheduler_is_told() -> None:
    """Each job once, late or not, in UTC, from memory; what is not declared any more is not run."""
    jobs, ran = Jobs(), [0]

    def work() -> None:
        ran[0] += 1

    jobs.declare({"late": -9 * 86_400, "later": 3_600, "gone": 3_600}, work)
    jobs.declare({"late": -9 * 86_400, "later": 3_600}, work)
    found = {job.id: job for job in jobs.get_jobs()}
    assert set(found) == {"late", "later"}
    for job in found.values():
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
        assert job.next_run_time.tzinfo is UTC
    wait = jobs.turn()
    assert ran == [1]
    assert wait is not None
    assert 3500 < wait <= 3600
    assert [job.id for job in jobs.get_jobs()] == ["later"]
    jobs.declare({}, work)
    assert jobs.turn() is None


def soak(home: Home, ticks: int) -> tuple[int, int]:
    """Memory (bytes) and open files before and after that many looks, each by a fresh house, hours apart."""
    scheduler = Scheduler(home.open)
    jobs = Jobs()

    def tick() -> None:
        home.clock.advance(MINUTE)
        scheduler._beat(jobs)

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    for _ in range(min(ticks, 200)):
        tick()
    before, files = resident(), len(os.listdir("/proc/self/fd"))
    for _ in range(ticks):
        tick()
    grown = resident() - before
    more = len(os.listdir("/proc/self/fd")) - files
    scheduler._lead.drop()
    return grown, more


@pytest.mark.parametrize("ticks", [150, pytest.param(12_000, marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])])
def test_a_long_life_takes_no_more_memory(home: Home, ticks: int) -> None:
    """Thousands of looks and the work between them leave memory and open files as they were."""
    grown, files = soak(home, ticks)
    print(f"{ticks} ticks: {grown / 1e6:+.2f} MB, {files:+d} files")  # noqa: T201 - the figure is the point
    assert grown < 6_000_000
    assert files <= 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_daemon_works_in_silence_and_ends_cleanly(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str], door: list[str], number: signal.Signals
) -> None:
    """It puts tips on the shelf, is silent in a pipe, looks again when it is continued; a signal ends it with 0."""
    oo("add", "Call the dentist")
    file = Path(environ["OO_HOME"], "data/todo.txt")
    with subprocess.Popen([*door, "daemon"], env=child_environ | environ, stdout=-1, stderr=-1, text=True) as daemon:
        try:
            until(lambda: agenda_is_clear(environ))
            assert "Call the dentist" in oo("tip").out
            file.write_text("Feed the cat\n")
            daemon.send_signal(signal.SIGSTOP)
            daemon.send_signal(signal.SIGCONT)
            until(lambda: continued(daemon) and agenda_is_clear(environ))
            daemon.send_signal(number)
            out, err = daemon.communicate(timeout=60)
        finally:
            daemon.kill()  # only one that did not end by itself is still there
    assert (daemon.returncode, out, err) == (0, "", "")


def continued(daemon: subprocess.Popen[str]) -> bool:
    """Say once more that it may go on: a signal sent while it worked may have come before its work ended."""
    daemon.send_signal(signal.SIGCONT)
    return True


def agenda_is_clear(environ: dict[str, str]) -> bool:
    """Whether somebody has done all that was due."""
    from oo_cli.wiring import open_house

    house = open_house(environ, lambda line: None)
    try:
        return agenda.due(house).overdue == ()
    finally:
        house.close()


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """The example unit is sound, where there is a systemd to ask; it names nothing but the program."""
    unit = Path(__file__).parents[2] / "docs/examples/oo.service"
    text = unit.read_text()
    assert "ExecStart=%h/.local/bin/oo daemon --quiet\n" in text
    try:
        checked = subprocess.run(
            ["systemd-analyze", "--user", "verify", str(unit)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("systemd-analyze checks units")
    assert "oo.service" not in checked.stderr.replace("is not executable", "")
    assert sys.platform == "linux"
