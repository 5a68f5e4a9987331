"""One run of one agent by hand, on what is known locally."""

from __future__ import annotations

from typing import Any

from oo_cli.engine.when import local
from oo_cli.house import House
from oo_cli.usecases import areas, think
from oo_cli.usecases.agents import find
from oo_cli.usecases.agents_run import LIMIT_S, Outcome, perform
from oo_cli.usecases.refresh import HISTORY_MS
from oo_data.contracts.agent import ParamValue
from oo_data.errors import ConsentMissingError
from oo_data.store import profile, records


def run(house: House, agent_id: str, limit_s: float = LIMIT_S) -> dict[str, Any]:
    """Run one agent now on what is known locally, and keep what came of it; nothing leaves the machine.

    Raises `ConsentMissingError` for one that is off, `BadUsageError` where there is none.
    """
    entry = find(house, agent_id)
    granted = profile.granted(house.store.conn) if house.exists else frozenset[str]()
    if f"agent.{entry.id}" not in granted:
        raise ConsentMissingError("This agent is off.", f"Switch it on: oo agents enable {entry.id}")
    now = house.clock.now_ms()
    conn = house.store.conn
    done = records.completions(conn, now - HISTORY_MS)
    tasks = records.tasks(conn)
    placed = areas.assign(house, {}, tasks, done, now, 0).areas
    features = think.derive(house, tasks, done, now, placed)
    inputs = think.Inputs(house, features, done, now, placed)
    manifest = entry.manifest
    obstacle = think.why_not(house, entry, inputs, granted)
    if obstacle or manifest is None:
        return {"id": entry.id, "ran": False, "why": obstacle}
    thoughts = think.Thoughts()
    outcome = perform(entry, manifest, inputs.ask(manifest), limit_s)
    thoughts.add(manifest, outcome)
    house.sealer  # noqa: B018 - opened before the write lock is taken
    with house.store.write():
        if granted - profile.granted(conn):  # withdrawn meanwhile: what was erased must not come back
            return {"id": entry.id, "ran": False, "why": "consent missing"}
        think.record(house, thoughts, sorted(profile.sources(conn)), now)
    house.bus.deliver()
    return {"id": entry.id, "ran": True, "version": manifest.version, **_told(house, outcome)}


def run_lines(told: dict[str, Any]) -> list[str]:
    """How a run went, for reading."""
    if not told["ran"]:
        return [f"{told['id']} did not run: {told['why'].rstrip('.')}."]
    lines = [f"{told['id']} {told['version']}, {told['millis']} ms"]
    if told["error"]:
        lines.append(f"Failed: {told['error']}. Every parameter without a value is at its cold start.")
    if told["snippet"]:
        snippet = told["snippet"]
        lines.append(f"Says: {snippet['text']} (weight {snippet['weight']:g}, until {snippet['until']})")
    elif not told["error"]:
        lines.append("Says nothing: nothing is worth saying now.")
    for param in told["params"]:
        evidence = f" from {param['evidence']}" if param["source"] == "inferred" else ""
        lines.append(f"  {param['name']:<30} {_shown(param['value']):<16} {param['source']}{evidence}")
    return lines


def _shown(value: ParamValue) -> str:
    """A value in as many figures as it is good for."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _told(house: House, outcome: Outcome) -> dict[str, Any]:
    answer, said = outcome.answer, outcome.answer.snippet
    return {
        "millis": outcome.millis,
        "error": answer.error or None,
        "snippet": said
        and {
            "text": said.text,
            "weight": said.weight,
            "refs": list(said.refs),
            "until": f"{local(said.expires_at, house.zone):%a %H:%M}",
        },
        "params": [
            {
                "name": found.name,
                "value": list(found.value) if isinstance(found.value, tuple) else found.value,
                "source": found.source,
                "evidence": found.evidence,
                "error": found.error or None,
            }
            for found in answer.inferred
        ],
    }
