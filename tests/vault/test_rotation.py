"""Changing the key: killed before any effect, the home opens with one key, and with the old one never again after."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

import pytest

from oo_cli import wiring_vault
from oo_cli.adapters.vault.custody import Custodian, Custody, Place
from oo_cli.adapters.vault.envelope import EnvelopeSealer
from oo_cli.adapters.vault.sealer import key_id, new_key
from oo_cli.house import Doors, House
from oo_cli.wiring import open_source
from oo_data.errors import BadUsageError, DataLockedError
from oo_data.secret import Secret
from oo_data.store import keys, profile
from tests.between import at_point, points
from tests.fakes import BERLIN, TUESDAY, FixedClock

NONE = "keyring.backends.fail.Keyring"
ON_DISK = "tests.vault.rings.OnDisk"
EFFECTS = {"execute", "executemany", "open", "rename", "unlink", "fsync", "write", "chmod"}
SAID = "the taxes"


def house_in(root: str, backend: str = NONE, said: list[str] | None = None, **environ: str) -> House:
    """A house with the real vault; what it asks for is answered from `said`, in turn, and then no more."""
    left = list(said or ())

    def ask(new: bool) -> Secret | None:
        return Secret(left.pop(0)) if left else None

    own = {"OO_HOME": f"{root}/home", "PYTHON_KEYRING_BACKEND": backend, **environ}
    doors = Doors(wiring_vault.open_vault, open_source, ask=ask)
    return House(own, FixedClock(TUESDAY), BERLIN, doors, lambda line: None)


def begin(root: str, place: Place, backend: str = NONE, said: list[str] | None = None) -> None:
    """A home whose key is in that place, with one secret."""
    with closing(house_in(root, backend, said)) as house:
        wiring_vault.move_key(house, place)
        house.keep_secret("todoist.login", SAID)


def read(root: str, backend: str = NONE, said: list[str] | None = None, **environ: str) -> str:
    """The secret, as a fresh start reads it."""
    with closing(house_in(root, backend, said, **environ)) as house:
        sealed = profile.secrets(house.store.conn)["todoist.login"]
        return house.sealer.unseal(sealed, "secret", "sealed", "todoist.login")


def home_key(root: str) -> str:
    """The id of the key that the database names."""
    with closing(house_in(root)) as house:
        record = keys.home_key(house.store.conn)
        assert record is not None
        return record.id


def rotate_and_die(root: str, backend: str, effect: int) -> bool:
    """Rotate in a process that ends before its n-th effect; whether it got that far."""
    left = [effect]

    def count(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in EFFECTS:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)

    process = os.fork()
    if process == 0:
        try:
            house = house_in(root, backend)
            house.sealer  # noqa: B018 - the rotation alone is counted
            threading.setprofile(count)
            sys.setprofile(count)
            wiring_vault.rotate(house)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


def die_everywhere(parent: str, place: Place, backend: str, step: int) -> tuple[int, set[str], set[str]]:
    """Kill a rotation before every effect; how many there are, what was read after, and what was left beside."""
    found, left = set(), set()
    os.environ["OO_TEST_RING"] = f"{parent}/ring"
    os.makedirs(f"{parent}/ring")
    begin(f"{parent}/home", place, backend)
    shutil.copytree(parent, f"{parent}.sound")
    for effect in range(0, 1000, step):
        shutil.rmtree(parent)
        shutil.copytree(f"{parent}.sound", parent)
        died = rotate_and_die(f"{parent}/home", backend, effect)
        found.add(read(f"{parent}/home", backend))
        with closing(house_in(f"{parent}/home", backend)) as house:
            assert wiring_vault.rotate(house)
        found.add(read(f"{parent}/home", backend))
        kept = Path(f"{parent}/home/home/config")
        left |= {file.name for file in (*kept.iterdir(), *Path(f"{parent}/ring").iterdir())}
        if not died:
            return effect, found, left
    raise AssertionError("it never ends")


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.nightly), 3])
@pytest.mark.parametrize(("place", "backend"), [("file", NONE), ("keyring", ON_DISK)])
def test_killed_before_any_effect(tmp_path: Path, place: Place, backend: str, step: int) -> None:
    """The next start opens everything with one key, and the next rotation leaves no other."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        effects, found, names = pool.submit(die_everywhere, str(tmp_path / "w"), place, backend, step).result()
    assert effects > 20
    assert found == {SAID}
    assert names == {"key", "key.lock"}


