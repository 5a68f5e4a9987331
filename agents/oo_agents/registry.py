"""Finds the agents: ours by folder, the person's own by folder, other people's by entry point; loads one by name.

Finding reads TOML and never imports an agent's code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from types import ModuleType
from typing import Literal, NamedTuple

from oo_agents.kit.agent import Agent
from oo_agents.kit.context import FEATURES, NEEDS
from oo_agents.manifest import ID, broken, declared
from oo_data.contracts.agent import AgentManifest
from oo_data.contracts.event import EVENTS
from oo_data.errors import BadUsageError, DataDamagedError

__all__ = [
    "FOLDER", "Agent", "Entry", "at", "class_name", "discover", "load", "load_entry", "load_from", "manifest",
    "manifests", "names", "snake",
]  # fmt: skip

FOLDER = os.path.dirname(os.path.abspath(__file__))
MAX_BYTES = 65_536
Origin = Literal["ours", "yours", "third-party"]


class Entry(NamedTuple):
    """One agent as it was found. It can run only where `problem`, a line in fixed words, is empty.

    `contexts` are those that its manifest asks for; `brought_by` names the distribution of a third party's, whose code
    is the package `module`.
    """

    id: str
    origin: Origin
    folder: str
    manifest: AgentManifest | None = None
    contexts: tuple[str, ...] = ()
    brought_by: str = ""
    module: str = ""
    problem: str = ""


def names(folder: str = FOLDER) -> tuple[str, ...]:
    """The ids of our agents: every folder that holds a manifest. No agent code is imported."""
    found = _folders(folder)
    ids = sorted(name.replace("_", "-") for name in found)
    if not all(ID.fullmatch(agent_id) for agent_id in ids) or any("-" in name for name in found):
        raise DataDamagedError("An agent's folder is not named in snake_case.", "Rename the folder to the agent's id.")
    return tuple(ids)


def manifest(agent_id: str, folder: str = FOLDER) -> AgentManifest:
    """One of our manifests. Raises `BadUsageError` for an unknown id, `DataDamagedError` if it is broken."""
    if not ID.fullmatch(agent_id):
        raise _unknown()
    try:
        return declared(agent_id, _read(f"{folder}/{snake(agent_id)}")).manifest
    except (FileNotFoundError, NotADirectoryError):
        raise _unknown() from None
    except OSError:
        raise broken(agent_id, "it cannot be read") from None


def manifests(folder: str = FOLDER) -> tuple[AgentManifest, ...]:
    """All our manifests by id; the first broken one raises, for every agent here ships with oO."""
    return tuple(manifest(agent_id, folder) for agent_id in names(folder))


def discover(own: str = "", third_party: bool = True) -> tuple[Entry, ...]:
    """Every agent there is: ours, those in the folder `own`, and those of installed distributions.

    A broken one is listed with its problem. An id is never taken over: of two that claim it the first in this order
    has it, and of two third parties neither.
    """
    found = [at(f"{FOLDER}/{snake(agent_id)}", "ours") for agent_id in names()]
    taken = {entry.id for entry in found}
    found += [_free(entry, taken) for entry in _own(own)]
    if third_party:
        from oo_agents.kit.third_party import brought

        others = brought()
        ids = [entry.id for entry in others]
        taken = {entry.id for entry in found} | {each for each in ids if ids.count(each) > 1}
        found += [_free(entry, taken) for entry in others]
    return tuple(found)


def at(folder: str, origin: Origin = "yours", agent_id: str = "", module: str = "", brought_by: str = "") -> Entry:
    """The agent in a folder, which names its id where none is given."""
    wanted = agent_id or os.path.basename(folder).replace("_", "-")
    entry = Entry(wanted if ID.fullmatch(wanted) else "unnamed", origin, folder, None, (), brought_by, module)
    if entry.id != wanted or (not agent_id and "-" in os.path.basename(folder)):
        return entry._replace(problem="Its folder is not named in snake_case.")
    try:
        found = declared(wanted, _read(folder))
    except OSError:
        return entry._replace(problem="Its manifest.toml cannot be read.")
    except DataDamagedError as error:
        return entry._replace(problem=error.message)
    known = entry._replace(manifest=found.manifest, contexts=found.contexts)
    return known._replace(problem=_stranger(found.manifest))


def mark(entry: Entry) -> str:
    """What a person said yes to: where an agent comes from and, where others write it, what it is shown."""
    shown = entry.manifest.features if entry.manifest and entry.origin == "third-party" else ()
    return " ".join((entry.origin, entry.brought_by, *shown))


def load(agent_id: str) -> Agent:
    """One of our agents, ready to run: the class named after its id (`time-of-day`: `TimeOfDay`) in its agent.py."""
    wanted = manifest(agent_id)
    return _made(import_module(f"oo_agents.{snake(agent_id)}.agent"), wanted)


def load_entry(entry: Entry) -> Agent:
    """One agent of whatever origin, ready to run. Its code is imported, so it may raise anything."""
    if entry.origin == "ours":
        return load(entry.id)
    if entry.manifest is None:
        raise broken(entry.id, "it cannot be used")
    if entry.origin == "third-party":
        return _made(import_module(f"{entry.module}.agent"), entry.manifest)
    return load_from(entry.folder)


def load_from(folder: str) -> Agent:
    """The agent in a folder outside any package, as its own tests and `oo agents check` load it."""
    entry = at(folder)
    if entry.manifest is None:
        raise broken(entry.id, "see: oo agents check")
    name = f"oo_agent_{snake(entry.id)}"
    for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[loaded]
    package = ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
    invalidate_caches()  # the folder may have been written a moment ago
    return _made(import_module(f"{name}.agent"), entry.manifest)


def snake(agent_id: str) -> str:
    """The name of an agent's folder."""
    return agent_id.replace("-", "_")


