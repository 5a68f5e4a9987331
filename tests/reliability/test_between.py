"""What another oO does between any two steps of ours: each piece of work with each point of it tried in turn."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import cast

import pytest

from oo_cli.daemon.scheduler import Scheduler
from oo_cli.home import _is_emptied, make_folders, open_or_prepare
from oo_cli.house import House
from oo_cli.usecases import aftermath, forget, forget_part, moods, serving
from oo_data.env import Paths
from oo_data.errors import BadUsageError, CannotWriteError, ConnectionNeededError, DataLockedError
from oo_data.store import db, erase, locks
from oo_data.store import moods as stored
from tests.between import at_point, points
from tests.fakes import TUESDAY, FixedClock, destroy_key, house_at


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as a first start makes it."""
    paths = Paths({"OO_HOME": str(tmp_path_factory.mktemp("ready"))})
    open_or_prepare(paths).close()
    return Path(paths.database)


def test_a_first_start_elsewhere_is_no_emptied_database(ready: Path, tmp_path: Path) -> None:
    """Seen empty just before it was made, with the lock of a key just after: that is another first start."""

    def fresh(number: int) -> Paths:
        paths = Paths({"OO_HOME": str(tmp_path / str(number))})
        for folder in (paths.data, paths.config):
            os.makedirs(folder, mode=0o700)
        Path(paths.database).touch(0o600)
        return paths

    def begin(paths: Paths) -> None:
        shutil.copyfile(ready, paths.database)
        Path(f"{paths.key_file}.lock").touch(0o600)

    before = fresh(-1)
    for nth in points(_is_emptied, partial(_is_emptied, before)):
        paths = fresh(nth)
        assert not at_point(_is_emptied, nth, partial(begin, paths), partial(_is_emptied, paths))


def test_a_beginning_after_a_database_was_set_aside(ready: Path, tmp_path: Path) -> None:
    """The lock of the key stands from before: whoever finds the new database empty waits until it is made."""
    paths = Paths({"OO_HOME": str(tmp_path)})
    for folder in (paths.data, paths.config):
        os.makedirs(folder, mode=0o700)
    Path(f"{paths.key_file}.lock").touch(0o600)
    making = db.locked(db.lock_path(paths.database))
    Path(paths.database).touch(0o600)

    def end() -> None:
        time.sleep(0.05)
        shutil.copyfile(ready, paths.database)
        os.close(making)

    other = Thread(target=end)
    other.start()
    with closing(open_or_prepare(paths)) as store:
        assert store.conn.execute("select count(*) from event").fetchone() == (0,)
    other.join()


def test_a_home_forgotten_while_it_was_opened(ready: Path, tmp_path: Path) -> None:
    """What was opened and is not there any more is known to be gone, also where nobody noted what it was."""
    house = house_at(tmp_path, FixedClock())
    make_folders(house.paths)
    opened = cast(property, House.store).fget
    assert opened is not None

    def look() -> None:
        house.close()
        shutil.copyfile(ready, house.paths.database)
        house.store.conn.execute("select 1")

    for nth in points(opened, look):
        with suppress(DataLockedError):
            at_point(opened, nth, partial(os.unlink, house.paths.database), look)
        assert house.is_gone is not os.path.exists(house.paths.database)


def test_a_home_begun_anew_is_not_what_was_to_be_forgotten(ready: Path, tmp_path: Path) -> None:
    """A start that finds a mark, and another one ends that forget: what the person begins then is left alone."""
    paths = Paths({"OO_HOME": str(tmp_path / "home")})
    began: list[str] = []

    def begin() -> None:
        make_folders(paths)
        shutil.copyfile(ready, paths.database)

    def finish_elsewhere() -> None:
        with suppress(CannotWriteError):
            mark = locks.take(paths.forgetting, make=False)
            if mark is not None:  # else it is held, and the others wait
                forget.finish(paths)
                os.close(mark)
                begin()
                began.append("anew")

    def resume() -> list[str] | None:
        return forget.resume(house_at(tmp_path, FixedClock()), destroy_key)

    def killed() -> None:
        begin()
        Path(paths.forgetting).touch(0o600)

    def both() -> list[str] | None:
        killed()
        return resume()

    tried = points(forget._take_marked, both)
    for nth in tried:
        began.clear()
        finished = at_point(forget._take_marked, nth, finish_elsewhere, both)
        assert (finished is None, os.path.exists(paths.database)) == (bool(began), bool(began))
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            killed()
            ended = [each.result() for each in [pool.submit(resume) for _ in range(4)]]
            assert (len(ended) - ended.count(None), os.path.exists(paths.home)) == (1, False)


