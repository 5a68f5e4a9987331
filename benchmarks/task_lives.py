"""Task lives to measure the ranker on: the scorer's people in oO's contracts, or made-up ones where there are none."""

from __future__ import annotations

import importlib.util
import os
import struct
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.terms import Row, terms
from oo_cli.engine.when import utc_iso
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

ROOT = Path(__file__).resolve().parents[1]
PRIORITY = {"H": 4, "M": 3, "L": 2}
LAST_SECOND = 253_402_300_799  # of the year 9999
DAY_S = 86_400


def folder() -> Path:
    """Where the people lie: OO_NEXTTASK_DIR, or beside the repository."""
    return Path(os.environ.get("OO_NEXTTASK_DIR") or ROOT.parent / "shared" / "nexttask")


def people() -> list[Path]:
    """The files of the people, in order of name; empty where the folder is absent."""
    return sorted(folder().glob("person-*.jsonl.gz"))


def scorer() -> ModuleType:
    """The scorer of those people: OO_NEXTTASK_SCORER, or `score.py` in their folder."""
    path = Path(os.environ.get("OO_NEXTTASK_SCORER") or folder() / "score.py")
    spec = importlib.util.spec_from_file_location("next_task_scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no scorer. Set OO_NEXTTASK_SCORER.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fixed_zone(minutes: int) -> ZoneInfo:
    """A zone that is always so many minutes east of UTC, as the smallest file of RFC 8536."""
    header = struct.pack(">4sc15x6I", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    return ZoneInfo.from_file(BytesIO(header + struct.pack(">iBB4s", minutes * 60, 0, 0, b"off\0")))


def task_of(told: Mapping[str, Any]) -> TaskFeatures:
    """One open task of the scorer (seconds) as oO keeps it."""
    return TaskFeatures(
        ref=str(told["id"]),
        source="taskwarrior",
        due=_iso(told["due"]),
        start=_iso(told["sched"]),
        priority=PRIORITY.get(told["pri"], 1),
        project_ref=".".join(told["proj"]) or None,
        label_refs=tuple(told["tags"]),
        added_at=told["t_add"] * 1000,
        recurring=_repeats(told),
        minutes=None,
        words=told["ntok"],
        changed_at=told["t_mod"] * 1000 if told["n_mod"] else None,
        changes=told["n_mod"],
        started=told["start"] is not None,
        starred=bool(told["next"]),
        blocked=told["blocked"],
        blocking=told["blocking"],
        notes=told["ann"],
        every_days=told["recur"],
        routine_ref=_routine(told),
    )


def completion_of(at: int, told: Mapping[str, Any]) -> TaskCompletion:
    """One tick of the scorer (seconds) as oO keeps it."""
    due = told["due"]
    return TaskCompletion(
        ref=str(told["id"]),
        source="taskwarrior",
        at=at * 1000,
        timed=True,
        due=_iso(due),
        lateness_days=None if due is None else (at - due) / DAY_S,
        project_ref=".".join(told["proj"]) or None,
        priority=PRIORITY.get(told["pri"], 1),
        recurring=_repeats(told),
        added_at=told["t_add"] * 1000,
        label_refs=tuple(told["tags"]),
        every_days=told["recur"],
        routine_ref=_routine(told),
    )


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else utc_iso(min(seconds, LAST_SECOND) * 1000)


def _repeats(told: Mapping[str, Any]) -> bool:
    return told["recur"] is not None or told["parent"] is not None


def _routine(told: Mapping[str, Any]) -> str | None:
    return None if told["parent"] is None else f"routine-{told['parent']}"


class Asked(NamedTuple):
    """A moment that is learnt from once its ticks are known. `now` is in seconds."""

    now: int
    rows: list[Row]
    place: dict[str, int]


class Player:
    """A ranker for the scorer that sees what oO would see, and learns each moment once it has passed."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.past: Past | None = None
        self.waiting: list[Asked] = []
        self.chances: list[list[float]] = []

    def rows(self, now: int, tasks: Sequence[Mapping[str, Any]], history: Any) -> list[Row]:
        """The terms of every open task; folds what was ticked since the last call."""
        if self.past is None:
            self.past = Past(fixed_zone(history.utc_offset_min))
        for at, told in history.done[self.past.count :]:
            self.past.fold(completion_of(at, told))
        return terms([task_of(told) for told in tasks], self.past, now * 1000, self.past.zone)

    def __call__(self, now: int, tasks: Sequence[Mapping[str, Any]], history: Any) -> list[int]:
        """The ids, best first; of equals the newest."""
        rows = self.rows(now, tasks, history)
        self._learn(history.done)
        place: dict[str, int] = {}
        for index, told in enumerate(tasks):
            place[_routine(told) or str(told["id"])] = index
        self.waiting.append(Asked(now, rows, place))
        chances = self.model.probabilities(rows)
        self.chances.append(chances)
        order = sorted(range(len(tasks)), key=lambda index: (-chances[index], -index))
        return [tasks[index]["id"] for index in order]

    def _learn(self, done: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        waiting = []
        for asked in self.waiting:
            run = first_run(asked.now, done)
            right = {asked.place[key] for _, told in run if (key := _routine(told) or str(told["id"])) in asked.place}
            if right:
                self.model.learn(asked.rows, right, asked.now * 1000)
            elif not run:
                waiting.append(asked)
        self.waiting = waiting


def first_run(now: int, done: Sequence[tuple[int, Mapping[str, Any]]]) -> list[tuple[int, Mapping[str, Any]]]:
    """The first ticks after an instant (seconds) that are less than two minutes apart."""
    start = len(done)
    while start and done[start - 1][0] > now:
        start -= 1
    run = list(done[start : start + 1])
    for tick in done[start + 1 :]:
        if tick[0] - run[-1][0] > 120:
            break
        run.append(tick)
    return run
