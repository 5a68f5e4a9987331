"""Least privilege: an agent gets exactly what its manifest names, and runs only when all of it may be had."""

from __future__ import annotations

from collections.abc import Container, Mapping

from oo_agents.kit.units import fit
from oo_data.contracts.agent import AgentContext, AgentManifest, ParamValue
from oo_data.contracts.feature import Value

FEATURES = frozenset(
    (
        "task.open_count",
        "task.overdue_days",
        "task.due_today_count",
        "done.per_day",
        "done.by_hour",
        "done.by_weekday",
        "done.total",
        "done.lateness",
        "done.by_project",
        "done.last_at",
    )
)


def context_for(
    manifest: AgentManifest,
    features: Mapping[str, Value],
    params: Mapping[str, ParamValue],
    now_ms: int,
    tz: str,
) -> AgentContext:
    """The agent's whole view. A parameter missing or unfit for its unit takes its cold-start default."""
    fitted = ((param, fit(param.unit, params.get(param.name))) for param in manifest.params)
    return AgentContext(
        now_ms=now_ms,
        tz=tz,
        features={key: features[key] for key in manifest.features if key in features},
        params={param.name: param.default if value is None else value for param, value in fitted},
    )


def obstacle(manifest: AgentManifest, granted: Container[str], features: Container[str]) -> str | None:
    """What keeps the agent from running, consent before data; None when nothing does."""
    if not all(consent in granted for consent in manifest.consents):
        return "consent missing"
    if not all(key in features for key in manifest.features):
        return "nothing known yet"
    return None


def eligible(manifest: AgentManifest, granted: Container[str], features: Container[str]) -> bool:
    """Whether the agent may run now."""
    return obstacle(manifest, granted, features) is None
