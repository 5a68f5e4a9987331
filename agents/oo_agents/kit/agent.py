"""What an agent is, and what all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from oo_agents.kit.clock import UTC, end_of_day, find_zone
from oo_data.contracts.agent import AgentContext, AgentManifest, ParamValue, Snippet, UserHistory


class Agent(Protocol):
    """Something that may have one sentence to say, and works out its own parameters."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """One short true sentence, or None where nothing is worth saying."""
        ...

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """The parameters that the history tells of; a name left out keeps its cold-start default."""
        ...


class BaseAgent:
    """An agent that knows its manifest, so that what it says carries its id, version and time to live."""

    def __init__(self, manifest: AgentManifest) -> None:
        self.manifest = manifest

    def say(
        self,
        context: AgentContext,
        text: str,
        weight: float,
        refs: tuple[str, ...] = (),
        *,
        today: bool = False,
    ) -> Snippet:
        """A snippet that lasts the manifest's time to live; one about `today` ends with the local day."""
        expires_at = context.now_ms + round(self.manifest.ttl_hours * 3_600_000)
        if today:
            expires_at = min(expires_at, end_of_day(context.now_ms, find_zone(context.tz) or UTC))
        return Snippet(
            agent_id=self.manifest.id,
            version=self.manifest.version,
            text=text,
            refs=refs,
            weight=round(min(1.0, max(0.0, weight)), 3),
            expires_at=expires_at,
        )
