"""The key in the environment and in a file: what is kept, closed, refused and destroyed."""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.vault.holders import EnvHolder, FileHolder
from oo_cli.adapters.vault.passphrase_holder import Asker, PassphraseHolder
from oo_cli.adapters.vault.private_file import make_private
from oo_cli.adapters.vault.process import PR_SET_DUMPABLE, keep_closed
from oo_cli.adapters.vault.sealer import new_key, same_key
from oo_data.errors import BadUsageError, CannotWriteError, DataLockedError
from oo_data.ports import KeyHolder
from oo_data.secret import Secret

PASSPHRASE = Secret("correct horse battery staple")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the key file will be; neither it nor its directory is there yet."""
    return tmp_path / "config" / "key"


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A person whose umask closes nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class Forgetful(FileHolder):
    """A disk that does not give back what it was given."""

    def load(self) -> Secret | None:
        """Nothing."""
        return None


class ForgetfulPassphrase(PassphraseHolder):
    """The same under a passphrase."""

    def load(self) -> Secret | None:
        """Nothing."""
        return None


@pytest.mark.parametrize("text", ["", "  \n"])
def test_environment_without_a_key(text: str) -> None:
    """An empty variable is one that is not set."""
    holder: KeyHolder = EnvHolder({"OO_KEY": text})
    assert holder.load() is None
    assert EnvHolder({}).load() is None
    assert not EnvHolder({"OO_KEY": text}).is_set()


def test_environment_with_a_key() -> None:
    """The key is the one that was set; it can be neither changed nor deleted from inside."""
    key = new_key()
    holder = EnvHolder({"OO_KEY": key.reveal()})
    assert same_key(key, holder.load())
    assert holder.is_set()
    assert holder.delete() is False
    with pytest.raises(CannotWriteError, match="OO_KEY"):
        holder.save(new_key())


def test_environment_with_something_else() -> None:
    """A wrong value is named as such, without its text."""
    with pytest.raises(BadUsageError) as caught:
        EnvHolder({"OO_KEY": "hunter2"}).load()
    assert "hunter2" not in caught.value.line()


def test_file_round_trip(path: Path) -> None:
    """What is saved is loaded, replaced by the next, and gone after deleting, which says so once."""
    holder: KeyHolder = FileHolder(str(path))
    assert holder.load() is None
    assert holder.delete() is False
    for key in (new_key(), new_key()):
        holder.save(key)
        assert same_key(key, holder.load())
        assert path.read_text() == key.reveal() + "\n"
    assert os.listdir(path.parent) == ["key"]
    assert holder.delete() is True
    assert holder.delete() is False
    assert os.listdir(path.parent) == []


@pytest.mark.usefixtures("open_umask")
def test_file_is_closed_under_any_umask(path: Path) -> None:
    """Nobody else reads the key, whatever the umask says."""
    FileHolder(str(path)).save(new_key())
    assert _mode(path) == 0o600
    assert _mode(path.parent) == 0o700


def test_open_directory_is_closed(path: Path) -> None:
    """A directory that was made by hand, open, is closed before a key goes into it."""
    path.parent.mkdir()
    path.parent.chmod(0o755)
    FileHolder(str(path)).save(new_key())
    assert _mode(path.parent) == 0o700


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_open_file_is_closed(path: Path, mode: int) -> None:
    """A key file found readable by others is closed when it is read."""
    holder, key = FileHolder(str(path)), new_key()
    holder.save(key)
    path.chmod(mode)
    assert same_key(key, holder.load())
    assert _mode(path) == 0o600


def test_stricter_file_is_left(path: Path) -> None:
    """A file made read-only by its owner stays so when read, and can still be destroyed."""
    holder = FileHolder(str(path))
    holder.save(new_key())
    path.chmod(0o400)
    assert holder.load() is not None
    assert _mode(path) == 0o400
    assert holder.delete() is True


@pytest.mark.parametrize("content", [b"", b"\n", b"hunter2", b"\xff" * 45, bytes(45), b"A" * 5000])
def test_file_without_a_key(path: Path, content: bytes) -> None:
    """A file that holds anything else is never taken for a key, nor for none, nor shown."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DataLockedError, match="holds no key") as caught:
        FileHolder(str(path)).load()
    assert "hunter2" not in caught.value.line()


def test_key_without_a_newline(path: Path) -> None:
    """A key written by hand or by a service manager is read as well."""
    path.parent.mkdir()
    key = new_key()
    path.write_text(key.reveal().rstrip("="))
    assert same_key(key, FileHolder(str(path)).load())


