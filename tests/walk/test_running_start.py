"""A running start: the past of a source is there at once, in parts, and the first tip is already the person's own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.connect import connect_taskwarrior
from oo_cli.usecases.refresh import refresh
from oo_cli.wiring import open_house
from oo_data.store import history, records
from tests.conftest import Oo
from tests.fakes import DAY, TUESDAY
from tests.taskwarrior import Tasks, done, needs_task, task, write_completed

REPORT, ROSES = "File the report", "Prune the roses"


def open_tasks() -> list[dict[str, object]]:
    """Two open tasks; to a stranger the first one matters more."""
    return [
        task(1, REPORT, project="office", priority="M", entry="20261120T090000Z"),
        task(2, ROSES, project="garden", entry="20261125T090000Z"),
    ]


@needs_task
def test_the_first_tip_after_the_import_is_personal(oo: Oo, environ: dict[str, str], tmp_path: Path) -> None:
    """Someone who does the garden every morning and the office hardly ever is told of the garden; a stranger is not."""
    stranger, gardener = Tasks(tmp_path / "stranger"), Tasks(tmp_path / "gardener")
    stranger.put(*open_tasks())
    gardener.put(*open_tasks())
    mornings = [(TUESDAY - day * DAY) // 1000 + minute * 60 for day in range(1, 200) for minute in (-40, 5, 50)]
    write_completed(gardener.folder, mornings, "garden")
    assert oo("connect", "taskwarrior", **stranger.environ).code == 0
    assert oo("tip").out.startswith(REPORT)
    assert oo("disconnect", "taskwarrior").code == 0
    assert oo("connect", "taskwarrior", **gardener.environ).code == 0
    assert oo("tip").out.startswith(ROSES)


def test_a_done_list_is_a_start_too(oo: Oo, tmp_path: Path) -> None:
    """The done.txt beside a todo.txt makes the same difference."""
    for name, past in (("stranger", 0), ("gardener", 200)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "todo.txt").write_text(f"(B) 2026-11-20 {REPORT} +office\n2026-11-25 {ROSES} +garden\n")
        days = [date(2026, 11, 30) - timedelta(days=number) for number in range(past)]
        lines = [f"x {day} {day} Weed bed {each} +garden\n" for day in days for each in "abc"]
        (folder / "done.txt").write_text("".join(lines))
        assert oo("connect", "todotxt", "--file", str(folder / "todo.txt")).code == 0
        assert oo("tip").out.startswith(ROSES if past else REPORT)


@pytest.fixture
def house(environ: dict[str, str], tmp_path: Path) -> House:
    """A home connected to a Taskwarrior with a long past, not read yet."""
    tasks = Tasks(tmp_path / "person")
    tasks.put(task(1), done(2, "20261130T080000Z"))
    write_completed(tasks.folder, [(TUESDAY - 3_600_000 * number) // 1000 for number in range(1, 4_010)])
    house = open_house(environ | tasks.environ, lambda line: None)
    connect_taskwarrior(house, str(tasks.folder / "pending.data"), write=False)
    return house


@needs_task
def test_an_import_that_is_cut_goes_on_where_it_was(house: House) -> None:
    """Stopped after the first part, the next refresh has the rest; nothing is missing or doubled, a third adds none."""

    def cut(source: str, kept: int, of: int) -> None:
        assert (source, kept, of) == ("taskwarrior", 1, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(house, progress=cut)
    assert len(records.completions(house.store.conn, 0)) == 2_000
    known = history.progress(house.store.conn, "taskwarrior")
    told: list[tuple[int, int]] = []
    for _ in range(2):
        assert refresh(house, progress=lambda source, kept, of: told.append((kept, of))).failures == ()
        whole = records.completions(house.store.conn, 0)
        assert (len(whole), len({c.ref for c in whole})) == (4_010, 4_010)
    assert told == [(1, 2), (2, 2), (1, 1)]
    assert int(history.progress(house.store.conn, "taskwarrior") or 0) > int(known or 0)
    house.close()
