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
    """One open task without its words. `ref`, `project_ref` and `label_refs` are keyed references."""

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


class TaskCompletion(NamedTuple):
    """One completion without its words. `lateness_days` is negative when early, None without a due date."""

    ref: str
    source: str
    at: int
    timed: bool
    due: str | None
    lateness_days: float | None
    project_ref: str | None
    priority: int
    recurring: bool
