"""What another oO does between any two steps of ours: each piece of work with each point of it tried in turn."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import cast

import pytest

from oo_cli.daemon.scheduler import Scheduler
from oo_cli.home import _is_emptied, make_folders, open_or_prepare
from oo_cli.house import House
from oo_data.env import Paths
from oo_data.errors import CannotWriteError, DataLockedError
from oo_data.store import db
from tests.between import at_point, points
from tests.fakes import FixedClock, house_at


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
