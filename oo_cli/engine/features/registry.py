"""Every feature there is: what it means, what it comes from, how long it holds and what ends that sooner.

Adding one is a line here and its shape in `oo_agents.kit.context`; tests hold the two and `summarise` together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from oo_cli.engine.when import DAY_MS, HOUR_MS
from oo_data.contracts.feature import Feature

TABLE = "feature"  # where all of them lie: the catalogue says how they are erased
_TASKS = ("SourceRefreshed", "SourceConnected", "SourceDisconnected")
_DONE = (*_TASKS, "FeedbackGiven", "FeedbackUndone")
_BOTH = ("TaskSignal", "DoneSignal")
_MOOD, _CONTEXT = ("MoodNoted",), ("ContextChanged",)


class Spec(NamedTuple):
    """One feature. `signals` are the kinds of signal it is derived from, `fresh_for` milliseconds."""

    what: str
    unit: str
    signals: tuple[str, ...]
    fresh_for: int
    invalidated_by: tuple[str, ...]


FEATURES: Mapping[str, Spec] = {
    "task.open_count": Spec("open tasks", "tasks", ("TaskSignal",), DAY_MS, _DONE),
    "task.overdue_days": Spec("how late each overdue task is", "days by task", ("TaskSignal",), DAY_MS, _DONE),
    "task.overdue_usual_days": Spec("what is usual where it lies", "days by task", _BOTH, DAY_MS, _DONE),
    "task.due_today_count": Spec("open tasks that are due today", "tasks", ("TaskSignal",), DAY_MS, _DONE),
    "done.per_day": Spec("done on each of 28 days, today last", "tasks by day", ("DoneSignal",), DAY_MS, _DONE),
    "done.by_hour": Spec("done in each local hour, 90 days", "tasks by hour", ("DoneSignal",), DAY_MS, _DONE),
    "done.by_weekday": Spec("done on each weekday, 90 days", "tasks by weekday", ("DoneSignal",), DAY_MS, _DONE),
    "done.total": Spec("done in all of the history", "tasks", ("DoneSignal",), DAY_MS, _DONE),
    "done.lateness": Spec("how late each was done, 90 days", "days", ("DoneSignal",), DAY_MS, _DONE),
    "done.by_project": Spec("done in each project, 90 days", "tasks by project", ("DoneSignal",), DAY_MS, _DONE),
    "done.last_at": Spec("when something was last done", "UTC ms", ("DoneSignal",), DAY_MS, _DONE),
    "done.by_area": Spec("done in each area of life, 90 days", "tasks by area", ("DoneSignal",), DAY_MS, _DONE),
    "done.area_days": Spec("since when nothing was done in each area", "days by area", ("DoneSignal",), DAY_MS, _DONE),
    "open.by_area": Spec("open tasks of each area of life", "tasks by area", ("TaskSignal",), DAY_MS, _DONE),
    "habit.streaks": Spec("times in a row of each habit", "times by task", ("HabitSignal",), DAY_MS, _DONE),
    "mood.last": Spec("the last mood, 1 to 5", "score", ("MoodSignal",), 12 * HOUR_MS, _MOOD),
    "mood.mean_7d": Spec("the mean mood of 7 days, 1 to 5", "score", ("MoodSignal",), DAY_MS, _MOOD),
    "context.active": Spec("contexts that are on", "contexts", ("ContextSignal",), HOUR_MS, _CONTEXT),
}


def stale(keys: Collection[str], known: Mapping[str, Feature], happened: Mapping[str, int], now: int) -> set[str]:
    """Those of the keys that must be computed anew before anyone may rely on them.

    `happened` tells when each event was last seen (UTC ms). A feature from a time to come is stale: the clock was set
    back, and nothing tells how far.
    """
    return {key for key in keys if not _holds(key, known.get(key), happened, now)}


def _holds(key: str, feature: Feature | None, happened: Mapping[str, int], now: int) -> bool:
    if feature is None or not feature.computed_at <= now < feature.fresh_until:
        return False
    events = FEATURES[key].invalidated_by if key in FEATURES else ()
    return all(happened.get(name, 0) <= feature.computed_at for name in events)
