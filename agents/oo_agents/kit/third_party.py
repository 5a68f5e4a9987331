"""Agents of installed distributions, by the entry-point group `oo.agents`: name = id, value = the package.

Only metadata and TOML are read. A package's own code runs when its agent does, and then in a process of its own.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from oo_agents.manifest import ID
from oo_agents.registry import Entry, at

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "oo.agents"
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_DISTRIBUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def brought() -> tuple[Entry, ...]:
    """Every agent that an installed distribution declares, by distribution and id."""
    if not any(map(_declares, sys.path)):
        return ()
    from importlib.metadata import entry_points

    return tuple(sorted(map(_entry, entry_points(group=GROUP)), key=lambda entry: (entry.brought_by, entry.id)))


def _declares(path: str) -> bool:
    """Whether any distribution in that folder names the group; a tenth of the time that reading the metadata takes."""
    with suppress(OSError), os.scandir(path or ".") as entries:
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")):
                with suppress(OSError), open(f"{entry.path}/entry_points.txt", "rb") as file:
                    if GROUP.encode() in file.read():
                        return True
    return False


def _entry(point: EntryPoint) -> Entry:
    name = _distribution(point)
    if not ID.fullmatch(point.name):
        return Entry("unnamed", "third-party", "", brought_by=name, problem="The name of its entry point is no id.")
    folder = _folder(point.value)
    if not folder:
        problem = "Its entry point names no installed package."
        return Entry(point.name, "third-party", "", brought_by=name, problem=problem)
    return at(folder, "third-party", point.name, point.value, name)


def _distribution(point: EntryPoint) -> str:
    """The distribution's name where it is a plain one; metadata is text from outside."""
    name: object = point.dist.name if point.dist is not None else None  # None too where the metadata is broken
    return name if isinstance(name, str) and _DISTRIBUTION.fullmatch(name) else "unknown"


def _folder(module: str) -> str:
    """Where a package lies. Only its topmost package is looked up, because finding a part imports what is above."""
    if not _MODULE.fullmatch(module):
        return ""
    top, *parts = module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return ""
    places = (spec.submodule_search_locations or []) if spec is not None else []
    return next((path for path in (os.path.join(place, *parts) for place in places) if os.path.isdir(path)), "")
