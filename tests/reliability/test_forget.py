"""Forgetting on a real file system: how fast, what of 64 canaries is left, and killed anywhere it is finished.

The figures: `python -m pytest tests/reliability/test_forget.py`, with `-m nightly` at full size.
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from oo_cli import wiring, wiring_vault
from oo_cli.house import Doors, House
from oo_cli.usecases import contexts, forget_part, habits, moods, refresh
from oo_cli.usecases.feedback import react
from oo_cli.usecases.forget import files_in, forget
from oo_cli.usecases.forget_part import Part
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.verify import Verified, verify
from oo_data.contracts.tip import Reaction, RecommendRequest
from oo_data.errors import DataLockedError
from oo_data.store import words
from tests.fakes import BERLIN, DAY, TUESDAY, FakeSource, FixedClock, file_vault
from tests.reliability.canaries import CANARIES, leaks, readable, word
from tests.reliability.conftest import Figure

# Changes to the file system that the interpreter tells of; SQLite's own are reached by system calls below.
CHANGES = frozenset(
    ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree", "sqlite3.connect")
)
REACTIONS: tuple[Reaction, ...] = ("later", "no", "done")
PIECES = {"a piece of it", "a piece in UTF-16"}  # oO looks for whole titles
SIZES = [
    pytest.param(1, id="1 MB"),
    pytest.param(52, id="52 MB", marks=[pytest.mark.nightly, pytest.mark.timeout(3600)]),
]


def house_in(folder: Path) -> House:
    """A home with a source that lists the canaries, as projects and labels too, and the real key file."""
    source = FakeSource("todoist")
    tasks = (source.task(title, project=title, labels=(title,), added_at=TUESDAY - DAY) for title in CANARIES)
    source.reading = source.reading._replace(tasks=tuple(tasks))

    def opened(house: House, source_id: str) -> FakeSource:
        return source

    environ = {"OO_HOME": str(folder / "home"), "HOME": str(folder)}
    doors = Doors(file_vault, opened, rotate=wiring_vault.rotate)
    return House(environ, FixedClock(), BERLIN, doors, lambda line: None)


def live(house: House) -> None:
    """A home with everything in it."""
    from oo_cli.usecases.connect import connect_remote

    connect_remote(house, "todoist", True, lambda: house.keep_secret("todoist.login", CANARIES[0]))
    for canary in CANARIES:
        moods.note(house, 3, canary)
    for canary in CANARIES[:8]:
        habits.add(house, canary, "1d")
    for number in range(4):
        contexts.switch(house, word(number))
    refresh.refresh(house)
    for reaction in REACTIONS:
        recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))
        react(house, reaction, until=house.clock.now_ms() + DAY)


def look(house: House, folder: Path) -> Verified:
    """Every canary, looked for in all of a person's home."""
    return verify(house, wiring_vault.key_places, CANARIES, [str(folder)])


@pytest.mark.parametrize("megabytes", SIZES)
def test_64_canaries(tmp_path: Path, megabytes: int, figure: Figure) -> None:
    """None is at rest before or after, in any spelling; the key is gone, a backup opens nothing, and it is quick."""
    house = house_in(tmp_path)
    live(house)
    filler = random.Random(7)
    for number in range(megabytes):
        (tmp_path / f"other-{number}").write_bytes(filler.randbytes(1 << 20))
    before = look(house, tmp_path)
    assert (before.found, before.is_clean, leaks(tmp_path)) == ((), True, [])
    backup = tmp_path.parent / f"{tmp_path.name}-backup.db"
    shutil.copyfile(house.paths.database, backup)
    began, worked = time.monotonic(), time.process_time()
    receipt = forget(house, wiring_vault.destroy_key)
    took, worked = time.monotonic() - began, time.process_time() - worked
    assert (receipt.kept, receipt.scan is not None and receipt.scan.hits) == ([], ())
    began = time.monotonic()
    after = look(house, tmp_path)
    looked = time.monotonic() - began
    assert (after.found, after.files, after.keys, after.is_clean) == ((), (), (), True)
    assert leaks(tmp_path) == []
    assert after.scan.bytes >= megabytes << 20
    assert after.scan.words == len(CANARIES)
    figure(f"forget {took:.2f} s; {after.scan.bytes:,} bytes, {after.scan.patterns} patterns in {looked:.2f} s")
    assert worked < 2
    restored(house, backup)


def restored(house: House, backup: Path) -> None:
    """Put a backup back, with a key of today beside it: nothing in it opens."""
    again = house_in(Path(house.paths.home).parent)
    again.keep_secret("ref-key", "00" * 32)
    again.close()
    shutil.copyfile(backup, again.paths.database)
    again = house_in(Path(house.paths.home).parent)
    with pytest.raises(DataLockedError):
        again.sealer  # noqa: B018 - opening is what must fail
    again.close()
    words.clear(again.paths)


