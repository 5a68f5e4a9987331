"""Reads manifest.toml: a closed table of fields, each with its own check; the first fault is told by name.

By hand, because this runs in every refresh and costs a fraction of importing a validation library.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any, NamedTuple

from oo_agents.kit.fields import Anything, Choice, Each, FaultError, Field, Number, Schema, Text, check_table
from oo_agents.kit.fields import table_schema as _table_schema
from oo_agents.kit.schedule import SCHEDULES
from oo_agents.kit.units import MAX_ITEMS, UNITS, fit
from oo_data.contracts.agent import AgentManifest, InferredParam
from oo_data.errors import DataDamagedError

MAX_TTL_HOURS = 168
ID = re.compile(r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
OPTIONAL = ("contexts",)


class Declared(NamedTuple):
    """A manifest, and what of it concerns its host alone: the person's contexts it runs in (none: any)."""

    manifest: AgentManifest
    contexts: tuple[str, ...]


def parse(agent_id: str, raw: bytes) -> AgentManifest:
    """The checked manifest of `agent_id`. Raises `DataDamagedError` naming the agent and the field."""
    return declared(agent_id, raw).manifest


@lru_cache(maxsize=64)
def declared(agent_id: str, raw: bytes) -> Declared:
    """All that a manifest declares. Raises `DataDamagedError` naming the agent and the field."""
    try:
        data = tomllib.loads(raw.decode())
    except (ValueError, RecursionError):
        raise broken(agent_id, "it is not TOML") from None
    try:
        return _declared(agent_id, data)
    except FaultError as fault:
        raise broken(agent_id, str(fault)) from None


def broken(agent_id: str, fault: str) -> DataDamagedError:
    """The one error for a manifest that cannot be used."""
    return DataDamagedError(f"The manifest of the agent {agent_id} is broken: {fault}.", "Correct its manifest.toml.")


def schema() -> Schema:
    """The JSON Schema of manifest.toml, for editors; docs/manifest.schema.json is this."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "manifest.toml of an agent of oO",
        **_table_schema(_MANIFEST, OPTIONAL),
    }


def _declared(agent_id: str, data: dict[str, Any]) -> Declared:
    fields = check_table(data, _MANIFEST, optional=OPTIONAL)
    contexts = fields.pop("contexts", ())
    manifest = AgentManifest(**fields)
    if manifest.id != agent_id:
        raise FaultError("id must be its folder's name in kebab-case")
    if f"agent.{agent_id}" not in manifest.consents:
        raise FaultError("consents must hold agent.<id>")
    return Declared(manifest, contexts)


class _Params(NamedTuple):
    """The list of inferred parameters."""

    def check(self, where: str, value: object) -> tuple[InferredParam, ...]:
        """Each parameter with a default that fits its unit, no name twice."""
        if not isinstance(value, list):
            raise FaultError(f"{where} must be a list of tables")
        params = tuple(_param(f"{where}[{index}]", item) for index, item in enumerate(value))
        if len({param.name for param in params}) != len(params):
            raise FaultError(f"{where} must not repeat a name")
        return params

    def schema(self) -> Schema:
        """An array of tables whose default keeps to the unit."""
        ties = [
            {
                "if": {"properties": {"unit": {"const": unit}}},
                "then": {"properties": {"default": _unit_schema(*bounds)}},
            }
            for unit, bounds in UNITS.items()
        ]
        return {"type": "array", "items": {**_table_schema(_PARAM), "allOf": ties}}


def _param(where: str, data: object) -> InferredParam:
    if not isinstance(data, dict):
        raise FaultError(f"{where} must be a table")
    fields = check_table(data, _PARAM, f"{where}.")
    default = fields["default"]
    fields["default"] = fit(fields["unit"], tuple(default) if isinstance(default, list) else default)
    if fields["default"] is None:
        raise FaultError(f"{where}.default must fit its unit")
    return InferredParam(**fields)


def _unit_schema(kind: type, many: bool, least: float, most: float) -> Schema:
    if kind is str:
        one: Schema = {"type": "string", "minLength": least, "maxLength": most, "pattern": "^[ -~]*$"}
    else:
        one = {"type": "integer" if kind is int else "number", "minimum": least, "maximum": most}
    return {"type": "array", "items": one, "maxItems": MAX_ITEMS, "uniqueItems": True} if many else one


_MANIFEST: dict[str, Field] = {
    "id": Text(ID.pattern, "in kebab-case"),
    "version": Text(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}", "x.y.z"),
    "title": Text(r"[A-Za-z][A-Za-z ,'-]{0,58}[A-Za-z]", "2 to 60 plain letters"),
    "features": Each(Text(r"[a-z][a-z_]*(\.[a-z][a-z0-9_]*)+", "a feature's key"), 1),
    "consents": Each(Text(r"[a-z]+\.[a-z0-9][a-z0-9.-]*", "a consent's key"), 1),
    "ttl_hours": Number(float, 0.25, MAX_TTL_HOURS),
    "schedule": Choice(SCHEDULES),
    "invalidated_by": Each(Text(r"([A-Z][a-z]+)+", "an event's name"), 0),
    "contexts": Each(Text(r"[^\x00-\x1f\x7f]{1,40}", "1 to 40 characters"), 0),
    "params": _Params(),
}
_PARAM: dict[str, Field] = {
    "name": Text(r"[a-z][a-z0-9_]*", "in snake_case"),
    "default": Anything(),
    "min_history": Number(int, 0, 10_000),
    "unit": Choice(UNITS),
}
