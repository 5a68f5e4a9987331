"""Runs an agent's inference so that it can only help: whatever goes wrong, the cold-start default stands."""

from __future__ import annotations

from typing import Literal, NamedTuple

from oo_agents.kit.agent import Agent
from oo_agents.kit.units import fit
from oo_data.contracts.agent import AgentManifest, InferredParam, ParamValue, UserHistory


class Inferred(NamedTuple):
    """One parameter's value and where it comes from. `error` is the class name of a failure, else empty.

    `evidence` counts what the value could rest on: feedback events, or completions where no minimum is set.
    """

    name: str
    value: ParamValue
    source: Literal["inferred", "default"]
    evidence: int
    error: str


def run_inference(manifest: AgentManifest, agent: Agent, history: UserHistory) -> tuple[Inferred, ...]:
    """Every parameter of the manifest, in its order. Never raises for anything the agent does."""
    ripe = [param for param in manifest.params if len(history.events) >= param.min_history]
    found, error = _ask(manifest, agent, history) if ripe else ({}, "")
    return tuple(
        _settle(param, found, error, history) if param in ripe else _default(param, history)
        for param in manifest.params
    )


def _ask(manifest: AgentManifest, agent: Agent, history: UserHistory) -> tuple[dict[str, ParamValue], str]:
    """What the agent says, and what is wrong with it as a whole."""
    try:
        found = dict(agent.infer(history))
    except Exception as error:  # noqa: BLE001 - an agent may raise anything
        return {}, type(error).__name__
    stranger = not found.keys() <= {param.name for param in manifest.params}
    return found, "KeyError" if stranger else ""


def _settle(param: InferredParam, found: dict[str, ParamValue], error: str, history: UserHistory) -> Inferred:
    if param.name not in found:
        return _default(param, history, error)
    value = fit(param.unit, found[param.name])
    if value is None:
        return _default(param, history, "ValueError")
    return Inferred(param.name, value, "inferred", _evidence(param, history), "")


def _default(param: InferredParam, history: UserHistory, error: str = "") -> Inferred:
    return Inferred(param.name, param.default, "default", _evidence(param, history), error)


def _evidence(param: InferredParam, history: UserHistory) -> int:
    return len(history.events if param.min_history else history.completions)
