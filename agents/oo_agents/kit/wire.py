"""The question to an agent in a process of its own, and its answer, as JSON; lists on the way are tuples at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oo_agents.kit.context import context_for
from oo_agents.kit.inference import ripe, settle
from oo_agents.kit.runner import Answer, Ask, failed, view
from oo_agents.kit.snippet import checked
from oo_agents.registry import Entry
from oo_data.contracts.agent import AgentManifest, ParamValue, Reacted, Snippet, UserHistory
from oo_data.contracts.feature import TaskCompletion, Value

Message = dict[str, Any]


def entry_message(entry: Entry) -> Message:
    """Where the child finds the agent; it reads the manifest itself."""
    return {"id": entry.id, "origin": entry.origin, "folder": entry.folder, "module": entry.module}


def ask_message(manifest: AgentManifest, ask: Ask) -> Message:
    """Only what the manifest entitles to: its features, its parameters; the history where it infers from one."""
    context = context_for(manifest, ask.features, ask.own, ask.history.now_ms, ask.history.tz)
    history = ask.history
    heard = history if ripe(manifest, history) else UserHistory(history.now_ms, history.tz, (), ())
    return {
        "features": {key: _plain(value) for key, value in context.features.items()},
        "own": {key: value for key, value in ask.own.items() if key in context.params},
        "history": {name: _plain(value) for name, value in heard._asdict().items()},
    }


def ask_of(message: Message) -> Ask:
    """The question as the child has it."""
    told = message["history"]
    told["events"] = tuple(Reacted(*each) for each in told["events"])
    told["completions"] = tuple(TaskCompletion(*map(_tuple, each)) for each in told["completions"])
    history = UserHistory(**told)
    features: Mapping[str, Value] = {key: _tuple(value) for key, value in message["features"].items()}
    own: Mapping[str, ParamValue] = {key: _tuple(value) for key, value in message["own"].items()}
    return Ask(features, own, history)


def answer_message(answer: Answer) -> Message:
    """What the child found: inferred values by name, the snippet as a list."""
    found = {each.name: each.value for each in answer.inferred if each.source == "inferred"}
    return {"found": found, "snippet": answer.snippet, "error": answer.error}


def answer_of(manifest: AgentManifest, ask: Ask, reply: bytes) -> Answer:
    """The child's answer, believed in nothing: values must fit, the snippet is checked as if it were new."""
    try:
        message = json.loads(reply)
        found = {name: _tuple(value) for name, value in message["found"].items()}
        error = message["error"]
        if not isinstance(error, str) or len(error) > 60 or (error and not error.isidentifier()):
            return failed(manifest, ask, "ValueError")
        inferred = settle(manifest, found, error, ask.history)
        told = message["snippet"]
        said = Snippet(*map(_tuple, told)) if told is not None else None
        return Answer(inferred, checked(said, manifest, view(manifest, ask, inferred)), error)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return failed(manifest, ask, "ValueError")


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
