"""Synthetic people whose habits are known, and short ways to ask an agent about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oo_agents import registry
from oo_agents.kit.context import context_for
from oo_agents.kit.inference import Inferred, run_inference
from oo_data.contracts.agent import ParamValue, Reacted, Snippet, UserHistory
from oo_data.contracts.feature import TaskCompletion, Value

BERLIN = "Europe/Berlin"
TODAY = date(2026, 4, 1)  # a Wednesday, three days after the clocks went forward in Berlin
HOUR_MS = 3_600_000


def at(days_ago: int, hour: float = 12, zone: str = BERLIN) -> int:
    """UTC milliseconds of a local wall-clock time."""
    wall = time(int(hour), int(hour % 1 * 60))
    return round(datetime.combine(TODAY - timedelta(days=days_ago), wall, ZoneInfo(zone)).timestamp() * 1000)


NOW = at(0, 15)


def done(at_ms: int, *, timed: bool = True, late: float | None = None, project: str | None = None) -> TaskCompletion:
    """One completion."""
    due = None if late is None else "2026-01-01"
    return TaskCompletion("ref", "fake", at_ms, timed, due, late, project, 1, False)


def history(
    completions: Iterable[TaskCompletion] = (), *, events: int = 0, tz: str = BERLIN, now: int = NOW
) -> UserHistory:
    """A person's history with as many feedback events as asked for."""
    reactions = tuple(Reacted(now - index, "done", "ref") for index in range(events))
    return UserHistory(now, tz, reactions, tuple(sorted(completions, key=lambda done: done.at)))


def infer(agent_id: str, person: UserHistory) -> dict[str, Inferred]:
    """What inference makes of the person, by parameter."""
    manifest = registry.manifest(agent_id)
    return {each.name: each for each in run_inference(manifest, registry.load(agent_id), person)}


def learned(agent_id: str, person: UserHistory) -> dict[str, ParamValue]:
    """Only the values that were truly inferred."""
    found = infer(agent_id, person)
    assert not any(each.error for each in found.values())
    return {name: each.value for name, each in found.items() if each.source == "inferred"}


def compute(
    agent_id: str,
    features: Mapping[str, Value],
    params: Mapping[str, ParamValue] | None = None,
    *,
    now: int = NOW,
    tz: str = BERLIN,
) -> Snippet | None:
    """What the agent says."""
    context = context_for(registry.manifest(agent_id), features, params or {}, now, tz)
    return registry.load(agent_id).compute(context)


def text(snippet: Snippet | None) -> str:
    """The sentence, empty for none."""
    return snippet.text if snippet else ""


def by_place(size: int, **counts: float) -> tuple[float, ...]:
    """A row of zeros but for `at3=5.0` and the like."""
    row = [0.0] * size
    for name, count in counts.items():
        row[int(name.removeprefix("at"))] = count
    return tuple(row)
