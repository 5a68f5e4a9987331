"""Forgetting that is cut short anywhere is finished by the next start, whatever state the home is in."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.mirror import stream
from oo_cli.adapters.notify import post
from oo_cli.adapters.trace import places
from oo_cli.house import House
from oo_cli.usecases import aftermath, connect, forget_part, recommend, refresh
from oo_cli.usecases.add import add_task
from oo_cli.usecases.forget import PAGES, Receipt, finish, forget, known_words, plan, resume, take_refresh
from oo_data import catalog
from oo_data.contracts.llm import purpose
from oo_data.contracts.tip import RecommendRequest
from oo_data.env import Paths
from oo_data.errors import CannotWriteError, DataLockedError, OoError, SourceUnavailableError
from oo_data.ports import Sealer
from oo_data.store import egress, erase, locks, profile, words
from oo_data.store.egress import EgressRow
from tests.fakes import TUESDAY, FakeSource, FixedClock, destroy_key, house_at

TITLE = "Call the dentist"


@pytest.fixture
def lived(tmp_path: Path, paths: Paths, clock: FixedClock) -> Iterator[House]:
    """A home with a remote source and a file of the person's own, and a tip that was shown."""
    mine = tmp_path / "mine.txt"
    mine.write_text(f"{TITLE} due:2026-12-01\n")
    source = FakeSource("todoist", "Send the taxes")
    house = house_at(tmp_path, clock, {"todoist": source})
    connect.connect_todotxt(house, str(mine))
    connect.connect_remote(house, "todoist", True, lambda: house.keep_secret("todoist.login", "a-token-of-todoist"))
    refresh.refresh(house)
    recommend.recommend(house, RecommendRequest(TUESDAY, "tip", asked=True))
    yield house
    house.close()


def is_gone(paths: Paths) -> bool:
    """Whether nothing is left, on disk or in memory."""
    return not os.path.exists(paths.home) and not words.places(paths)


def test_no_reader_begins_a_home_in_the_place_of_one_it_saw(tmp_path: Path, clock: FixedClock) -> None:
    """Forgotten between the look and the reading, it stays so; whoever begins by writing may begin another."""
    late, stays = house_at(tmp_path, clock), house_at(tmp_path, clock)
    stays.may_begin = False
    with closing(house_at(tmp_path, clock)) as first:
        add_task(first, "Call Mum")
        assert late.exists
        forget(first, destroy_key)
    for reader in (late, stays):
        with pytest.raises(DataLockedError, match="forgotten"):
            _ = reader.store
        with pytest.raises(OoError):
            refresh.refresh(reader)
    assert is_gone(first.paths)
    with closing(house_at(tmp_path, clock)) as other:
        add_task(other, "Buy milk")
        assert other.exists


def test_a_file_that_goes_by_itself_stops_no_forget(tmp_path: Path) -> None:
    """What another process removes meanwhile, as a lock it had made, is gone all the same."""
    lock = tmp_path / "leader.lock"
    lock.write_text("1234")
    for size in (4, 0):
        assert erase.size_of(str(lock)) == size
        erase.unlink(str(lock))
    assert not lock.exists()
    with pytest.raises(CannotWriteError):
        erase.unlink(str(tmp_path))


def released_soon(path: str) -> threading.Timer:
    """A lock that somebody else holds for a moment yet."""
    fd = locks.take(path)
    assert fd is not None
    timer = threading.Timer(0.2, os.close, [fd])
    timer.start()
    return timer


def test_a_forget_waits_for_another(tmp_path: Path, clock: FixedClock) -> None:
    """One that is under way holds its mark: a second one begins once that is let go."""
    with closing(house_at(tmp_path, clock)) as house:
        add_task(house, "Water the plants")
        timer = released_soon(house.paths.forgetting)
        forget(house, destroy_key)
        timer.join()
        assert is_gone(house.paths)


