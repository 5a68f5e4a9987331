"""Reads manifest.toml: a closed table of fields, each with its own check; the first fault is told by name.

By hand, because this runs in every refresh and costs a fraction of importing a validation library.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from oo_agents.kit.units import UNITS, fit
from oo_data.contracts.agent import AgentManifest, InferredParam
from oo_data.errors import DataDamagedError

SCHEDULES = ("refresh", "hourly", "daily")
MAX_TTL_HOURS = 168
ID = re.compile(r"(?=.{1,40}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){2}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FEATURE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_CONSENT = re.compile(r"[a-z]+\.[a-z0-9][a-z0-9.-]*")
_EVENT = re.compile(r"([A-Z][a-z]+)+")


class _FaultError(Exception):
    """A field and what it should be; of the file's own words it repeats plain names only."""


@lru_cache(maxsize=64)
def parse(agent_id: str, raw: bytes) -> AgentManifest:
    """The checked manifest of `agent_id`. Raises `DataDamagedError` naming the agent and the field."""
    try:
        data = tomllib.loads(raw.decode())
    except (ValueError, RecursionError):
        raise broken(agent_id, "it is not TOML") from None
    try:
        return _manifest(agent_id, data)
    except _FaultError as fault:
        raise broken(agent_id, str(fault)) from None


def broken(agent_id: str, fault: str) -> DataDamagedError:
    """The one error for a manifest that cannot be used."""
    return DataDamagedError(f"The manifest of the agent {agent_id} is broken: {fault}.", "Correct its manifest.toml.")


def _manifest(agent_id: str, data: dict[str, Any]) -> AgentManifest:
    manifest = AgentManifest(**_fields(data, _MANIFEST, ""))
    if manifest.id != agent_id:
        raise _FaultError("id must be its folder's name in kebab-case")
    if f"agent.{agent_id}" not in manifest.consents:
        raise _FaultError("consents must hold agent.<id>")
    return manifest


def _param(index: int, data: object) -> InferredParam:
    where = f"params[{index}]"
    if not isinstance(data, dict):
        raise _FaultError(f"{where} must be a table")
    fields = _fields(data, _PARAM, f"{where}.")
    default = fields["default"]
    fields["default"] = fit(fields["unit"], tuple(default) if isinstance(default, list) else default)
    if fields["default"] is None:
        raise _FaultError(f"{where}.default must fit its unit")
    return InferredParam(**fields)


def _fields(data: dict[str, Any], table: dict[str, Callable[[str, Any], Any]], prefix: str) -> dict[str, Any]:
    """Exactly the fields of the table, each checked."""
    for key in data:
        if key not in table:
            raise _FaultError(f"unknown key {prefix}{key if _NAME.fullmatch(key) else '(not a name)'}")
    for key in table:
        if key not in data:
            raise _FaultError(f"{prefix}{key} is missing")
    return {key: check(f"{prefix}{key}", data[key]) for key, check in table.items()}


def _text(pattern: re.Pattern[str], what: str) -> Callable[[str, object], str]:
    def check(field: str, value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _FaultError(f"{field} must be {what}")
        return value

    return check


def _choice(choices: Collection[str]) -> Callable[[str, object], str]:
    def check(field: str, value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise _FaultError(f"{field} must be one of {', '.join(choices)}")
        return value

    return check


def _number(kind: type[int] | type[float], low: int | float, high: int) -> Callable[[str, object], float]:
    def check(field: str, value: object) -> float:
        allowed = int if kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
            raise _FaultError(f"{field} must be {kind.__name__} from {low} to {high}")
        return kind(value)

    return check


def _each(check_item: Callable[[str, object], str], least: int) -> Callable[[str, object], tuple[str, ...]]:
    def check(field: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise _FaultError(f"{field} must be a list of at least {least}")
        items = tuple(check_item(f"{field}[{index}]", item) for index, item in enumerate(value))
        if len(set(items)) != len(items):
            raise _FaultError(f"{field} must not repeat itself")
        return items

    return check


def _params(field: str, value: object) -> tuple[InferredParam, ...]:
    if not isinstance(value, list):
        raise _FaultError(f"{field} must be a list of tables")
    params = tuple(_param(index, item) for index, item in enumerate(value))
    if len({param.name for param in params}) != len(params):
        raise _FaultError(f"{field} must not repeat a name")
    return params


def _any(field: str, value: object) -> object:
    return value


_MANIFEST: dict[str, Callable[[str, Any], Any]] = {
    "id": _text(ID, "in kebab-case"),
    "version": _text(_VERSION, "x.y.z"),
    "title": _text(re.compile(r"[A-Za-z][A-Za-z ,'-]{0,58}[A-Za-z]"), "2 to 60 plain letters"),
    "features": _each(_text(_FEATURE, "a feature's key"), 1),
    "consents": _each(_text(_CONSENT, "a consent's key"), 1),
    "ttl_hours": _number(float, 0.25, MAX_TTL_HOURS),
    "schedule": _choice(SCHEDULES),
    "invalidated_by": _each(_text(_EVENT, "an event's name"), 0),
    "params": _params,
}
_PARAM: dict[str, Callable[[str, Any], Any]] = {
    "name": _text(_NAME, "in snake_case"),
    "default": _any,
    "min_history": _number(int, 0, 10_000),
    "unit": _choice(UNITS),
}
