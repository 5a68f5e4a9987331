"""From areas of single references to what agents and the person see: whose area a task has, and counts by area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from oo_cli.engine.features.summary import FRESH_MS, RECENT_DAYS
from oo_cli.engine.when import local
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value

# reference -> area, and whether the person said so ("user") or likeness did ("inferred")
Known = Mapping[str, tuple[str, str]]
LEAST_VOTES = 3
LEAST_SHARE = 0.6


def subject_of(task: TaskFeatures | TaskCompletion) -> str:
    """The reference under which a task's area is kept: one for all occurrences of what repeats."""
    return task.routine_ref or task.ref


def area_of(task: TaskFeatures | TaskCompletion, known: Known) -> tuple[str, str] | None:
    """A task's area and where it comes from: the person's word on it or its project, its title, its project's tasks."""
    own = known.get(subject_of(task))
    project = known.get(task.project_ref) if task.project_ref else None
    said = next((each for each in (own, project) if each is not None and each[1] == "user"), None)
    return said or own or project


def resolve(tasks: Iterable[TaskFeatures | TaskCompletion], known: Known) -> dict[str, str]:
    """The area of every task that has one, by its reference."""
    found = {task.ref: area_of(task, known) for task in tasks}
    return {ref: area[0] for ref, area in found.items() if area is not None}


def vote(areas: Sequence[str]) -> str | None:
    """The area that most of a project's tasks agree on, or None."""
    (area, votes) = Counter(areas).most_common(1)[0] if areas else ("", 0)
    return area if len(areas) >= LEAST_VOTES and votes >= LEAST_SHARE * len(areas) else None


def area_features(
    tasks: Sequence[TaskFeatures],
    done: Sequence[TaskCompletion],
    areas: Mapping[str, str],
    now: int,
    zone: ZoneInfo,
) -> tuple[Feature, ...]:
    """What is open and what was finished by area; `done.area_days` is how many days ago the last of each was."""
    today = local(now, zone).date()
    finished: Counter[str] = Counter()
    days: dict[str, float] = {}
    for c in done:
        ago = (today - local(c.at, zone).date()).days
        area = areas.get(c.ref)
        if area is not None and 0 <= ago <= RECENT_DAYS:
            finished[area] += 1
            days[area] = min(days.get(area, ago), ago)
    waiting = Counter(areas[task.ref] for task in tasks if task.ref in areas)
    of_tasks = tuple(sorted({task.source for task in tasks}))
    of_done = tuple(sorted({c.source for c in done}))
    values: tuple[tuple[str, Mapping[str, float], tuple[str, ...]], ...] = (
        ("open.by_area", waiting, of_tasks),
        ("done.by_area", finished, of_done),
        ("done.area_days", days, of_done),
    )
    return tuple(Feature(key, _floats(value), now, now + FRESH_MS, origin) for key, value, origin in values)


def _floats(counts: Mapping[str, float]) -> Value:
    return {area: float(count) for area, count in counts.items()}