def test_a_part_of_a_home_that_was_forgotten(tmp_path: Path) -> None:
    """Whoever wanted a part forgotten hears that all is, and puts nothing back."""
    house, other = (house_at(tmp_path, FixedClock()) for _ in range(2))
    moods.note(house, 3, "a note")
    part = forget_part.Part(since=1, until=TUESDAY + 1)
    assert forget_part.plan(house, part).rows
    forget.forget(other, destroy_key)
    with pytest.raises(DataLockedError, match="forgotten"):
        forget_part.forget(house, part)
    assert not os.path.exists(house.paths.home)
    house.close()


def test_the_mark_of_a_part_is_taken_away_by_its_own_end(tmp_path: Path) -> None:
    """An erasure that ends meanwhile leaves it standing, and one that is owed already is not lost to the next."""
    house = house_at(tmp_path, FixedClock())
    moods.note(house, 3, "a note")
    first, second = (forget_part.Part(since=since, until=TUESDAY + 1).to_text() for since in (1, 2))
    aftermath.owe(house, first)
    aftermath.owe(house)
    aftermath.settle(house)
    assert aftermath.owed(house) == first
    aftermath.settle(house, first)
    assert aftermath.owed(house) is None
    aftermath.owe(house)
    aftermath.owe(house, second)
    assert aftermath.owed(house) == second
    later = forget_part.Part(since=TUESDAY - 1, until=TUESDAY)  # without the mood
    forget_part.forget(house, later)
    assert (aftermath.owed(house), stored.since(house.store.conn, 0)) == (None, [])
    house.close()


def test_who_asks_for_a_server_is_in_nobodys_way(tmp_path: Path) -> None:
    """Two that ask at once see no server in each other, and one that starts just then is not refused."""
    house = house_at(tmp_path, FixedClock())
    make_folders(house.paths)
    dead = Path(house.paths.state, "serve.lock")
    dead.write_text(json.dumps(serving.Serving("http://127.0.0.1:1", "", 0)))
    with ThreadPoolExecutor(1) as pool:
        with dead.open() as asking:
            fcntl.flock(asking, fcntl.LOCK_SH)
            with pytest.raises(ConnectionNeededError):
                serving.running(house)
            begun = pool.submit(serving.claim, house)
            time.sleep(0.05)
        held = begun.result()
    with pytest.raises(BadUsageError):
        serving.claim(house)
    serving.leave(held)
    os.close(serving.claim(house))


def test_folders_are_made_while_others_are_removed(tmp_path: Path) -> None:
    """The end of a forget takes empty folders away, and a first start makes them again."""
    paths = Paths({"OO_HOME": str(tmp_path / "home")})
    for nth in points(os.makedirs, lambda: make_folders(paths)):
        erase.remove_folders(paths)
        at_point(os.makedirs, nth, lambda: erase.remove_folders(paths), lambda: make_folders(paths))
        assert all(map(os.path.isdir, (paths.data, paths.config, paths.state)))


class _SeenError(BaseException):
    """Ends a scheduler from within, at its first look."""


def test_a_scheduler_is_ended_at_any_moment() -> None:
    """An end that comes just before it looks is not slept through."""

    def nowhere() -> House:
        raise CannotWriteError("The disk is full.", "Free some space.")

    def seen(line: str) -> None:
        raise _SeenError

    def until_it_looks() -> None:
        with suppress(_SeenError):
            Scheduler(nowhere, trouble=seen)._run()

    for nth in points(Scheduler._run, until_it_looks):
        scheduler, begun = Scheduler(nowhere, beat_s=20), time.monotonic()
        at_point(Scheduler._run, nth, scheduler.stop, scheduler._run)
        assert time.monotonic() - begun < 15