def class_name(agent_id: str) -> str:
    """The name of an agent's class."""
    return agent_id.title().replace("-", "")


def _made(module: ModuleType, declares: AgentManifest) -> Agent:
    agent: Agent = getattr(module, class_name(declares.id))(declares)
    return agent


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if os.path.isfile(f"{entry.path}/manifest.toml"))


def _own(folder: str) -> list[Entry]:
    """The person's own agents; code that others could have written is not taken for theirs."""
    try:
        found = _folders(folder) if folder else []
    except OSError:
        return []
    entries = []
    for name in found:
        entry = at(f"{folder}/{name}")
        closed = all(map(_is_mine, (os.path.dirname(folder), folder, entry.folder, f"{entry.folder}/agent.py")))
        if not closed or not all(map(_is_mine, _within(entry.folder))):
            trouble = "It must belong to you, with no link in it, and be writable by you alone."
            entry = entry._replace(manifest=None, problem=trouble)
        entries.append(entry)
    return entries


def _within(folder: str) -> Iterator[str]:
    """All that lies in a folder; compiled code too, for it is run in place of its source. No link is followed."""
    for place, folders, files in os.walk(folder):
        yield from (f"{place}/{name}" for name in (*folders, *files))


def _is_mine(path: str) -> bool:
    try:
        mark = os.lstat(path)
    except OSError:
        return False
    return mark.st_uid == os.geteuid() and not mark.st_mode & 0o022 and not os.path.islink(path)


def _free(entry: Entry, taken: set[str]) -> Entry:
    if entry.id not in taken:
        return entry
    return entry._replace(manifest=None, problem="Its id is another agent's.")


def _stranger(declares: AgentManifest) -> str:
    """What the manifest names that does not exist."""
    feature = next((key for key in declares.features if key not in FEATURES), "")
    consent = next((need for key, need in NEEDS if key in declares.features and need not in declares.consents), "")
    event = next((name for name in declares.invalidated_by if name not in EVENTS), "")
    if feature:
        return f"Its manifest names a feature that does not exist: {feature}."
    if consent:
        return f"Its manifest names a feature without the consent it rests on: {consent}."
    return f"Its manifest names an event that does not exist: {event}." if event else ""


def _read(folder: str) -> bytes:
    with open(f"{folder}/manifest.toml", "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise OSError("too large")
    return raw


def _unknown() -> BadUsageError:
    return BadUsageError("There is no agent of that name.", "`oo agents list` names them.")