def test_a_forget_that_was_cut_short_waits_for_a_refresh(tmp_path: Path, clock: FixedClock) -> None:
    """The next start ends it once the refresh beside it is over, and touches no mark that is not oO's own."""
    with closing(house_at(tmp_path, clock)) as house:
        add_task(house, "Water the plants")
        mark = Path(house.paths.forgetting)
        mark.symlink_to("nowhere")
        with pytest.raises(CannotWriteError):
            resume(house, destroy_key)
        mark.unlink()
        mark.touch()
        timer = released_soon(f"{house.paths.state}/refresh.lock")
        assert resume(house, destroy_key) is not None
        timer.join()
        assert is_gone(house.paths)


def test_a_part_that_was_cut_short_is_left_to_whoever_is_at_it(tmp_path: Path, clock: FixedClock) -> None:
    """A refresh under way keeps others from it; the next start does it."""
    with closing(house_at(tmp_path, clock)) as house:
        add_task(house, "Water the plants")
        aftermath.owe(house)
        fd = locks.take(f"{house.paths.state}/refresh.lock")
        assert fd is not None
        assert not forget_part.resume(house)
        os.close(fd)
        assert forget_part.resume(house)
        assert aftermath.owed(house) is None


def test_a_lock_whose_file_goes_is_none(tmp_path: Path) -> None:
    """The next one locks another file."""
    path = tmp_path / "some.lock"
    fd = locks.take(str(path))
    assert fd is not None
    assert locks.is_at(fd, str(path))
    path.unlink()
    assert not locks.is_at(fd, str(path))
    os.close(fd)


def test_a_home_in_the_place_of_a_forgotten_one_is_another(tmp_path: Path, clock: FixedClock) -> None:
    """A house that is open over a home knows when that is gone, also where another one has the same name."""
    with closing(house_at(tmp_path, clock)) as first, closing(house_at(tmp_path, clock)) as other:
        add_task(first, "Call Mum")
        add_task(other, "Buy milk")
        before = first.is_gone
        forget(house_at(tmp_path, clock), destroy_key)
        assert (before, first.is_gone) == (False, True)
        with closing(house_at(tmp_path, clock)) as next_one:
            add_task(next_one, "Read a book")
            assert (first.is_gone, next_one.is_gone) == (True, False)
            with pytest.raises(DataLockedError, match="forgotten"):
                refresh.refresh(first)


def test_a_forget(lived: House, tmp_path: Path) -> None:
    """The receipt tells what went and what is not oO's to delete; the person's own file is as it was."""
    memory = words.places(lived.paths)
    planned = plan(lived)
    assert os.path.exists(lived.paths.database)
    receipt = forget(lived, destroy_key)
    assert memory
    assert not any(map(os.path.exists, memory))
    assert is_gone(lived.paths)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert (receipt.rows, receipt.files, receipt.bytes) == (planned.rows, planned.files, planned.bytes)
    assert (receipt.rows["task"], receipt.rows["source"]) == (2, 2)
    assert receipt.bytes > 50_000
    assert receipt.keys == ["key file"]
    assert (len(planned.external), len(receipt.external)) == (2, 1)
    assert str(tmp_path / "mine.txt") in receipt.external[0]
    assert receipt.scan is not None
    assert receipt.scan.words >= 4
    assert not lived.exists
    assert plan(lived) == Receipt()


def test_a_key_in_the_environment_is_named(tmp_path: Path, clock: FixedClock) -> None:
    """What oO cannot unset it says."""
    house = house_at(tmp_path, clock, OO_KEY="a key")
    connect.connect_todotxt(house, None)
    assert forget(house, destroy_key).external == ["OO_KEY is set in your environment; unset it yourself"]


def test_nothing_to_forget(house: House, tmp_path: Path) -> None:
    """A home that was never made is forgotten without leaving one."""
    receipt = forget(house, destroy_key)
    assert (receipt.rows, receipt.files, receipt.keys, receipt.kept) == ({}, 0, [], [])
    assert list(tmp_path.iterdir()) == []


