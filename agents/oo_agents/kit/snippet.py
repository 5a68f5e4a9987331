"""What an agent says, as far as it can be said: one line, a weight, and no reference that it was not given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from oo_agents.kit.schedule import HOUR_MS
from oo_data.contracts.agent import AgentContext, AgentManifest, Snippet
from oo_data.text import show

MAX_TEXT = 90
MAX_REFS = 50
_LOOKED_AT = 4000  # of a text that is far too long


def checked(said: object, manifest: AgentManifest, context: AgentContext) -> Snippet | None:
    """The snippet in fit form, or None where there is nothing (more) to say. Raises `ValueError` for what is none.

    Its id and version are the manifest's, its text one safe line, its life at most the manifest's time to live.
    """
    if said is None:
        return None
    if not isinstance(said, Snippet):
        raise ValueError
    given: tuple[Any, ...] = said  # of any type, whatever the contract says
    _, _, text, refs, weight, expires_at = given
    if not isinstance(text, str) or not isinstance(refs, tuple):
        raise ValueError
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
        raise ValueError
    if isinstance(expires_at, bool) or not isinstance(expires_at, int):
        raise ValueError
    shown = show(text[:_LOOKED_AT], MAX_TEXT)
    if not shown or len(refs) > MAX_REFS or not refs_in(context).issuperset(refs):
        raise ValueError
    if expires_at <= context.now_ms:
        return None
    latest = context.now_ms + round(manifest.ttl_hours * HOUR_MS)
    return Snippet(
        agent_id=manifest.id,
        version=manifest.version,
        text=shown,
        refs=refs,
        weight=float(min(max(0.0, weight), 1.0)),
        expires_at=min(expires_at, latest),
    )


def refs_in(context: AgentContext) -> frozenset[str]:
    """Every reference that the agent was handed: the keys of its tables, the words of its parameters."""
    tables = (value for value in context.features.values() if isinstance(value, Mapping))
    rows = (value for value in context.params.values() if isinstance(value, tuple))
    return frozenset(key for table in tables for key in table) | {
        item for row in rows for item in row if isinstance(item, str)
    }
