"""The source: what is read from a file, and ticking, reopening and adding in it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import oo_cli.adapters.sources.todotxt as room
from oo_cli.adapters.sources.todotxt.line import identity, is_done, tick
from oo_cli.adapters.sources.todotxt.source import MAX_PROBLEMS, TodoTxtSource
from oo_data.errors import BadUsageError, SourceUnavailableError
from oo_data.ports import Source
from oo_data.text import show
from tests.sources.todotxt.strategies import in_file

DAY_MS = 86_400_000


def ms(text: str) -> int:
    """UTC milliseconds of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOW = ms("2026-11-22T10:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty todo.txt."""
    (tmp_path / "todo.txt").touch()
    return tmp_path / "todo.txt"


@pytest.fixture
def source(path: Path) -> Source:
    """The source on that file, in Berlin; typed as the port, so that mypy holds it to the protocol."""
    return TodoTxtSource(str(path), "Europe/Berlin", own=False)


def test_an_open_task_is_read(path: Path, source: Source) -> None:
    """Every field of the signal, in the port's own terms."""
    path.write_text("(A) 2026-11-01 Call the dentist due:2026-12-01T17:30 t:2026-11-25 rec:1w est:30m +health @phone\n")
    (task,) = source.read(NOW).tasks
    assert (task.source, show(task.title)) == ("todotxt", "Call the dentist")
    assert task.handle == "Call the dentist due:2026-12-01T17:30 t:2026-11-25 rec:1w est:30m +health @phone"
    assert (task.due, task.start, task.priority) == ("2026-12-01T17:30", "2026-11-25", 4)
    assert (task.project, task.labels, task.minutes, task.recurring) == ("health", ("phone",), 30, True)
    assert task.added_at == ms("2026-11-01T11:00")  # noon in Berlin


def test_completions_are_read_from_both_files(path: Path, source: Source) -> None:
    """Done lines with a date count, those in done.txt too; noon of their day is all that is known."""
    path.write_text("x 2026-11-20 Call due:2026-11-18 +fam pri:B\nx undated\nx 2026-11-23 tomorrow\nopen\n")
    path.with_name("done.txt").write_text("x 2026-07-01 Old rec:1d\nnot done\n")
    reading = source.read(NOW)
    old, call = reading.done
    assert (old.at, old.timed, old.recurring) == (ms("2026-07-01T10:00"), False, True)
    assert (call.at, call.due, call.project, call.priority) == (
        ms("2026-11-20T11:00"),
        "2026-11-18",
        "fam",
        3,
    )
    assert call.handle == "Call due:2026-11-18 +fam"
    assert [show(task.title) for task in reading.tasks] == ["open"]
    assert reading.problems == ()


def test_a_known_archive_is_not_told_again(path: Path, source: Source) -> None:
    """Years of done tasks cost nothing once kept; a change of the done.txt, or of the zone, has it read again."""
    path.write_text("x 2026-11-20 Call\nopen\n")
    archive = path.with_name("done.txt")
    archive.write_text("x 2026-07-01 Old\nx 2026-11-20 Call\n\ufeffx (A) 2026-07-02 Odd\n")
    first = source.read(NOW)
    again = TodoTxtSource(str(path), "Europe/Berlin", own=False, kept=first.progress)
    told = again.read(NOW)
    assert [done.handle for done in first.done] == ["Old", "Call", "Odd", "Call\x1f2"]
    assert [done.handle for done in told.done] == ["Call", "Odd", "Call\x1f2"]
    assert told.progress == first.progress
    assert len(TodoTxtSource(str(path), "Asia/Tokyo", own=False, kept=first.progress).read(NOW).done) == 4
    archive.write_text("x 2026-07-01 Older\n")
    assert [done.handle for done in again.read(NOW).done] == ["Older", "Call"]


def test_an_archive_from_the_future_is_read_until_it_is_past(path: Path, source: Source) -> None:
    """A completion dated tomorrow counts tomorrow, though the done.txt has not changed by then."""
    path.write_text("open\n")
    path.with_name("done.txt").write_text("x 2026-11-23 Tomorrow\n")
    today = source.read(NOW)
    assert (today.done, today.progress) == ((), None)
    assert [done.handle for done in source.read(NOW + 86_400_000).done] == ["Tomorrow"]


def test_an_unreadable_archive_does_not_hide_the_tasks(path: Path, source: Source) -> None:
    """A done.txt that is no file is reported; the open tasks are there all the same."""
    path.write_text("open\n")
    path.with_name("done.txt").mkdir()
    reading = source.read(NOW)
    assert (len(reading.tasks), reading.problems) == (1, ("done.txt: cannot be read",))


def test_an_archive_connected_as_the_list_is_read_once(tmp_path: Path) -> None:
    """Someone who connects done.txt itself gets each completion once."""
    (tmp_path / "done.txt").write_text("x 2026-11-20 Call\n")
    assert len(TodoTxtSource(str(tmp_path / "done.txt"), "UTC", own=False).read(NOW).done) == 1


def test_the_mark_is_that_of_the_file(path: Path, source: Source) -> None:
    """Whoever watches the file by os.stat can tell whether this reading is still the latest."""
    state = path.stat()
    assert source.read(NOW).mark == f"{state.st_mtime_ns}:{state.st_size}:{state.st_ino}"


def test_an_own_file_that_is_absent_is_an_empty_list(tmp_path: Path) -> None:
    """A fresh machine has no tasks and no error; any other absent file is missed."""
    absent = str(tmp_path / "todo.txt")
    assert TodoTxtSource(absent, "UTC", own=True).read(NOW).tasks == ()
    assert not TodoTxtSource(absent, "UTC", own=True).complete("Call", NOW)
    with pytest.raises(SourceUnavailableError):
        TodoTxtSource(absent, "UTC", own=False).read(NOW)


def test_bad_lines_are_kept_and_reported_without_their_words(path: Path, source: Source) -> None:
    """Line numbers and fixed words, at most twenty of them; the file keeps its bad lines through a write."""
    path.write_bytes(b"Secretword due:2026-02-30\n\nx\n" + b"caf\xe9\n" * 30)
    reading = source.read(NOW)
    assert reading.problems[:3] == (
        "line 1: impossible due date",
        "line 3: a line without a task",
        "line 4: bytes that are not UTF-8",
    )
    assert (len(reading.problems), reading.problems[-1]) == (MAX_PROBLEMS + 1, "and 12 more")
    assert "Secretword" not in str(reading.problems)
    assert source.complete("Secretword due:2026-02-30", NOW)
    assert path.read_bytes() == b"x 2026-11-22 Secretword due:2026-02-30\n\nx\n" + b"caf\xe9\n" * 30


def test_hidden_lines_are_no_tasks(path: Path, source: Source) -> None:
    """h:1 hides a line from every list, so also from the tips."""
    path.write_text("+project @context h:1\nCall\n")
    assert [task.handle for task in source.read(NOW).tasks] == ["Call"]


def test_equal_tasks_have_their_own_handles(path: Path, source: Source) -> None:
    """Each line can be ticked by its handle; done ones are counted apart, and by day."""
    path.write_text("Water\n(A) Water\nx 2026-11-20 Water\nx 2026-11-20 Water\nx 2026-11-21 Water\n")
    reading = source.read(NOW)
    assert [task.handle for task in reading.tasks] == ["Water", "Water\x1f2"]
    assert [done.handle for done in reading.done] == ["Water", "Water\x1f2", "Water"]
    assert source.complete("Water\x1f2", NOW)
    assert path.read_text().splitlines()[:2] == ["Water", "x 2026-11-22 Water pri:A"]
    assert not source.complete("Water\x1f2", NOW)


def test_the_day_is_that_of_the_person(path: Path) -> None:
    """After midnight in Auckland it is still yesterday in UTC; the tick carries the day of the person."""
    path.write_text("Call\n")
    TodoTxtSource(str(path), "Pacific/Auckland", own=False).complete("Call", ms("2026-11-22T11:30"))
    assert path.read_text() == "x 2026-11-23 Call\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_recurring_task_comes_back_on_the_next_line(path: Path, source: Source, newline: str, last: bool) -> None:
    """The next occurrence stands below the tick, in the file's own newlines; an undo restores every byte."""
    before = newline.join(["first", "(B) 2026-01-01 Water due:2026-11-20 rec:+1w"] + ([] if last else ["end", ""]))
    path.write_bytes(before.encode())
    (handle,) = [task.handle for task in source.read(NOW).tasks if task.recurring]
    assert source.complete(handle, NOW)
    lines = path.read_bytes().decode().split(newline)
    assert lines[1:3] == [
        "x 2026-11-22 2026-01-01 Water due:2026-11-20 rec:+1w pri:B",
        "(B) 2026-11-22 Water due:2026-11-27 rec:+1w",
    ]
    assert not source.complete(handle, NOW)
    assert source.reopen(handle, NOW + DAY_MS)
    assert path.read_bytes() == before.encode()


def test_an_occurrence_that_was_changed_is_the_persons_own(path: Path, source: Source) -> None:
    """An undo removes only what is still exactly as it was written."""
    path.write_text("Water rec:1w\n")
    source.complete("Water rec:1w", NOW)
    path.write_text(path.read_text().replace("Water rec:1w due:", "Water them rec:1w due:"))
    assert source.reopen("Water rec:1w", NOW)
    assert path.read_text() == "Water rec:1w\nWater them rec:1w due:2026-11-29\n"


def test_an_occurrence_that_was_moved_is_found(path: Path, source: Source) -> None:
    """Other programs sort the file between the tick and the undo."""
    path.write_text("Alpha\nWater rec:1w\n")
    source.complete("Water rec:1w", NOW)
    path.write_text("".join(sorted(path.read_text().splitlines(keepends=True))))
    assert source.reopen("Water rec:1w", NOW)
    assert path.read_text() == "Alpha\nWater rec:1w\n"


def test_an_equal_line_of_the_persons_own_stays_in_its_place(path: Path, source: Source) -> None:
    """Where the person has the same line elsewhere, the undo takes the one below the tick."""
    before = "Water rec:1w due:2026-11-29\nmiddle\nWater rec:1w\n"
    path.write_text(before)
    assert source.complete("Water rec:1w", NOW)
    assert source.reopen("Water rec:1w", NOW)
    assert path.read_text() == before


def test_the_latest_tick_is_taken_back(path: Path, source: Source) -> None:
    """Of several done lines with the same words the last day's one opens again."""
    path.write_text("x 2026-11-20 Call\nx 2026-11-21 Call\nx 2026-11-19 Call\nx Call\n")
    assert source.reopen("Call", NOW)
    assert path.read_text() == "x 2026-11-20 Call\nCall\nx 2026-11-19 Call\nx Call\n"


def test_a_tick_with_an_impossible_date_can_be_taken_back(path: Path, source: Source) -> None:
    """A typing error in the date of a recurring task's tick does not stop the undo."""
    path.write_text("x 2026-02-30 Call rec:1d\n")
    assert source.reopen("Call rec:1d", NOW)
    assert path.read_text() == "Call rec:1d\n"


@pytest.mark.parametrize("handle", ["", "Nothing", "Call\x1f2", "Call\x1f0", "x 2026-11-20 Call", "\x1f"])
def test_an_unknown_handle_changes_nothing(path: Path, source: Source, handle: str) -> None:
    """False, and the very file is still there."""
    path.write_text("Call\n\nx\nx \n---\n")
    before = source.read(NOW).mark
    assert not source.complete(handle, NOW)
    assert not source.reopen(handle, NOW)
    assert source.read(NOW).mark == before


@given(st.lists(in_file, max_size=12), st.integers(0, 11), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_ticking_touches_one_line_and_its_undo_none(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], pick: int, newline: str, cut: bool
) -> None:
    """In any file, a tick changes its own line and at most adds one; the undo restores the bytes."""
    data = "".join(text + newline for text in texts).encode("utf-8", "surrogateescape")
    data = data.removesuffix(newline.encode()) if cut else data
    assume(data[:2] not in (b"\xff\xfe", b"\xfe\xff"))
    path = tmp_path_factory.mktemp("any") / "todo.txt"
    path.write_bytes(data)
    source = TodoTxtSource(str(path), "UTC", own=False)
    tasks = source.read(NOW).tasks
    assume(tasks)
    handle = tasks[pick % len(tasks)].handle
    assert source.complete(handle, NOW)
    before = data.decode("utf-8", "surrogateescape").split("\n")
    after = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    at = next(place for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    assert after[at].removesuffix("\r") == tick(
        before[at].removesuffix("\r"), datetime.fromtimestamp(NOW / 1000, UTC).date()
    )
    rest = len(before) - at - 1
    assert after[len(after) - rest :] == before[at + 1 :]
    assert len(after) - len(before) in (0, 1)
    alone = sum(identity(text) == identity(before[at]) for text in before) == 1
    assert source.reopen(handle, NOW)
    if alone and "pri:" not in before[at]:
        assert path.read_bytes() == data


@given(in_file)
def test_what_is_added_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever was typed is found again under its own words, at the end of the file, ready to be ticked."""
    path = tmp_path_factory.mktemp("add") / "todo.txt"
    source = TodoTxtSource(str(path), "UTC", own=True)
    try:
        source.add(text, NOW)
    except BadUsageError:
        assert not path.exists()
        return
    for task in source.read(NOW).tasks:
        assert source.complete(task.handle, NOW)
    assert is_done(path.read_text("utf-8")) or "h:1" in text.split()


def test_adding_puts_today_behind_the_priority(path: Path) -> None:
    """The issue's own example, appended to an existing file."""
    path.write_bytes(b"first")
    source = TodoTxtSource(str(path), "UTC", own=False)
    source.add("(A) Call the dentist due:2026-12-01 +health @phone", NOW)
    assert path.read_text() == "first\n(A) 2026-11-22 Call the dentist due:2026-12-01 +health @phone\n"
    with pytest.raises(BadUsageError, match="impossible due date"):
        source.add("Call due:2026-02-30", NOW)


def test_hostile_titles_are_safe_to_show_and_to_tick(path: Path, source: Source) -> None:
    """Terminal sequences, markup, direction marks and a page of text: shown clean, ticked as they stand."""
    texts = [
        "\x1b]0;owned\x07 [red]boom[/red]",
        "\u202egnp.exe",
        "'; drop table tip; --",
        "%s {0} $(reboot)",
        "w " * 5000,
    ]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    tasks = source.read(NOW).tasks
    assert len(tasks) == len(texts)
    for task in tasks:
        assert "\x1b" not in show(task.title)
        assert "\u202e" not in show(task.title)
        assert source.complete(task.handle, NOW)
    assert path.read_text("utf-8") == "".join(f"x 2026-11-22 {text}\n" for text in texts)


def test_two_processes_lose_nothing(path: Path) -> None:
    """Fifty ticks each in the same file at the same time: every line is ticked once, in its place."""
    texts = [f"{who} {number}" for number in range(50) for who in ("left", "right")]
    path.write_text("".join(f"{text}\n" for text in texts))
    command = [sys.executable, "-m", "tests.sources.todotxt.ticker", str(path)]
    pipe = subprocess.PIPE
    runs = [subprocess.Popen([*command, who, "50"], stdin=pipe, stdout=pipe) for who in ("left", "right")]
    assert [run.stdout.readline() for run in runs if run.stdout] == [b"ready\n"] * 2
    for run in runs:
        assert run.stdin
        run.stdin.write(b"go\n")
        run.stdin.flush()
    assert [run.communicate(timeout=100)[0] for run in runs] == [b"", b""]
    assert [run.returncode for run in runs] == [0, 0]
    assert path.read_text() == "".join(f"x 1970-01-01 {text}\n" for text in texts)
    assert [entry.name for entry in path.parent.iterdir()] == ["todo.txt"]


def test_ticking_loads_nothing_heavy(path: Path) -> None:
    """`oo done` has a budget: ticking a line needs neither the parser nor what it stands on."""
    path.write_text("Call\n")
    code = (
        "import sys; from oo_cli.adapters.sources.todotxt.source import TodoTxtSource;"
        f"assert TodoTxtSource({str(path)!r}, 'UTC', False).complete('Call', 0);"
        "print(*{'dataclasses', 'inspect', 'calendar', 'tempfile', 'pathlib', 'pydantic'} & set(sys.modules))"
    )
    environ = {"PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-S", "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
    assert path.read_text() == "x 1970-01-01 Call\n"


def test_the_manifest_names_the_source() -> None:
    """Its id is the code's, it asks for its own consent and for no host."""
    manifest = tomllib.loads((Path(room.__path__[0]) / "manifest.toml").read_text())
    assert manifest["id"] == TodoTxtSource.id
    assert manifest["consents"] == [f"source.{TodoTxtSource.id}"]
    assert (manifest["kind"], manifest["hosts"], manifest["scopes"]) == ("local", [], [])
    assert manifest["kept"]
    assert manifest["dropped"]