@pytest.mark.parametrize("number", [3, 4, 63])
def test_every_writing_is_found(tmp_path: Path, number: int) -> None:
    """Neither search could fail if it found nothing: each writing, put into a file of its own, is told by both."""
    house = house_in(tmp_path)
    written = readable(number)
    for name, pattern in written.items():
        (tmp_path / name).write_bytes(b"." * (len(name) % 5) + pattern + b".")
    (tmp_path / "packed").write_bytes(b"." + gzip.compress(CANARIES[number].encode()))
    assert {name for name, *_ in leaks(tmp_path)} == {*written, "packed"}
    found = {Path(path).name for path in look(house, tmp_path).found}
    assert found == {*written, "packed"} - PIECES


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A home that lived, to be copied."""
    house = house_in(tmp_path / "sound")
    os.makedirs(tmp_path / "sound")
    live(house)
    words.clear(house.paths)
    house.close()
    return tmp_path / "sound"


def killed(work: Callable[[], object], when: Callable[[], None]) -> bool:
    """Run it in a process of its own that arranges its end first; whether it was killed before it had ended."""
    child = os.fork()
    if child == 0:
        try:
            when()
            work()
        except BaseException:  # noqa: BLE001 - the parent looks at the code
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def at_change(nth: int) -> Callable[[], None]:
    """Die instead of making the n-th change."""
    left = iter(range(nth - 1, -1, -1))

    def watch(event: str, details: tuple[object, ...]) -> None:
        opens = event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if (opens or event in CHANGES) and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: sys.addaudithook(watch)


def all_of_it(house: House) -> None:
    """Forget everything."""
    forget(house, wiring_vault.destroy_key)


def the_moods(house: House) -> None:
    """Forget what happened on one day, and with it every mood."""
    forget_part.forget(house, Part(since=TUESDAY - DAY, until=TUESDAY + 1))


def finish(house: House) -> None:
    """What the next start does."""
    if os.path.lexists(house.paths.forgetting):
        wiring.finish_forget(house)
    if os.path.lexists(house.paths.unsettled):
        forget_part.resume(house)


def check(house: House, was_begun: bool, everything: bool) -> None:
    """After the next start it is done, or was never begun; nothing in between."""
    finish(house)
    if everything:
        assert not was_begun or files_in(house.paths.roots()) == []  # folders that are empty may be left
        return
    (integrity,) = house.store.conn.execute("pragma integrity_check").fetchone()
    assert integrity == "ok"
    left = house.store.conn.execute("select count(*) from mood").fetchone()[0]
    assert left == (0 if was_begun else len(CANARIES))
    refresh.refresh(house)
    assert house.store.conn.execute("select count(*) from task").fetchone()[0] == len(CANARIES)


KINDS = {"everything": all_of_it, "a day": the_moods}


def one_kill(sound: Path, folder: Path, kind: str, nth: int) -> bool:
    """Copy the home, die at the n-th change, start again; whether there was an n-th change."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound, folder)
    died = killed(lambda: KINDS[kind](house_in(folder)), at_change(nth))
    house = house_in(folder)
    marked = os.path.lexists(house.paths.forgetting) or os.path.lexists(house.paths.unsettled)
    gone = not os.path.exists(house.paths.database)
    settled = not marked and not gone and house.store.conn.execute("select count(*) from forgotten").fetchone()[0] > 0
    check(house, was_begun=marked or gone or settled or not died, everything=kind == "everything")
    words.clear(house.paths)
    house.close()
    return died


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_some_changes(sound: Path, tmp_path: Path, kind: str) -> None:
    """A few places from the beginning to the end."""
    for nth in (1, 4, 9, 15, 22):
        one_kill(sound, tmp_path / "copy", kind, nth)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_every_change(sound: Path, tmp_path: Path, kind: str, figure: Figure) -> None:
    """Every one that the interpreter makes."""
    places = next(nth - 1 for nth in count(1) if not one_kill(sound, tmp_path / "copy", kind, nth))
    figure(f"{kind}: {places} places")
    assert places > 8


@pytest.mark.parametrize("kills", [5, pytest.param(1000, marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])])
def test_killed_at_any_time(sound: Path, tmp_path: Path, kills: int, figure: Figure) -> None:
    """So many times half way, each at a random instant after the mark was set: the next start always finishes it."""
    chance, half_way, tries = random.Random(11), 0, 0
    while half_way < kills:
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound, folder)
        died = killed(partial(all_of_it, house_in(folder)), after_the_mark(chance.uniform(0.0005, 0.02)))
        house = house_in(folder)
        begun = os.path.lexists(house.paths.forgetting) or not house.exists
        half_way += died and begun
        check(house, begun, everything=True)
        words.clear(house.paths)
        house.close()
        tries += 1
    figure(f"{half_way} killed half way, of {tries}: all finished by the next start")


def after_the_mark(seconds: float) -> Callable[[], None]:
    """Have the kernel end this process so long after a forget has begun."""

    def watch(event: str, details: tuple[object, ...]) -> None:
        if event == "open" and str(details[0]).endswith("/forgetting"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds)

    return lambda: sys.addaudithook(watch)
