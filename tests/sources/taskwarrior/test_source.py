"""The source on the real program: what is open, what was done since, and ticks that count once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oo_cli.adapters.sources.taskwarrior.program import Program
from oo_cli.adapters.sources.taskwarrior.source import TaskwarriorSource
from oo_data.ports import Source
from oo_data.store.outbox import Command, Kind, Outcome
from tests.fakes import DAY, TUESDAY
from tests.sources.taskwarrior.conftest import source_of
from tests.taskwarrior import Tasks, done, needs_task, task, uuid_of

pytestmark = needs_task
ONE = uuid_of(1)


def act(source: TaskwarriorSource, kind: Kind, handle: str = ONE, seconds: float = 20.0) -> Outcome:
    """One command, carried out."""
    return source.send([Command("id", kind, handle)], seconds)["id"]


def test_open_and_waiting_tasks_are_read(tasks: Tasks, source: Source) -> None:
    """Those that wait are there with the day they come back; done and deleted ones are not."""
    tasks.put(task(1), task(2, wait="20261224T230000Z"), done(3, "20261120T080000Z"), task(4, status="deleted"))
    found = {each.handle: each.start for each in source.read(TUESDAY).tasks}
    assert found == {ONE: None, uuid_of(2): "2026-12-25"}


def test_only_what_is_new_is_told_again(tasks: Tasks) -> None:
    """From the last completion kept, with a week to spare for a device that was late; nothing of the far past."""
    tasks.put(
        done(1, "20200101T080000Z"), done(2, "20261001T080000Z"), done(3, "20261118T080000Z"),
        done(4, "20261120T080000Z"), done(5, "20271120T080000Z"),
    )  # fmt: skip
    (first,) = source_of(tasks).history(None, TUESDAY)
    assert [each.handle for each in first.done] == [uuid_of(2), uuid_of(3), uuid_of(4)]
    (again,) = source_of(tasks, first.progress).history(first.progress, TUESDAY)
    assert [each.handle for each in again.done] == [uuid_of(3), uuid_of(4)]
    assert again.progress == first.progress == "1795161600000"


def test_a_long_past_comes_in_parts(tasks: Tasks) -> None:
    """Each part says how far it goes and how many follow; one that goes on from a part has the rest."""
    days = ("20260901", "20260902", "20261001", "20261020", "20261120")
    tasks.put(*(done(number, f"{day}T080000Z") for number, day in enumerate(days, 1)))
    parts = list(source_of(tasks, at_once=2).history(None, TUESDAY))
    assert [(len(part.done), part.left) for part in parts] == [(2, 2), (2, 1), (1, 0)]
    rest = list(source_of(tasks, parts[1].progress).history(parts[1].progress, TUESDAY))
    assert [each.handle for part in rest for each in part.done] == [uuid_of(4), uuid_of(5)]


def test_a_change_meanwhile_is_not_missed(tasks: Tasks) -> None:
    """A task that is added while the program tells the others is read too, and the mark is that of the second look."""
    tasks.put(task(1))

    class Busy(Program):
        def read(self, *arguments: str, seconds: float = 30.0) -> Iterator[str]:
            yield from list(super().read(*arguments, seconds=seconds))
            if len(tasks.type("_uuids").split()) == 1:
                tasks.put(task(2))

    path = str(tasks.folder / "pending.data")
    reading = TaskwarriorSource(Busy(tasks.environ, str(tasks.folder)), path, "Europe/Berlin").read(TUESDAY)
    assert len(reading.tasks) == 2
    assert reading.mark == source_of(tasks).read(TUESDAY).mark


def test_a_tick_is_taken_once_and_back(tasks: Tasks, source: TaskwarriorSource) -> None:
    """Closing twice closes once, reopening undoes it, and each says that it was done."""
    tasks.put(task(1, "Buy milk", tags=["x"], due="20261201T080000Z"), task(2))
    before = tasks.item(ONE)
    assert [act(source, "close"), act(source, "close")] == [Outcome("sent"), Outcome("sent")]
    assert tasks.item(ONE)["status"] == "completed"
    ended = tasks.item(ONE)["end"]
    assert act(source, "close") == Outcome("sent")
    assert tasks.item(ONE)["end"] == ended
    assert act(source, "reopen") == Outcome("sent")
    same = ("status", "description", "tags", "due", "entry")
    after = tasks.item(ONE)
    assert ([after[name] for name in same], "end" in after) == ([before[name] for name in same], False)
    assert tasks.item(uuid_of(2))["status"] == "pending"


def test_one_occurrence_of_a_repeating_task_is_ticked(tasks: Tasks, source: TaskwarriorSource) -> None:
    """The others stay as they are, and nobody is asked about them."""
    tasks.type("add", "Stretch", "due:2026-11-01", "recur:daily", "until:2027-06-01")
    tasks.type("rc.recurrence.limit=1", "list")
    first, second, *_ = source.read(TUESDAY).tasks
    assert (first.every_days, first.routine) == (1.0, second.routine)
    assert act(source, "close", first.handle) == Outcome("sent")
    assert act(source, "reopen", first.handle) == Outcome("sent")
    assert act(source, "close", first.handle) == Outcome("sent")
    states = [tasks.item(each.handle)["status"] for each in (first, second)]
    assert states == ["completed", "pending"]


def test_what_cannot_be_ticked_is_told(tasks: Tasks, source: TaskwarriorSource, tmp_path: Path) -> None:
    """Gone, no uuid, no act it takes, refused by a hook, no program: each has its verdict, and nothing changes."""
    tasks.put(task(1), task(2, status="deleted"))
    assert act(source, "close", uuid_of(2)) == act(source, "reopen", uuid_of(3)) == Outcome("sent", "gone")
    assert (source.look(ONE, 20).is_open, source.look(uuid_of(2), 20).is_open) == (True, False)
    refused = [act(source, "close", "rc.hooks=on"), act(source, "close", "1"), act(source, "reschedule", ONE)]
    assert [outcome.state for outcome in refused] == ["refused"] * 3
    tasks.hook("on-modify", "exit 1")
    assert act(source, "close").state == "refused"
    absent = Program({"PATH": str(tmp_path)}, str(tasks.folder))
    assert act(TaskwarriorSource(absent, "", "Europe/Berlin"), "close") == Outcome("unsent", "unreachable")
    assert tasks.item(ONE)["status"] == "pending"


def test_a_hook_of_the_persons_runs_at_a_tick(tasks: Tasks, source: TaskwarriorSource, tmp_path: Path) -> None:
    """A tick is what they would have typed: their time tracking hears of it; one that never ends leaves it open."""
    tasks.put(task(1), task(2))
    tasks.hook("on-modify", f"read old; read new; touch {tmp_path}/heard; echo $new")
    assert act(source, "close") == Outcome("sent")
    assert (tmp_path / "heard").exists()
    tasks.hook("on-modify", "sleep 60")
    assert act(source, "close", uuid_of(2), seconds=1.0) == Outcome("waiting", "failed")
    assert tasks.item(uuid_of(2))["status"] == "pending"


def test_it_writes_only_by_the_outbox(source: TaskwarriorSource) -> None:
    """The direct ways change nothing."""
    assert (source.complete(ONE, TUESDAY), source.reopen(ONE, TUESDAY + DAY)) == (False, False)