Leave = Callable[[House, str], AbstractContextManager[bool]]


def unreachable(house: House, source: str) -> AbstractContextManager[bool]:
    """A provider that cannot be reached."""
    raise SourceUnavailableError("todoist could not be reached.", "Try again later.")


@pytest.mark.parametrize(
    ("leave", "offline", "ended"),
    [
        (lambda house, source: nullcontext(True), False, True),
        (lambda house, source: nullcontext(False), False, False),
        (unreachable, False, False),
        (lambda house, source: nullcontext(True), True, False),
    ],
)
def test_a_login_that_lives_on_is_named(lived: House, leave: Leave, offline: bool, ended: bool) -> None:
    """Where the provider was not told, all is forgotten here just so, and the receipt says where to end it there."""
    lived.doors = lived.doors._replace(leave=leave)
    receipt = forget(lived, destroy_key, offline)
    assert (PAGES["todoist"] not in " ".join(receipt.external)) == ended
    assert is_gone(lived.paths)


def test_what_others_hold_is_named(lived: House) -> None:
    """Where words went by the person's own consent, and what opens a calendar, oO cannot delete, so it names them."""
    connect.connect_remote(lived, "calendar", True, lambda: lived.keep_secret("calendar.login", '["https://a.ics", 7]'))
    for told_for, host in (
        (purpose("tip-generator"), "gateway.example"),
        (post.PURPOSE, "ntfy.example"),
        (places.PURPOSE, "mlflow.example"),
        (stream.PURPOSE, "nats.example"),
    ):
        row = EgressRow(host, TUESDAY, host, told_for, "source.todoist", ("task titles",))
        egress.begin(lived.store, row)
    said = plan(lived).external
    held_by = ("secret address made for calendar", "gateway.example", "ntfy.example", "mlflow.example", "nats.example")
    for held in held_by:
        assert len([line for line in said if held in line]) == 1, held
    assert not [line for line in said if "the login at calendar" in line]
    assert set(known_words(lived)) >= {"https://a.ics", "a-token-of-todoist", "Send the taxes", TITLE}


def test_a_refresh_under_way_is_waited_for(lived: House) -> None:
    """Nothing is put back behind a forget: it waits for a refresh to end, and where that does not, forgets nothing."""
    refreshing = locks.take(f"{lived.paths.state}/refresh.lock")
    assert refreshing is not None
    with pytest.raises(DataLockedError, match="refresh is running"):
        take_refresh(lived, tenths=1)
    ending = threading.Timer(0.15, os.close, [refreshing])
    ending.start()
    os.close(take_refresh(lived, tenths=50))
    ending.join()


def test_a_lock_that_leads_elsewhere(lived: House, tmp_path: Path) -> None:
    """A link in the place of the lock is not followed; nothing is forgotten until it is gone."""
    lock = Path(lived.paths.state, "refresh.lock")
    lock.unlink()
    lock.symlink_to(tmp_path / "victim")
    with pytest.raises(CannotWriteError):
        forget(lived, destroy_key)
    assert not (tmp_path / "victim").exists()
    assert not os.path.exists(lived.paths.forgetting)
    lock.unlink()
    forget(lived, destroy_key)
    assert is_gone(lived.paths)


class KilledError(Exception):
    """The process ends here."""


def before_the_key(house: House) -> list[str]:
    """Killed before the key is destroyed."""
    raise KilledError


def after_the_key(house: House) -> list[str]:
    """Killed once the key is destroyed."""
    destroy_key(house)
    raise KilledError


@pytest.mark.parametrize("killed", [before_the_key, after_the_key])
def test_killed_around_the_key(lived: House, killed: Callable[[House], list[str]]) -> None:
    """The mark stands before anything is touched, and with it alone the next start ends with nothing, key included."""
    with pytest.raises(KilledError):
        forget(lived, killed)
    assert stat.S_IMODE(os.stat(lived.paths.forgetting).st_mode) == 0o600
    assert os.path.exists(lived.paths.database)
    lived.close()
    finish(lived.paths)
    assert is_gone(lived.paths)


