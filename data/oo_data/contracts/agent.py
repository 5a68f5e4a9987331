"""What an agent declares, receives and returns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from oo_data.contracts.feature import TaskCompletion, Value

ParamValue = float | int | str | tuple[int, ...] | tuple[str, ...]


class InferredParam(NamedTuple):
    """A preference an agent works out. Below `min_history` feedback events `default` stands."""

    name: str
    default: ParamValue
    min_history: int
    unit: str


class AgentManifest(NamedTuple):
    """What an agent needs and promises; the content of its manifest.toml, checked."""

    id: str
    version: str
    title: str
    features: tuple[str, ...]
    consents: tuple[str, ...]
    ttl_hours: float
    schedule: str
    invalidated_by: tuple[str, ...]
    params: tuple[InferredParam, ...]


class AgentContext(NamedTuple):
    """All that an agent may see: the features its manifest names, its parameters, the time. `tz` is an IANA name."""

    now_ms: int
    tz: str
    features: Mapping[str, Value]
    params: Mapping[str, ParamValue]


class Snippet(NamedTuple):
    """One short true sentence from an agent, with what it rests on.

    `weight` in 0..1 says how much it should count now; `refs` are the tasks it speaks of; `expires_at` is UTC ms.
    """

    agent_id: str
    version: str
    text: str
    refs: tuple[str, ...]
    weight: float
    expires_at: int


class Reacted(NamedTuple):
    """One reaction in a person's history: what was said to which kind of tip, and when (UTC ms)."""

    at: int
    reaction: str
    subject: str


class UserHistory(NamedTuple):
    """What inference works from. Both lists are oldest first; `tz` is an IANA name.

    `areas` are areas of life by task reference, for an agent whose manifest names `done.by_area`.
    """

    now_ms: int
    tz: str
    events: tuple[Reacted, ...]
    completions: tuple[TaskCompletion, ...]
    areas: Mapping[str, str] = MappingProxyType({})