def test_link_is_refused(path: Path, tmp_path: Path) -> None:
    """A link is never followed: not for reading, not for destroying; saving replaces the link itself."""
    target = tmp_path / "elsewhere"
    target.write_text(new_key().reveal())
    path.parent.mkdir()
    path.symlink_to(target)
    before, holder, key = target.read_bytes(), FileHolder(str(path)), new_key()
    with pytest.raises(DataLockedError):
        holder.load()
    with pytest.raises(CannotWriteError, match="left alone"):
        holder.delete()
    holder.save(key)
    assert not path.is_symlink()
    assert same_key(key, holder.load())
    assert target.read_bytes() == before


def test_pipe_is_refused(path: Path) -> None:
    """A pipe in the place of the file neither blocks nor is read."""
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(DataLockedError):
        FileHolder(str(path)).load()
    with pytest.raises(CannotWriteError):
        FileHolder(str(path)).delete()


def test_file_of_somebody_else(foreign: Path) -> None:
    """A key that another user could have planted is not used, and theirs is not destroyed."""
    before = foreign.read_bytes()
    with pytest.raises(DataLockedError):
        FileHolder(str(foreign)).load()
    with pytest.raises(CannotWriteError):
        FileHolder(str(foreign)).delete()
    with pytest.raises(CannotWriteError, match="someone else"):
        make_private(str(foreign.parent))
    assert foreign.read_bytes() == before


def test_directory_in_the_way(path: Path) -> None:
    """Where the file cannot be put in place, the error is one line and no second copy of the key stays."""
    path.mkdir(parents=True)
    holder = FileHolder(str(path))
    with pytest.raises(CannotWriteError):
        holder.save(new_key())
    with pytest.raises(DataLockedError):
        holder.load()
    assert os.listdir(path.parent) == ["key"]


def test_file_in_the_way_of_the_directory(path: Path) -> None:
    """A config path that is a file gives words, not a traceback, from every call."""
    path.parent.write_text("")
    holder = FileHolder(str(path))
    for call in (lambda: holder.save(new_key()), holder.delete):
        with pytest.raises(CannotWriteError):
            call()
    with pytest.raises(DataLockedError):
        holder.load()


def test_leftover_of_a_killed_process(path: Path) -> None:
    """A half-written file stops neither the next save nor the end: both remove it."""
    holder, key, fresh = FileHolder(str(path)), new_key(), path.with_name("key.new")
    path.parent.mkdir()
    fresh.write_text("half a k")
    holder.save(key)
    assert same_key(key, holder.load())
    fresh.write_text(key.reveal())
    assert holder.delete() is True
    assert os.listdir(path.parent) == []


def test_deleting_overwrites(path: Path, tmp_path: Path) -> None:
    """The bytes are gone from the file itself, not only its name: another name of it shows zeros."""
    holder = FileHolder(str(path))
    holder.save(new_key())
    other = tmp_path / "other-name"
    os.link(path, other)
    holder.delete()
    assert other.read_bytes() == bytes(45)


@pytest.mark.parametrize("holder", [Forgetful, lambda path: ForgetfulPassphrase(path, Asker(lambda new: PASSPHRASE))])
def test_saving_reads_back(path: Path, holder: Callable[[str], KeyHolder]) -> None:
    """A key that cannot be read back was not saved."""
    with pytest.raises(CannotWriteError, match="did not keep"):
        holder(str(path)).save(new_key())


def test_a_passphrase_is_asked_for_once(path: Path) -> None:
    """Where there is no key nobody is asked; sealing one key and opening another takes a single answer."""
    asked: list[bool] = []

    def ask(new: bool) -> Secret:
        asked.append(new)
        return PASSPHRASE

    first, key = new_key(), new_key()
    PassphraseHolder(f"{path}.next", Asker(lambda new: PASSPHRASE)).save(first)
    asker = Asker(ask)
    assert PassphraseHolder(str(path), asker).load() is None
    assert asked == []
    PassphraseHolder(str(path), asker).save(key)
    assert same_key(first, PassphraseHolder(f"{path}.next", asker).load())
    assert asked == [True]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such call")
def test_the_memory_of_whoever_holds_a_key_is_closed() -> None:
    """No other process of this user reads it, and no crash writes it down."""
    kernel, get_dumpable = ctypes.CDLL(None), 3  # prctl(2)
    try:
        keep_closed()
        assert kernel.prctl(get_dumpable) == 0
    finally:
        kernel.prctl(PR_SET_DUMPABLE, 1)
