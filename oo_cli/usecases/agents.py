"""The agents as the person sees them: the list, and switching one on and off."""

from __future__ import annotations

from typing import Any

from oo_agents import registry
from oo_agents.registry import Entry
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_data.errors import BadUsageError
from oo_data.store import profile, records


def own_folder(house: House) -> str:
    """Where the person's own agents lie."""
    return f"{house.paths.config}/agents"


def listing(house: House) -> list[dict[str, Any]]:
    """Each agent: where it comes from, whether it may run, and how its last run ended. No agent's code is imported."""
    granted = profile.granted(house.store.conn) if house.exists else frozenset[str]()
    runs = records.runs(house.store.conn) if house.exists else {}
    found = []
    for entry in registry.discover(own_folder(house)):
        run = runs.get(entry.id) if not entry.problem else None
        manifest = entry.manifest
        found.append(
            {
                "id": entry.id,
                "version": manifest.version if manifest else None,
                "title": manifest.title if manifest else None,
                "on": not entry.problem and f"agent.{entry.id}" in granted,
                "last_run": f"{local(run[1], house.zone):%a %H:%M} {run[2]}" if run else None,
                "ttl_hours": manifest.ttl_hours if manifest else None,
                "schedule": manifest.schedule if manifest else None,
                "origin": entry.origin,
                "distribution": entry.brought_by or None,
                "problem": entry.problem or None,
            }
        )
    return found


def line(agent: dict[str, Any]) -> str:
    """One agent of the listing in one line."""
    brought = f", third-party: {agent['distribution']}" if agent["distribution"] else ""
    origin = brought or (", yours" if agent["origin"] == "yours" else "")
    if agent["problem"]:
        return f"off {agent['id']:<16} {'broken':<18} {agent['problem']}{origin and f' ({origin[2:]})'}"
    return (
        f"{'on ' if agent['on'] else 'off'} {agent['id']:<16} {agent['last_run'] or 'not run yet':<18} "
        f"{agent['title']}{origin}"
    )


def enable(house: House, agent_id: str) -> None:
    """Let an agent run from the next refresh on. Raises `BadUsageError` where there is none, or it is broken."""
    from oo_cli.usecases import consent

    entry = find(house, agent_id)
    if entry.problem:
        raise BadUsageError(f"It cannot run. {entry.problem}", f"See: oo agents check {entry.id}")
    consent.grant(house, f"agent.{entry.id}")


def disable(house: House, agent_id: str) -> list[str]:
    """Stop an agent and erase what it made, also one that is broken or gone; what was erased, in words."""
    from oo_cli.usecases import consent

    return consent.revoke(house, f"agent.{agent_id}")


def find(house: House, agent_id: str) -> Entry:
    """One agent by its id. Raises `BadUsageError` where there is none."""
    for entry in registry.discover(own_folder(house)):
        if entry.id == agent_id:
            return entry
    raise BadUsageError("There is no agent of that name.", "See: oo agents")