PLACES = sorted(
    entry.where.replace("*", "1f")
    for entry in (*catalog.files(), *catalog.key_files())
    if entry.where != "state/forgetting"
)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(PLACES)), st.booleans(), st.booleans())
def test_killed_between_any_two_files(left: set[str], memory: bool, mark: bool) -> None:
    """Whatever a killed forget has left, one more go removes it, and another finds nothing to do."""
    with TemporaryDirectory() as folder:
        paths = Paths({"OO_HOME": f"{folder}/home"})
        for name in (*left, *(["state/forgetting"] if mark else [])):
            path = Path(paths.home, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TITLE)
        if memory:
            os.makedirs(paths.data, exist_ok=True)
            words.write(paths, [("tip", TITLE, "", "null")])
        for _ in range(2):
            finish(paths)
            assert is_gone(paths)


def test_what_cannot_be_removed_keeps_the_mark(lived: House) -> None:
    """A forget that fails says so, and the next start tries again."""
    lock = Path(lived.paths.data, "done.txt")
    lock.mkdir()
    with pytest.raises(CannotWriteError):
        forget(lived, destroy_key)
    assert os.path.exists(lived.paths.forgetting)
    assert not os.path.exists(lived.paths.key_file)
    lock.rmdir()
    finish(lived.paths)
    assert is_gone(lived.paths)


def test_a_link_is_removed_and_not_followed(lived: House, tmp_path: Path) -> None:
    """Where a file of the catalogue is a link, only the link is oO's."""
    os.symlink(tmp_path / "mine.txt", f"{lived.paths.data}/todo.txt")
    forget(lived, destroy_key)
    assert (tmp_path / "mine.txt").read_text().startswith(TITLE)
    assert is_gone(lived.paths)


def foreign(path: Path) -> None:
    """A file that is no database."""
    path.write_bytes(b"something else " * 999)


def broken(path: Path) -> None:
    """A database that opens, and fails once it is read."""
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * (os.path.getsize(path) - 4096 * 3))


@pytest.mark.parametrize("damage", [foreign, broken])
def test_a_damaged_database_can_be_forgotten(lived: House, damage: Callable[[Path], None]) -> None:
    """ "Start anew with oo forget" is the way out of damage, so it must not fail because of it."""
    lived.close()
    damage(Path(lived.paths.database))
    receipt = forget(lived, destroy_key)
    assert receipt.rows == {}
    assert receipt.files > 0
    assert is_gone(lived.paths)


def test_without_the_key_everything_still_goes(lived: House) -> None:
    """A home whose key is lost can be left behind all the same, and the key is asked for once, not for every text."""
    asked = []

    def locked(house: House) -> Sealer:
        asked.append(house)
        raise DataLockedError("The key file is gone.", "Put it back.")

    again = House(lived.environ, lived.clock, lived.zone, lived.doors._replace(vault=locked), lived.say)
    receipt = forget(again, lambda house: [])
    assert len(asked) == 1
    assert receipt.rows["task"] == 2
    assert receipt.scan is not None
    assert receipt.scan.words == 0
    assert is_gone(again.paths)


def test_a_copy_of_the_database_does_not_open_afterwards(lived: House, tmp_path: Path, clock: FixedClock) -> None:
    """What a backup still holds is sealed with a key that is no more."""
    copy = Path(lived.paths.database).read_bytes()
    forget(lived, destroy_key)
    assert TITLE.encode() not in copy
    anew = house_at(tmp_path, clock)
    connect.connect_todotxt(anew, None)
    anew.close()
    Path(anew.paths.database).write_bytes(copy)
    with pytest.raises(DataLockedError):
        anew.sealer.unseal(profile.secrets(anew.store.conn)["ref-key"], "secret", "sealed", "ref-key")
    anew.close()
    assert erase.files_of(anew.paths)
