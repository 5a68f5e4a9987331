"""The benchmark: oO sees of a scorer's person what it would keep, and made-up people where there are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks import next_task, task_lives
from benchmarks.made_up import life
from oo_cli.engine.ranker.model import Model

SCORED: dict[str, Any] = {
    "id": 7, "t_add": 1_000_000, "entry": 999_000, "due": 1_086_400, "sched": None, "until": None, "start": None,
    "pri": "H", "proj": ["p1", "p2"], "tags": ["t1"], "next": True, "recur": 7.0, "parent": 3, "dep": [],
    "blocked": False, "blocking": True, "ann": 2, "tok": [], "ntok": 4, "verb": False, "t_mod": 1_000_500, "n_mod": 2,
    "n_dup": 1,
}  # fmt: skip


class History:
    """What the scorer hands over of the past."""

    def __init__(self) -> None:
        self.done: list[tuple[int, dict[str, Any]]] = []
        self.utc_offset_min = 330


def test_a_scored_task_becomes_what_oo_keeps() -> None:
    """Seconds become milliseconds, and codes become references."""
    task, done = task_lives.task_of(SCORED), task_lives.completion_of(1_172_800, SCORED)
    assert (task.due, task.priority, task.project_ref) == ("1970-01-13T13:46:40Z", 4, "p1.p2")
    assert (task.added_at, task.changed_at, task.changes) == (1_000_000_000, 1_000_500_000, 2)
    assert (task.recurring, task.every_days, task.routine_ref, task.starred) == (True, 7.0, "routine-3", True)
    assert (done.at, done.lateness_days, done.routine_ref) == (1_172_800_000, 1.0, "routine-3")


@pytest.mark.parametrize("minutes", [-570, 0, 345])
def test_a_zone_of_any_offset_can_be_made(minutes: int) -> None:
    """People live at half and quarter hours too."""
    moment = datetime(2026, 1, 1, tzinfo=UTC).astimezone(task_lives.fixed_zone(minutes))
    assert moment.utcoffset() == timedelta(minutes=minutes)


def test_a_moment_is_learnt_only_once_it_has_passed() -> None:
    """What is ticked is known at the next question and never at its own."""
    player, history = task_lives.Player(Model.prior()), History()
    tasks = [{**SCORED, "id": number, "parent": None, "recur": None} for number in range(4)]
    player(1_100_000, tasks, history)
    player(1_100_000, tasks, history)
    assert player.model.seen == 0
    history.done.append((1_100_120, tasks[2]))
    player(1_200_000, tasks[:2], history)
    assert player.model.seen == 2
    assert player.past is not None
    assert player.past.count == 1


def test_made_up_lives_are_the_same_each_time() -> None:
    """Where no people are found the figures are still reproducible."""
    assert life(3, days=5) == life(3, days=5) != life(4, days=5)


def test_without_people_made_up_ones_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The documented command runs on any machine, says what it measured, and prints one object for scripts."""
    monkeypatch.setenv("OO_NEXTTASK_DIR", str(tmp_path))
    said: list[str] = []
    next_task.main(["--json"], said.append)
    found = json.loads(said[0])
    assert set(found["macro"]["oo"]) == {"hit@1", "hit@3", "MRR"}
    assert found["macro"]["oo"]["MRR"] > max(row["MRR"] for name, row in found["macro"].items() if name != "oo")
    assert set(found["persons"]["made-up-01"]) == set(found["macro"])
    assert "made-up lives" in capsys.readouterr().err


def test_tables_name_every_ranker_and_the_first_moments() -> None:
    """People read the table, per person too."""
    result = next_task.Result("a", {"newest": [(0.0, 1.0, 0.5)] * 60, "oo": [(1.0, 1.0, 1.0)] * 60}, [(0.9, True)] * 60)
    rows = next_task.table("one", next_task.macro([result]))
    assert [line.split()[0] for line in rows] == ["one", "newest", "oo"]
    assert "1.000 [1.000, 1.000]" in rows[2]
    assert "newest" in next_task.per_person([result])[1]
    assert "0.900  1.000" in next_task.calibration([result])[1]
