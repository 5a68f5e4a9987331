"""Least privilege: an agent gets exactly what its manifest names, and runs only when all of it may be had."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from types import MappingProxyType

from oo_agents.kit.units import fit
from oo_data.contracts.agent import AgentContext, AgentManifest, ParamValue
from oo_data.contracts.feature import Value

# Every feature that a manifest may name, with its shape; what each means stands in the engine's registry.
SHAPES: Mapping[str, str] = {
    "task.open_count": "number",
    "task.overdue_days": "numbers by ref",
    "task.overdue_usual_days": "numbers by ref",
    "task.due_today_count": "number",
    "done.per_day": "28 numbers",
    "done.by_hour": "24 numbers",
    "done.by_weekday": "7 numbers",
    "done.total": "number",
    "done.lateness": "numbers",
    "done.by_project": "numbers by ref",
    "done.last_at": "number",
    "done.by_area": "numbers by ref",
    "done.area_days": "numbers by ref",
    "open.by_area": "numbers by ref",
    "habit.streaks": "numbers by ref",
    "mood.last": "number",
    "mood.mean_7d": "number",
    "context.active": "number",
}
FEATURES = frozenset(SHAPES)
# Features that rest on a consent of their own: whoever names one must name the consent too.
NEEDS = (
    ("mood.last", "source.mood"),
    ("mood.mean_7d", "source.mood"),
    ("done.by_area", "agent.focus-area"),
    ("done.area_days", "agent.focus-area"),
    ("open.by_area", "agent.focus-area"),
)


def context_for(
    manifest: AgentManifest,
    features: Mapping[str, Value],
    params: Mapping[str, ParamValue],
    now_ms: int,
    tz: str,
) -> AgentContext:
    """The agent's whole view, read-only. A parameter missing or unfit for its unit takes its cold-start default."""
    fitted = ((param, fit(param.unit, params.get(param.name))) for param in manifest.params)
    return AgentContext(
        now_ms=now_ms,
        tz=tz,
        features=MappingProxyType({key: _read_only(features[key]) for key in manifest.features if key in features}),
        params=MappingProxyType({param.name: param.default if value is None else value for param, value in fitted}),
    )


def _read_only(value: Value) -> Value:
    """A copy that cannot be changed: the next agent sees the same values."""
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


def obstacle(
    manifest: AgentManifest,
    granted: Container[str],
    features: Container[str],
    contexts: Collection[str] = (),
    active: Collection[str] = (),
) -> str | None:
    """What keeps the agent from running, consent before data; None when nothing does.

    `contexts` are those that its manifest asks for, `active` those the person is in, both by reference.
    """
    if not all(consent in granted for consent in manifest.consents):
        return "consent missing"
    if contexts and not set(contexts) & set(active):
        return "another context"
    if not all(key in features for key in manifest.features):
        return "nothing known yet"
    return None
