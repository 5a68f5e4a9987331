"""The agents as the person sees them."""

from __future__ import annotations

from typing import Any

from oo_agents import registry
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_data.store import profile, records


def listing(house: House) -> list[dict[str, Any]]:
    """Each agent: whether it may run, and how its last run ended."""
    granted = profile.granted(house.store.conn) if house.exists else frozenset()
    runs = records.runs(house.store.conn) if house.exists else {}
    found = []
    for manifest in registry.manifests():
        run = runs.get(manifest.id)
        found.append(
            {
                "id": manifest.id,
                "version": manifest.version,
                "title": manifest.title,
                "on": f"agent.{manifest.id}" in granted,
                "last_run": f"{local(run[1], house.zone):%a %H:%M} {run[2]}" if run else None,
                "ttl_hours": manifest.ttl_hours,
            }
        )
    return found
