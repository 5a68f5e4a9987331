"""`oo forget --verify`: what it says of a home that lives, of one that leaks, and of one that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli import wiring_vault
from oo_cli.house import House
from oo_cli.usecases import connect, habits, moods, refresh, settings
from oo_cli.usecases.forget import forget
from oo_cli.usecases.verify import Verified, verify
from oo_data.errors import DataLockedError
from oo_data.ports import Sealer
from oo_data.store import words
from tests.conftest import Oo
from tests.fakes import FakeSource, FixedClock, destroy_key, house_at

TITLE, NOTE, TOKEN = "Call the dentist", "tired of the dentist", "a-token-of-todoist"


@pytest.fixture
def lived(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A home with a list of its own, one of the person's, a remote source, a habit and a mood."""
    mine = tmp_path / "mine.txt"
    mine.write_text(f"{TITLE} due:2026-12-01\n")
    house = house_at(tmp_path, clock, {"todoist": FakeSource("todoist", "Send the taxes")})
    connect.connect_todotxt(house, str(mine))
    connect.connect_remote(
        house, "todoist", True, lambda: house.keep_secret("todoist.login", f'{{"access": "{TOKEN}"}}')
    )
    habits.add(house, "Stretch well", "1d")
    moods.note(house, 2, NOTE)
    refresh.refresh(house)
    yield house
    words.clear(house.paths)
    house.close()


def looked(house: House, *said: str, folders: tuple[str, ...] = ()) -> Verified:
    """A look at a home."""
    return verify(house, wiring_vault.key_places, said, folders)


def test_nothing_readable_lies_at_rest(lived: House, tmp_path: Path) -> None:
    """Titles, notes, names and logins are looked for; only the person's own list and the words in memory hold any."""
    found = looked(lived)
    assert found.is_clean
    assert {why for _, why in found.meant} <= {"the words of the next tips, in memory"}
    assert found.scan.words >= 7
    assert found.scan.patterns > 10 * found.scan.words
    assert found.scan.bytes > 100_000
    assert found.scan.files == len(found.files) == len(set(found.files))
    beside = looked(lived, folders=(str(tmp_path),))
    assert (str(tmp_path / "mine.txt"), "your own list") in beside.meant
    assert beside.is_clean
    assert found.keys == (lived.paths.key_file,)


@pytest.mark.parametrize("leak", [TITLE, NOTE, TOKEN, "Send the taxes", "Stretch well"])
def test_a_leak_is_found(lived: House, leak: str) -> None:
    """A word that lies in a file of oO's in any spelling is told, with the file."""
    path = Path(lived.paths.state, "refresh.lock")
    path.write_bytes(leak.encode().hex().encode())
    found = looked(lived)
    assert (found.found, found.is_clean) == ((str(path),), False)


def test_words_of_oo_itself_are_left_out(lived: House) -> None:
    """A task that is named as a column is cannot be told from the column, and that is said."""
    before = looked(lived).alike
    assert looked(lived, "subject", "Provenance").alike == before + 2


def test_a_word_that_oo_writes_too_is_no_leak(lived: House) -> None:
    """Someone at home, on the phone, with work to the fore, is not told that their words lie open."""
    settings.assign(lived, "focus-area.preferred_areas", "work")
    moods.note(lived, 3, "home")
    for name in ("home", "work", "tip", "overdue", "too many", "wrong"):
        habits.add(lived, name, "1d")
    refresh.refresh(lived)
    assert looked(lived).is_clean
    Path(lived.paths.state, "refresh.lock").write_text(NOTE)
    assert not looked(lived).is_clean


def test_after_a_forget_there_is_nothing(lived: House, tmp_path: Path) -> None:
    """No file, no key, no job; words that the person still knows are looked for wherever they say."""
    forget(lived, destroy_key)
    found = looked(lived)
    assert (found.is_clean, found.files, found.keys, found.jobs) == (True, (), (), ())
    assert looked(lived, "Send the taxes", folders=(str(tmp_path),)).is_clean
    beside = looked(lived, TITLE, folders=(str(tmp_path),))
    assert (beside.found, beside.is_clean) == ((str(tmp_path / "mine.txt"),), False)


def test_without_the_key_named_words_are_looked_for(lived: House, tmp_path: Path) -> None:
    """A home that opens no more is searched for what the person says, and nothing is claimed of its own words."""

    def locked(house: House) -> Sealer:
        raise DataLockedError("The key file is gone.", "Put it back.")

    shut = House(lived.environ, lived.clock, lived.zone, lived.doors._replace(vault=locked), lived.say)
    found = looked(shut, TITLE, folders=(str(tmp_path),))
    assert (found.scan.words, found.found) == (1, ())
    assert [why for path, why in found.meant if path == str(tmp_path / "mine.txt")] == ["your own list"]
    shut.close()


def test_a_running_oo_does_not_bring_a_home_back(lived: House, tmp_path: Path) -> None:
    """A process that had the home open when it was forgotten writes nothing there again."""
    other = House(lived.environ, lived.clock, lived.zone, lived.doors, lived.say)
    assert other.store.conn.in_transaction is False
    forget(lived, destroy_key)
    with pytest.raises(DataLockedError, match="forgotten"):
        refresh.refresh(other)
    other.close()
    assert not Path(lived.paths.home).exists()


def test_the_command(oo: Oo, environ: dict[str, str]) -> None:
    """It tells bytes and words, ends with 1 where something leaks, and leaves everything as it is."""
    oo("add", f"{TITLE} due:2026-12-01")
    oo("refresh")
    said = oo("forget", "--verify")
    assert said.code == 0
    assert "spellings" in said.out
    assert f"{environ['OO_HOME']}/data/todo.txt (your own list)" in said.out
    Path(environ["OO_HOME"], "state", "refresh.lock").write_text(TITLE)
    assert oo("forget", "--verify").code == 1
    assert oo("--json", "forget", "--yes").code == 0
    gone = oo("forget", "--verify", OO_KEY="")
    assert (gone.code, gone.out.splitlines()[-1]) == (0, "Nothing of oO is here.")
