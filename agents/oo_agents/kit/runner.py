"""One run of one agent, from the history and the features to what it found and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from oo_agents.kit.agent import Agent
from oo_agents.kit.context import context_for
from oo_agents.kit.inference import Inferred, error_word, run_inference, settle
from oo_agents.kit.snippet import checked
from oo_data.contracts.agent import AgentContext, AgentManifest, ParamValue, Snippet, UserHistory
from oo_data.contracts.feature import Value


class Ask(NamedTuple):
    """What a run starts from: features by key, the person's own values of its parameters, the history."""

    features: Mapping[str, Value]
    own: Mapping[str, ParamValue]
    history: UserHistory


class Answer(NamedTuple):
    """What came of a run. `error` is the class name of a failure, else empty."""

    inferred: tuple[Inferred, ...]
    snippet: Snippet | None
    error: str


def consult(manifest: AgentManifest, agent: Agent, ask: Ask) -> Answer:
    """Let the agent infer, then speak with what is in force. Never raises for an ordinary error of the agent's."""
    inferred = run_inference(manifest, agent, ask.history)
    error = next((each.error for each in inferred if each.error), "")
    context = view(manifest, ask, inferred)
    try:
        return Answer(inferred, checked(agent.compute(context), manifest, context), error)
    except Exception as raised:  # noqa: BLE001 - an agent is a plug-in: it may raise anything
        return Answer(inferred, None, error_word(raised))


def view(manifest: AgentManifest, ask: Ask, inferred: tuple[Inferred, ...]) -> AgentContext:
    """The agent's context; the person's own value wins over what was inferred."""
    params = {found.name: found.value for found in inferred} | dict(ask.own)
    return context_for(manifest, ask.features, params, ask.history.now_ms, ask.history.tz)


def failed(manifest: AgentManifest, ask: Ask, error: str) -> Answer:
    """The answer of an agent that gave none: every parameter at its cold start."""
    return Answer(settle(manifest, {}, error, ask.history), None, error)
