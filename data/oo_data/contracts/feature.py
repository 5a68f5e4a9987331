"""What is kept: numbers and keyed references derived from signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Value = float | str | tuple[float, ...] | Mapping[str, float]


class Feature(NamedTuple):
    """One derived value with its age and origin. Times are UTC milliseconds; `provenance` names source ids."""

    key: str
    value: Value
    computed_at: int
    fresh_until: int
    provenance: tuple[str, ...]


class TaskFeatures(NamedTuple):
    """One open task without its words. `ref`, `project_ref`, `label_refs` and `routine_ref` are keyed references.
    So is `title_ref`, the same for the same words whatever their source.

    `added_at` and `changed_at` are UTC ms; `changes` counts how often oO saw it change. `started`: the person is at it;
    `starred`: singled out as next. `every_days` is the period of a task that repeats, and `routine_ref` is shared by
    all its occurrences where each has a name of its own.
    """

    ref: str
    source: str
    due: str | None
    start: str | None
    priority: int
    project_ref: str | None
    label_refs: tuple[str, ...]
    added_at: int | None
    recurring: bool
    minutes: int | None
    words: int
    changed_at: int | None = None
    changes: int = 0
    started: bool = False
    starred: bool = False
    blocked: bool = False
    blocking: bool = False
    notes: int = 0
    every_days: float | None = None
    routine_ref: str | None = None
    title_ref: str | None = None


class TaskCompletion(NamedTuple):
    """One completion without its words. `lateness_days` is negative when early, None without a due date.

    `added_at` (UTC ms), `every_days` and `routine_ref` are those of the task it closed, where its source tells them.
    """

    ref: str
    source: str
    at: int
    timed: bool
    due: str | None
    lateness_days: float | None
    project_ref: str | None
    priority: int
    recurring: bool
    added_at: int | None = None
    label_refs: tuple[str, ...] = ()
    every_days: float | None = None
    routine_ref: str | None = None
