"""The file on disk: exact bytes, atomic writes, other programs, hostile paths."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.sources.todotxt.file import ABSENT, ATTEMPTS, LIMIT, TodoFile, ending
from oo_data.errors import BadUsageError, CannotWriteError, OoError, SourceUnavailableError

AWKWARD = b"\xef\xbb\xbf(A) first\r\n\r\n caf\xe9 \xff\xfe\x00\n\x0c\xe2\x80\xa8 one\rline \x1c\n\xed\xa0\x80 last"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the person's file is, in a folder of its own."""
    folder = tmp_path / "sync"
    folder.mkdir()
    return folder / "todo.txt"


def same(lines: list[str]) -> list[str]:
    """A change that changes nothing."""
    return lines


def upper(lines: list[str]) -> list[str]:
    """A change that can be seen."""
    return [line.upper() for line in lines]


def leftovers(path: Path) -> list[str]:
    """What lies beside the person's files."""
    return sorted(name for name in os.listdir(path.parent) if not name.endswith(".txt"))


def test_awkward_bytes_survive_a_write(path: Path) -> None:
    """Byte order mark, mixed newlines, separators, broken bytes, no last newline: all of it comes back."""
    path.write_bytes(AWKWARD)
    assert TodoFile(str(path)).rewrite(same)
    assert path.read_bytes() == AWKWARD
    assert len(TodoFile(str(path)).read()[0]) == 5


