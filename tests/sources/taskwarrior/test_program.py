"""The program as a child: what it is, what it may touch, and that it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from oo_cli.adapters.sources.taskwarrior.program import Program, locate
from oo_cli.adapters.sources.taskwarrior.source import TaskwarriorSource
from oo_data.errors import BadUsageError, SourceUnavailableError
from tests.fakes import TUESDAY
from tests.taskwarrior import Tasks, done, needs_task, task


def impostor(folder: Path, script: str) -> dict[str, str]:
    """An environment in which `task` is this script."""
    folder.mkdir(exist_ok=True)
    path = folder / "task"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"PATH": f"{folder}:{os.defpath}", "HOME": str(folder)}


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@needs_task
def test_reading_changes_no_byte_and_runs_no_hook(tasks: Tasks, source: TaskwarriorSource, tmp_path: Path) -> None:
    """No tidying, no new occurrences, no hook, alias or context: the folder is the same to the last byte."""
    tasks.put(task(1), task(2, status="recurring", recur="daily", due="20261101T000000Z"), done(3, "20261120T080000Z"))
    tasks.set(
        "alias.export=delete", "context.work=project:work", "context=work", "json.array=on", "default.command=add"
    )
    for name in ("on-launch", "on-exit", "on-modify", "on-add"):
        tasks.hook(name, f"touch {tmp_path}/ran")
    before = tasks.digest()
    reading = source.read(TUESDAY)
    (history,) = source.history(None, TUESDAY)
    assert ([len(reading.tasks), len(history.done)], tasks.digest()) == ([1, 1], before)
    assert not (tmp_path / "ran").exists()


@needs_task
def test_only_what_has_expired_goes_as_it_does_at_any_look(tasks: Tasks, source: TaskwarriorSource) -> None:
    """Taskwarrior deletes a task past its `until` whenever it exports, and has no switch for that; no other goes."""
    tasks.put(task(1), task(2, until="20200101T000000Z"))
    reading = source.read(TUESDAY)
    assert [each.handle for each in reading.tasks] == [task(1)["uuid"]]
    assert (tasks.item(task(1)["uuid"])["status"], tasks.item(task(2)["uuid"])["status"]) == ("pending", "deleted")
    assert source.read(TUESDAY).mark == reading.mark


@needs_task
def test_it_is_found_where_the_person_keeps_it(tasks: Tasks, tmp_path: Path) -> None:
    """TASKDATA wins over TASKRC, a named folder over both; without any tasks that is said, and nothing is made."""
    other = Tasks(tmp_path / "other")
    assert locate(tasks.environ, None) == f"{tasks.folder}/pending.data"
    assert locate(tasks.environ | {"TASKDATA": str(other.folder)}, None) == f"{other.folder}/pending.data"
    assert locate(tasks.environ, str(other.folder)) == f"{other.folder}/pending.data"
    bare = {"HOME": str(tmp_path / "bare"), "PATH": os.environ["PATH"]}
    (tmp_path / "bare").mkdir()
    for folder in (None, str(tmp_path)):
        with pytest.raises(BadUsageError, match="no tasks there"):
            locate(bare, folder)
    assert list((tmp_path / "bare").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"\0"])
def test_no_program_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Where `task` is missing, or cannot be started, reading and writing fail by name."""
    if content is not None:
        (tmp_path / "task").write_bytes(content)
        (tmp_path / "task").chmod(0o700)
    there = Program({"PATH": str(tmp_path), "HOME": str(tmp_path)}, str(tmp_path))
    with pytest.raises(SourceUnavailableError, match="is not here"):
        list(there.read("export"))
    with pytest.raises(SourceUnavailableError, match="is not here"):
        there.write("done", seconds=5.0)


@pytest.mark.parametrize("says", ["echo 2.5.3", "echo Task version: v3.2.1", "exit 1", "echo", "echo 2"])
def test_another_program_of_that_name_is_refused(tmp_path: Path, says: str) -> None:
    """An older Taskwarrior, a runner of build files, or anything else called `task` is not taken for it."""
    with pytest.raises(BadUsageError, match=r"not Taskwarrior 2\.6 or later"):
        locate(impostor(tmp_path / "bin", says), str(tmp_path))


def test_from_version_three_on_the_database_is_watched(tmp_path: Path) -> None:
    """The tasks moved into one SQLite file; the older files may still lie beside it."""
    for name in ("pending.data", "taskchampion.sqlite3"):
        (tmp_path / name).touch()
    assert locate(impostor(tmp_path / "bin", "echo 3.4.1"), str(tmp_path)) == f"{tmp_path}/taskchampion.sqlite3"


def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """Out of time, the child and its children go; a reading fails, a write is left open."""
    environ = impostor(tmp_path / "bin", f"sleep 60 & echo $! > {tmp_path}/pid; echo '{{}}'; wait")
    hanging = Program(environ, str(tmp_path))
    begun = time.monotonic()
    with pytest.raises(SourceUnavailableError, match="could not be read"):
        list(hanging.read("export", seconds=1.5))
    assert hanging.write("done", seconds=1.5) is None
    assert time.monotonic() - begun < 30
    child = int((tmp_path / "pid").read_text())
    while _runs(child):
        assert time.monotonic() - begun < 60
        time.sleep(0.02)


@pytest.mark.parametrize("says", ["yes", "cat /dev/zero"])
def test_one_that_never_stops_telling_is_ended(tmp_path: Path, says: str) -> None:
    """Memory is bounded whatever comes, in lines or without an end of line."""
    with pytest.raises(SourceUnavailableError, match="more than oO reads"):
        list(Program(impostor(tmp_path / "bin", says), str(tmp_path), most=100_000).read("export"))


def test_what_breaks_off_is_not_taken_for_all(tmp_path: Path) -> None:
    """Tasks told before a crash are no reading: the others would count as gone."""
    environ = impostor(tmp_path / "bin", "echo '{}'; exit 139")
    source = TaskwarriorSource(Program(environ, str(tmp_path)), f"{tmp_path}/pending.data", "Europe/Berlin")
    with pytest.raises(SourceUnavailableError):
        source.read(TUESDAY)


def test_what_is_oos_own_is_not_passed_on(tmp_path: Path) -> None:
    """Neither the program nor its hooks see the key; a write sees the rest of the person's environment."""
    environ = impostor(tmp_path / "bin", f"env > {tmp_path}/env") | {"OO_KEY": "k3y", "OO_HOME": "x", "EDITOR": "ed"}
    there = Program(environ, str(tmp_path))
    assert list(there.read("export")) == []
    seen = (tmp_path / "env").read_text()
    assert ("OO_" in seen, "EDITOR" in seen, "TASKRC=/dev/null" in seen) == (False, False, True)
    assert there.write("done", seconds=5.0) == 0
    seen = (tmp_path / "env").read_text()
    assert ("OO_" in seen, "EDITOR=ed" in seen, f"TASKDATA={tmp_path}" in seen) == (False, True, True)
