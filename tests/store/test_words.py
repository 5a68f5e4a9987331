"""The words of the shelf: in memory only, for the owner only, and gone when told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.home import make_folders
from oo_data.env import Paths
from oo_data.store import shelf, words
from oo_data.text import show

LINES = [("a" * 20, "Call the dentist", "due today", '"x Call"'), ("b" * 20, "Écrire à Zoë 👩‍🔬", "", "null")]
SHM = "/dev/shm"

pytestmark = pytest.mark.skipif(not words._is_memory(SHM), reason="no memory-backed file system here")


class Here(Paths):
    """Paths whose words may lie in the given places only, so that no place of the machine steps in."""

    __slots__ = ("places",)

    def __init__(self, *places: Path) -> None:
        super().__init__({"OO_HOME": "/nonexistent"})
        self.places = [str(place) for place in places]

    def memory_dirs(self) -> list[str]:
        """The given places."""
        return self.places


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory in memory."""
    with TemporaryDirectory(dir=SHM, prefix="oo-test-") as folder:
        yield Path(folder)


def test_round_trip(memory: Path) -> None:
    """Each tip's words come back, from a file that only its owner can read, in a folder only its owner can enter."""
    here = Here(memory / "oo")
    before = os.umask(0)
    try:
        assert words.write(here, [("old", "Old words", "", "null")])
        assert words.write(here, LINES)
    finally:
        os.umask(before)
    assert [shelf.read_words(here, tip_id) for tip_id, *_ in LINES] == [tuple(said) for _, *said in LINES]
    assert shelf.read_words(here, "old") is None
    assert (memory / "oo").stat().st_mode & 0o777 == 0o700
    assert [(p.name, p.stat().st_mode & 0o777) for p in (memory / "oo").iterdir()] == [("words", 0o600)]
    assert words.places(here) == [str(memory / "oo")]
    assert words.clear(here) == 1
    assert not (memory / "oo").exists()
    assert (words.clear(here), words.places(here), shelf.read_words(here, LINES[0][0])) == (0, [], None)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_title_comes_back(text: str, reason: str) -> None:
    """Whatever a title held, once it is fit to show it can neither break a line nor pose as another tip."""
    with TemporaryDirectory(dir=SHM, prefix="oo-test-") as folder:
        here = Here(Path(folder) / "oo")
        said = (show(text), show(reason), "null")
        words.write(here, [("a" * 20, *said), *LINES[1:]])
        assert shelf.read_words(here, "a" * 20) == said
        assert shelf.read_words(here, "b" * 20) == LINES[1][1:]


def test_never_on_a_disk(tmp_path: Path, memory: Path) -> None:
    """A runtime directory that lies on a disk is passed over; without any memory the words stay sealed."""
    if words._is_memory(str(tmp_path)):
        pytest.skip("the tests' own directory is in memory")
    disk = tmp_path / "run" / "oo"
    disk.parent.mkdir(mode=0o700)
    assert not words.write(Here(disk), LINES)
    assert not words.is_available(Here(disk))
    assert words.write(Here(disk, memory / "oo"), LINES)
    assert words.is_available(Here(disk, memory / "oo"))
    assert not disk.exists()
    home = Paths({"OO_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(disk.parent)})
    assert not words.write(home, LINES)
    make_folders(home)
    try:
        assert home.memory_dirs()[0].startswith(str(disk.parent))
        assert words.write(home, LINES)
        assert not any(place.startswith(str(tmp_path)) for place in words.places(home))
    finally:
        assert words.clear(home) == 1


def a_link(folder: Path) -> None:
    """A link to a folder of the owner's."""
    (folder.parent / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(folder.parent / "elsewhere")


def open_to_others(folder: Path) -> None:
    """A folder that others may enter."""
    folder.mkdir()
    folder.chmod(0o711)


def of_another(folder: Path) -> None:
    """Somebody else was there first."""
    folder.mkdir(mode=0o700)
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(folder, 65534, 65534)


def a_file(folder: Path) -> None:
    """A file of that name."""
    folder.write_text("")


@pytest.mark.parametrize("trap", [a_link, open_to_others, of_another, a_file])
def test_a_place_prepared_by_somebody_else(memory: Path, trap: Callable[[Path], None]) -> None:
    """Everybody may write to /dev/shm, so a place that is not wholly ours is not used, and the next one is."""
    trap(memory / "oo")
    assert not words.write(Here(memory / "oo"), LINES)
    assert words.write(Here(memory / "oo", memory / "next"), LINES)
    assert words.places(Here(memory / "next")) == [str(memory / "next")]
    assert [p.name for p in memory.rglob("words")] == ["words"]


def test_a_write_that_fails_leaves_no_old_words(memory: Path) -> None:
    """Words of a shelf that is no longer there must not be said."""
    here = Here(memory / "oo")
    assert words.write(here, LINES)
    (memory / "oo" / f"words.{os.getpid()}").write_text("left by a process that died")
    assert not words.write(here, LINES)
    assert words.places(here) == []
    assert words.write(here, LINES)


def test_what_a_killed_writer_left_goes(memory: Path) -> None:
    """Words that never became a shelf lie in memory no longer than until the next one."""
    here = Here(memory / "oo")
    assert words.write(here, LINES)
    (memory / "oo" / "words.1").write_text("Words of a process that was killed")
    assert words.write(here, LINES)
    assert [path.name for path in (memory / "oo").iterdir()] == ["words"]


def a_pipe(file: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(file)


def a_folder(file: Path) -> None:
    """A folder of that name."""
    file.mkdir()


def a_linked_file(file: Path) -> None:
    """A link to a file of the owner's."""
    other = file.parent / "other"
    other.write_text("\t".join(LINES[0]) + "\n")
    file.symlink_to(other)


def another_ones_file(file: Path) -> None:
    """Words that somebody else put there."""
    file.write_text("\t".join(LINES[0]) + "\n")
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(file, 65534, 65534)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("trap", [a_pipe, a_folder, a_linked_file, another_ones_file])
def test_reading_what_somebody_else_put_there(memory: Path, trap: Callable[[Path], None]) -> None:
    """Another user can neither put words into oO's mouth nor make it wait or fail."""
    (memory / "oo").mkdir(mode=0o700)
    trap(memory / "oo" / "words")
    assert shelf.read_words(Here(memory / "oo"), LINES[0][0]) is None
    assert words.write(Here(memory / "next"), LINES)
    assert shelf.read_words(Here(memory / "oo", memory / "next"), LINES[0][0]) == LINES[0][1:]


@pytest.mark.parametrize("path", ["/nonexistent", "/proc", "/proc/self/ns/mnt"])
def test_what_is_not_memory(path: str) -> None:
    """What cannot be looked at, is of another type, or of none that the machine lists, does not count."""
    assert not words._is_memory(path)