@given(st.binary(max_size=200).filter(lambda data: data[:2] not in (b"\xff\xfe", b"\xfe\xff")))
def test_any_bytes_survive_a_write(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No content of a file is changed by writing it back."""
    path = tmp_path_factory.mktemp("any") / "todo.txt"
    path.write_bytes(data)
    lines, _ = TodoFile(str(path)).read()
    assert all(line.endswith("\n") for line in lines[:-1])
    TodoFile(str(path)).rewrite(same)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"new\n"),
        (b"a\n", b"a\nnew\n"),
        (b"a", b"a\nnew\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\nnew\r\n"),
        (b"a\r\nb", b"a\r\nb\r\nnew\r\n"),
        (b"a\n\n", b"a\n\nnew\n"),
    ],
)
def test_appending_keeps_what_is_there(path: Path, before: bytes, after: bytes) -> None:
    """One line at the end, in the newlines of the file, and a missing one is put before it."""
    path.write_bytes(before)
    TodoFile(str(path)).append("new")
    assert path.read_bytes() == after


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "two\r\nlines",
        "two\u2028lines",
        "two\x00\x07 \x1flines",
        " two \t lines ",
        "two\u0085lines",
    ],
)
def test_one_task_is_one_line(path: Path, text: str) -> None:
    """No text can bring a second line or a control character into the file."""
    path.touch()
    TodoFile(str(path)).append(text)
    assert path.read_bytes() == b"two lines\n"


def test_joined_emoji_are_kept(path: Path) -> None:
    """Only control characters go: a joiner inside an emoji is part of what was typed."""
    path.touch()
    TodoFile(str(path)).append("feed 👩‍👧 and 👍🏽")
    assert path.read_text("utf-8") == "feed 👩‍👧 and 👍🏽\n"


@pytest.mark.parametrize("text", ["", "  ", "\n", "\x00", "caf\udce9"])
def test_a_text_that_is_no_task_is_refused(path: Path, text: str) -> None:
    """Nothing to write, or bytes that are not text: the file stays as it was."""
    path.write_bytes(b"a")
    with pytest.raises(BadUsageError):
        TodoFile(str(path)).append(text)
    assert path.read_bytes() == b"a"


def test_the_own_file_is_made_when_needed(tmp_path: Path) -> None:
    """An absent own file is empty, is made by the first task only, and is private."""
    path = tmp_path / "data" / "todo.txt"
    own = TodoFile(str(path), own=True)
    assert (own.read(), own.mark(), own.rewrite(upper)) == (([], ABSENT), ABSENT, False)
    assert not path.parent.exists()
    own.append("Call")
    assert path.read_bytes() == b"Call\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert leftovers(path) == []


def test_a_connected_file_that_is_gone_is_missed(path: Path) -> None:
    """A file on a disk that is not mounted must not be started anew as an empty one."""
    gone = TodoFile(str(path))
    assert gone.mark() == ABSENT
    for use in (gone.read, lambda: gone.append("Call"), lambda: gone.rewrite(same)):
        with pytest.raises(SourceUnavailableError, match="is not there"):
            use()
    assert not path.exists()


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """People link todo.txt into a synced folder; the real file is replaced there, with its mode."""
    path.write_bytes(b"a\n")
    path.chmod(0o640)
    link = tmp_path / "todo.txt"
    link.symlink_to(path)
    TodoFile(str(link)).append("b")
    assert link.is_symlink()
    assert path.read_bytes() == b"a\nb\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) in (["todo.txt", "sync"], ["sync", "todo.txt"])


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_the_owner_stays(path: Path) -> None:
    """A file of another user and group is theirs after a write."""
    path.write_bytes(b"a\n")
    os.chown(path, 1234, 5678)
    TodoFile(str(path)).append("b")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_the_mark_tells_of_every_write(path: Path) -> None:
    """What `read` hands over is what `mark` says until the file changes."""
    path.write_bytes(b"a\n")
    file = TodoFile(str(path))
    assert file.read()[1] == file.mark()
    before = file.mark()
    file.append("b")
    assert file.mark() != before


def test_a_change_in_between_is_read_again(path: Path) -> None:
    """Another program writes after we read: its line stays, and ours is made on top of it."""
    path.write_bytes(b"mine\n")
    seen: list[list[str]] = []

    def change(lines: list[str]) -> list[str]:
        seen.append(list(lines))
        if len(seen) == 1:
            path.write_bytes(b"mine\ntheirs\n")
        return upper(lines)

    assert TodoFile(str(path)).rewrite(change)
    assert seen == [["mine\n"], ["mine\n", "theirs\n"]]
    assert path.read_bytes() == b"MINE\nTHEIRS\n"


def test_a_replacement_in_between_is_read_again(path: Path) -> None:
    """The same for a program that renames a new file over the old one, as editors and sync clients do."""
    path.write_bytes(b"mine\n")
    calls: list[int] = []

    def change(lines: list[str]) -> list[str]:
        calls.append(1)
        if len(calls) == 1:
            other = path.with_name("other.txt")
            other.write_bytes(b"them\n")
            other.replace(path)
        return upper(lines)

    assert TodoFile(str(path)).rewrite(change)
    assert (len(calls), path.read_bytes()) == (2, b"THEM\n")


def test_a_file_that_never_rests_is_left_alone(path: Path) -> None:
    """After a bounded number of tries it is said in words, and the other program's bytes stand."""
    path.write_bytes(b"0\n")
    calls: list[int] = []

    def change(lines: list[str]) -> list[str]:
        calls.append(1)
        path.write_bytes(b"%d\n" % len(calls))
        return ["ours\n"]

    with pytest.raises(SourceUnavailableError, match="keeps changing"):
        TodoFile(str(path)).rewrite(change)
    assert (len(calls), path.read_bytes()) == (ATTEMPTS, b"%d\n" % ATTEMPTS)
    assert leftovers(path) == []


def test_a_file_deleted_in_between_stays_deleted(path: Path) -> None:
    """A write never brings back what was taken away under it."""
    path.write_bytes(b"a\n")

    def change(lines: list[str]) -> list[str]:
        path.unlink()
        return upper(lines)

    with pytest.raises(SourceUnavailableError, match="is not there"):
        TodoFile(str(path)).rewrite(change)
    assert os.listdir(path.parent) == []


def test_the_lock_keeps_a_second_writer_waiting(path: Path) -> None:
    """While one writer is inside, the file is locked against any other that asks."""
    path.write_bytes(b"a\n")
    refused: list[bool] = []

    def change(lines: list[str]) -> list[str]:
        with path.open("rb") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                refused.append(True)
        return lines

    TodoFile(str(path)).rewrite(change)
    assert refused == [True]


def test_a_lock_that_is_not_let_go(path: Path) -> None:
    """Another program that keeps the file locked is waited for a few seconds, then named; nothing is written."""
    path.write_bytes(b"a\n")
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(SourceUnavailableError, match="Another program holds"):
            TodoFile(str(path)).append("b")
    assert path.read_bytes() == b"a\n"


def test_an_error_in_the_change_leaves_no_trace(path: Path) -> None:
    """The person's file and folder are as they were, and the lock is free."""
    path.write_bytes(b"a\n")

    def change(lines: list[str]) -> list[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TodoFile(str(path)).rewrite(change)
    assert (path.read_bytes(), leftovers(path)) == (b"a\n", [])
    assert TodoFile(str(path)).rewrite(upper)


def test_a_change_of_nothing_leaves_the_very_file(path: Path) -> None:
    """None means hands off: same inode, same time."""
    path.write_bytes(b"a\n")
    file = TodoFile(str(path))
    before = file.mark()
    assert not file.rewrite(lambda lines: None)
    assert file.mark() == before


def _directory(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/null")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _file_as_folder(path: Path) -> None:
    path.symlink_to(f"{path}.txt/todo.txt")
    Path(f"{path}.txt").touch()


def _too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)


def _utf16(path: Path) -> None:
    path.write_bytes("Call Mom\n".encode("utf-16"))


@pytest.mark.timeout(10)
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("make", [_directory, _fifo, _device, _loop, _file_as_folder, _too_large, _utf16])
def test_what_is_no_todo_file_is_refused(path: Path, make: Callable[[Path], None], own: bool) -> None:
    """Nothing hangs, nothing is written, and the words name no path and no content."""
    make(path)
    file = TodoFile(str(path), own)
    with pytest.raises(SourceUnavailableError) as reading:
        file.read()
    with pytest.raises(OoError) as writing:
        file.append("Call")
    for error in (reading.value, writing.value):
        assert error.exit_code in (SourceUnavailableError.exit_code, CannotWriteError.exit_code)
        assert error.hint
        assert str(path) not in error.line()
        assert error.__suppress_context__ or error.__context__ is None
    assert leftovers(path) == []


def test_the_file_does_not_grow_beyond_what_can_be_read(path: Path) -> None:
    """A write that would make the file unreadable for oO is refused before it happens."""
    path.write_bytes(b"a" * LIMIT)
    with pytest.raises(CannotWriteError, match="8 MiB"):
        TodoFile(str(path)).append("one more")
    assert path.stat().st_size == LIMIT
    assert leftovers(path) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A plain file where the folder should be: said in words, nothing changed."""
    (tmp_path / "data").touch()
    with pytest.raises(CannotWriteError):
        TodoFile(str(tmp_path / "data" / "todo.txt"), own=True).append("Call")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(path: Path) -> None:
    """No room for the new file beside the old one: said in words, nothing changed."""
    path.write_bytes(b"a\n")
    path.parent.chmod(0o500)
    try:
        with pytest.raises(CannotWriteError):
            TodoFile(str(path)).append("b")
    finally:
        path.parent.chmod(0o700)
    assert path.read_bytes() == b"a\n"


@pytest.mark.parametrize(("line", "newline"), [("a", ""), ("a\n", "\n"), ("a\r\n", "\r\n"), ("a\r", ""), ("", "")])
def test_endings(line: str, newline: str) -> None:
    """A lone carriage return is no newline."""
    assert ending(line) == newline


def test_what_a_killed_writer_left_goes(path: Path) -> None:
    """The copy of a writer that was killed goes with the next write; a fresh one may be in use."""
    left, fresh, other = (path.with_name(name) for name in (".oo-0a.tmp", ".oo-0b.tmp", "oo-notes.tmp"))
    for found in (left, fresh, other):
        found.write_text("Call the dentist\n")
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    TodoFile(str(path), own=True).append("Read a book")
    assert [found.exists() for found in (left, fresh, other)] == [False, True, True]
