"""What one step of a refresh took: ids, fixed words and numbers, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Step = Literal[
    "refresh", "outbox", "pull", "source", "areas", "features", "agents", "agent", "learn", "shelf", "policy", "words",
    "model", "write",
]  # fmt: skip
OK = "ok"


class Span(NamedTuple):
    """One step. `parent` is the place of the step around it among all spans of the refresh, -1 for the outermost.

    `begin_ns` and `end_ns` are UTC nanoseconds. `id` says which source, agent, policy or alias it is about, `version`
    which one of its versions; `outcome` is `OK` or a fixed word for what went wrong.
    """

    step: Step
    parent: int
    begin_ns: int
    end_ns: int
    id: str
    version: str
    outcome: str
    numbers: Mapping[str, int]
