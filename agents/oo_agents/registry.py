"""Finds the agents: their names by folder, their manifests by TOML, and the code of one, by name."""

from __future__ import annotations

import os
from importlib import import_module

from oo_agents.kit.agent import Agent
from oo_agents.manifest import ID, broken, parse
from oo_data.contracts.agent import AgentManifest
from oo_data.errors import BadUsageError, DataDamagedError

__all__ = ["FOLDER", "Agent", "load", "manifest", "manifests", "names"]

FOLDER = os.path.dirname(os.path.abspath(__file__))


def names(folder: str = FOLDER) -> tuple[str, ...]:
    """The ids of all agents: every folder that holds a manifest. No agent code is imported."""
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if os.path.isfile(f"{entry.path}/manifest.toml")]
    ids = sorted(name.replace("_", "-") for name in found)
    if not all(ID.fullmatch(agent_id) for agent_id in ids) or any("-" in name for name in found):
        raise DataDamagedError("An agent's folder is not named in snake_case.", "Rename the folder to the agent's id.")
    return tuple(ids)


def manifest(agent_id: str, folder: str = FOLDER) -> AgentManifest:
    """One agent's manifest. Raises `BadUsageError` for an unknown id, `DataDamagedError` if it is broken."""
    if not ID.fullmatch(agent_id):
        raise _unknown()
    try:
        with open(f"{folder}/{_snake(agent_id)}/manifest.toml", "rb") as file:
            raw = file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise _unknown() from None
    except OSError:
        raise broken(agent_id, "it cannot be read") from None
    return parse(agent_id, raw)


def manifests(folder: str = FOLDER) -> tuple[AgentManifest, ...]:
    """All manifests by id; the first broken one raises, for every agent here ships with oO."""
    return tuple(manifest(agent_id, folder) for agent_id in names(folder))


def load(agent_id: str) -> Agent:
    """One agent, ready to run: the class named after its id (`time-of-day`: `TimeOfDay`) in its agent.py."""
    declared = manifest(agent_id)
    module = import_module(f"oo_agents.{_snake(agent_id)}.agent")
    agent: Agent = getattr(module, agent_id.title().replace("-", ""))(declared)
    return agent


def _snake(agent_id: str) -> str:
    return agent_id.replace("-", "_")


def _unknown() -> BadUsageError:
    return BadUsageError("There is no agent of that name.", "`oo agents list` names them.")
