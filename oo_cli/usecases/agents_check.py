"""The quality ladder of one agent or of all, each examined in a process of its own."""

from __future__ import annotations

import json
import os
from typing import Any

from oo_agents import registry
from oo_agents.kit.ladder import LADDER, Rule, rung_of
from oo_agents.registry import Entry
from oo_cli.house import House
from oo_cli.usecases.agents import find, own_folder
from oo_cli.usecases.agents_run import in_child
from oo_data.text import show

LIMIT_S = 60.0


def check(house: House, name: str = "", limit_s: float = LIMIT_S) -> list[dict[str, Any]]:
    """How far each agent climbs; of one by its id or its folder's path, or of all that are here."""
    if os.sep in name or name in (".", ".."):
        entries: tuple[Entry, ...] = (registry.at(os.path.abspath(name)),)
    elif name:
        entries = (find(house, name),)
    else:
        entries = registry.discover(own_folder(house))
    return [_checked(entry, limit_s) for entry in entries]


def lines(checked: list[dict[str, Any]]) -> list[str]:
    """A line of ticks for each agent, and why it went no further."""
    found = []
    for each in checked:
        kept = {rule["name"] for rule in each["rules"] if not rule["why"]}
        rungs = "  ".join(
            f"{rung} {''.join('✓' if rule in kept else '·' for rule in rules)}" for rung, rules in LADDER.items()
        )
        found.append(f"{each['id']:<16} {each['rung']:<7} {rungs}")
        found += [f"  {rule['rung']}, {rule['name']}: {rule['why']}." for rule in each["rules"] if rule["why"]]
    return found


def _checked(entry: Entry, limit_s: float) -> dict[str, Any]:
    rules = _examined(entry, limit_s)
    return {
        "id": entry.id,
        "origin": entry.origin,
        "rung": rung_of(rules),
        "rules": [rule._asdict() for rule in rules],
    }


def _examined(entry: Entry, limit_s: float) -> list[Rule]:
    """The rules as the agent's own process tells them: known names, and a reason safe to show."""
    if entry.manifest is None:
        return [Rule("bronze", "manifest", entry.problem.rstrip("."))]
    try:
        told = [Rule(*map(str, rule)) for rule in json.loads(in_child(entry, {"task": "check"}, limit_s))["rules"]]
    except TimeoutError:
        return [Rule("bronze", "total", f"it takes longer than {limit_s:g} s")]
    except (ChildProcessError, ValueError, TypeError, KeyError):
        return [Rule("bronze", "total", "its process ended without an answer")]
    return [rule._replace(why=show(rule.why, 160)) for rule in told if rule.name in LADDER.get(rule.rung, {})]