def test_the_old_key_opens_nothing_after(tmp_path: Path) -> None:
    """What somebody kept of the key file before the rotation opens neither the database nor a copy of it."""
    root, file = str(tmp_path), tmp_path / "home/config/key"
    begin(root, "file")
    old, copy = file.read_text(), tmp_path / "copy.db"
    shutil.copy(tmp_path / "home/data/oo.db", copy)
    with closing(house_in(root)) as house:
        sealer = house.sealer
        assert wiring_vault.rotate(house)
        assert sealer.seal("x", "tip", "text", "1", source="new", at=None), "an open house goes on with the new key"
    assert read(root) == SAID
    assert old not in [other.read_text() for other in file.parent.iterdir()]
    file.write_text(old)
    with pytest.raises(DataLockedError):
        read(root)
    shutil.copy(copy, tmp_path / "home/data/oo.db")
    assert read(root) == SAID, "the old copy opens with the old key, and with no other"


def test_a_key_of_the_environment_is_handed_over(tmp_path: Path) -> None:
    """oO changes nothing until it is given both keys; then the old one can go, and nobody was ever locked out."""
    root, old, new = str(tmp_path), new_key().reveal(), new_key().reveal()
    with closing(house_in(root, OO_KEY=old)) as house:
        house.keep_secret("todoist.login", SAID)
        assert wiring_vault.rotate(house) is False
    with pytest.raises(DataLockedError, match="another key"):
        read(root, OO_KEY=new)
    with pytest.raises(DataLockedError, match="old one"):
        read(root, OO_KEY=new, OO_KEY_OLD=old)
    with pytest.raises(BadUsageError, match="OO_KEY_OLD is not a key"):
        read(root, OO_KEY=new, OO_KEY_OLD="x")
    with closing(house_in(root, OO_KEY=new, OO_KEY_OLD=old)) as house:
        assert wiring_vault.rotate(house) is True
        assert house.sealer.seal("x", "tip", "text", "1", source="new", at=None)
    assert read(root, OO_KEY=new) == SAID
    assert home_key(root) == key_id(Secret(new))
    with pytest.raises(DataLockedError, match="another key"):
        read(root, OO_KEY=old)


def test_what_is_handed_over_leaves_no_copy_behind(tmp_path: Path) -> None:
    """The old key goes from its file once `OO_KEY` has taken over, also where that was cut short in between."""
    root, file, new = str(tmp_path), tmp_path / "home/config/key", new_key().reveal()
    begin(root, "file")
    old = file.read_text()
    with closing(house_in(root, OO_KEY=old)) as house:
        assert wiring_vault.rotate(house) is False
    assert file.read_text() == old, "a copy of the key in use is the person's own affair"
    with closing(house_in(root, OO_KEY=new, OO_KEY_OLD=old)) as house:
        assert wiring_vault.rotate(house) is True
    assert not file.exists()
    assert read(root, OO_KEY=new) == SAID
    for left in (file, file.with_name("key.next")):
        left.write_text(old)
    with closing(house_in(root, OO_KEY=new)) as house:
        wiring_vault.record_custody(house, Custody("file", chosen=True))
        assert wiring_vault.rotate(house) is True
    assert [left.name for left in file.parent.iterdir()] == ["key.lock"]


def test_a_copy_that_cannot_be_destroyed_is_told(tmp_path: Path) -> None:
    """The new key is in use all the same, and whoever asked for the old one to be gone hears that it is not."""
    root, file, new = str(tmp_path), tmp_path / "home/config/key", new_key().reveal()
    begin(root, "file")
    old = file.read_text()
    file.rename(tmp_path / "kept")
    file.symlink_to(tmp_path / "kept")
    with (
        closing(house_in(root, OO_KEY=new, OO_KEY_OLD=old)) as house,
        pytest.raises(DataLockedError, match="could not be destroyed"),
    ):
        wiring_vault.rotate(house)
    assert read(root, OO_KEY=new) == SAID
    assert (tmp_path / "kept").read_text() == old


