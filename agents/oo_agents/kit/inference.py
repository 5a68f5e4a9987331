"""Runs an agent's inference so that it can only help: whatever goes wrong, the cold-start default stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    found, error = _ask(manifest, agent, history) if ripe(manifest, history) else ({}, "")
    return settle(manifest, found, error, history)


def ripe(manifest: AgentManifest, history: UserHistory) -> frozenset[str]:
    """The parameters whose minimum of feedback events is reached; without one the agent is not asked at all."""
    return frozenset(param.name for param in manifest.params if len(history.events) >= param.min_history)


def settle(
    manifest: AgentManifest, found: Mapping[str, object], error: str, history: UserHistory
) -> tuple[Inferred, ...]:
    """Every parameter of the manifest, from what an agent found where that is ripe and fits."""
    able = ripe(manifest, history)
    return tuple(
        _settle(param, found, error, history) if param.name in able else _default(param, history)
        for param in manifest.params
    )


def error_word(error: BaseException) -> str:
    """The name of an error's class, where it is a plain one; a class may carry any name."""
    name = type(error).__name__
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,59}", name) else "Exception"


def _ask(manifest: AgentManifest, agent: Agent, history: UserHistory) -> tuple[dict[str, ParamValue], str]:
    """What the agent says, and what is wrong with it as a whole."""
    try:
        found = dict(agent.infer(history))
    except Exception as error:  # noqa: BLE001 - an agent may raise anything
        return {}, error_word(error)
    stranger = not found.keys() <= {param.name for param in manifest.params}
    return found, "KeyError" if stranger else ""


def _settle(param: InferredParam, found: Mapping[str, object], error: str, history: UserHistory) -> Inferred:
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