def test_a_passphrase(tmp_path: Path) -> None:
    """A key that a passphrase seals is asked for once a start, and opens with no other and with nobody there."""
    root, config = str(tmp_path), tmp_path / "home/config"
    begin(root, "file")
    with closing(house_in(root, said=["correct horse"])) as house:
        wiring_vault.move_key(house, "passphrase")
    assert {file.name for file in config.iterdir()} == {"key.sealed", "key.lock"}
    assert (config / "key.sealed").stat().st_mode & 0o777 == 0o600
    assert read(root, said=["correct horse"]) == SAID
    with pytest.raises(DataLockedError, match="nobody is here"):
        read(root)
    with pytest.raises(DataLockedError, match="does not open"):
        read(root, said=["wrong horse"])


@pytest.mark.nightly
def test_a_passphrase_is_changed(tmp_path: Path) -> None:
    """The key under a passphrase is rotated, gets another passphrase, and is moved away, with nothing left behind."""
    root, config = str(tmp_path), tmp_path / "home/config"
    begin(root, "passphrase", said=["correct horse"])
    before = home_key(root)
    with closing(house_in(root, said=["correct horse", "battery staple"])) as house:
        assert wiring_vault.rotate(house)
        assert home_key(root) != before
        wiring_vault.move_key(house, "passphrase")
    with pytest.raises(DataLockedError, match="does not open"):
        read(root, said=["correct horse"])
    with closing(house_in(root, said=["battery staple"])) as house:
        wiring_vault.move_key(house, "file")
    assert (read(root), {file.name for file in config.iterdir()}) == (SAID, {"key", "key.lock"})


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    """One that is soon guessed protects nothing; the key stays where it was."""
    begin(str(tmp_path), "file")
    with (
        closing(house_in(str(tmp_path), said=["1234567"])) as house,
        pytest.raises(BadUsageError, match="8 characters"),
    ):
        wiring_vault.move_key(house, "passphrase")
    assert read(str(tmp_path)) == SAID


def test_destroying_reaches_every_slot(tmp_path: Path) -> None:
    """Whatever a rotation or a move cut short has left, the end of the home takes it along."""
    begin(str(tmp_path), "file")
    config = tmp_path / "home/config"
    for name in ("key.next", "key.next.new", "key.sealed", "key.sealed.next", "key.sealed.new"):
        (config / name).write_text("x")
    with closing(house_in(str(tmp_path))) as house:
        assert wiring_vault.destroy_key(house) == ["key file: overwritten and removed"]
    assert [file.name for file in config.iterdir()] == ["key.lock"]


@pytest.mark.parametrize("inside", [EnvelopeSealer._wrapper, EnvelopeSealer._unwrapped, Custodian.unlock])
def test_a_rotation_elsewhere_while_a_key_is_read(tmp_path: Path, inside: Callable[..., object]) -> None:
    """Whoever reads what a rotation is just changing reads it anew, and is not told of another key."""
    root = str(tmp_path)
    begin(root, "file")

    def rotate() -> None:
        with closing(house_in(root)) as house:
            assert wiring_vault.rotate(house)

    for nth in points(inside, lambda: read(root))[::3]:
        assert at_point(inside, nth, rotate, lambda: read(root)) == SAID


def test_a_move_elsewhere_while_a_key_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is looked for again where it lies now."""
    root = str(tmp_path)
    places: Iterator[Place] = cycle(("keyring", "file"))
    monkeypatch.setenv("OO_TEST_RING", f"{root}/ring")
    Path(f"{root}/ring").mkdir()
    begin(root, "file", ON_DISK)

    def move() -> None:
        with closing(house_in(root, ON_DISK)) as house:
            wiring_vault.move_key(house, next(places))

    for nth in points(wiring_vault._steadily, lambda: read(root, ON_DISK)):
        assert at_point(wiring_vault._steadily, nth, move, lambda: read(root, ON_DISK)) == SAID


@pytest.mark.parametrize("work", [wiring_vault.rotate, lambda house: wiring_vault.move_key(house, "file")])
def test_a_rotation_elsewhere_before_a_change_of_the_key(tmp_path: Path, work: Callable[[House], object]) -> None:
    """Of two changes at once each is made, one after the other."""
    root = str(tmp_path)
    begin(root, "file")

    def change() -> None:
        with closing(house_in(root)) as house:
            work(house)

    def rotate() -> None:
        with closing(house_in(root)) as house:
            wiring_vault.rotate(house)

    for nth in points(wiring_vault._steadily, change)[::2]:
        at_point(wiring_vault._steadily, nth, rotate, change)
        assert read(root) == SAID
