"""What inference makes of a life, beside what is true of it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from oo_agents import registry
from oo_agents.kit.inference import Inferred, run_inference
from oo_data.contracts.agent import UserHistory
from tests.lives.life import Life

AGENTS = ("time-of-day", "momentum", "overdue-task", "recent-patterns")


class Found(NamedTuple):
    """A life and every parameter inferred from it, by name."""

    life: Life
    params: dict[str, Inferred]

    def number(self, name: str) -> float:
        """A parameter that is a number."""
        value = self.params[name].value
        assert isinstance(value, int | float)
        return float(value)

    def learned(self, name: str) -> bool:
        """Whether it was inferred and is no default."""
        return self.params[name].source == "inferred"


@lru_cache(maxsize=512)
def found(life: Life) -> Found:
    """Every agent's inference over the life's whole history."""
    return Found(life, inferred(life.history()))


def inferred(history: UserHistory) -> dict[str, Inferred]:
    """Every parameter of the agents, by name."""
    results = (run_inference(registry.manifest(each), registry.load(each), history) for each in AGENTS)
    return {param.name: param for params in results for param in params}


def hours_apart(one: float, other: float) -> float:
    """The distance on the clock's circle."""
    return min((one - other) % 24, (other - one) % 24)


def quiet_overlap(found: Found) -> float | None:
    """The Jaccard index of the quiet hours; None where the life has less than four of them."""
    truth = found.life.quiet
    if truth is None or len(truth) < 4:
        return None
    start, end = round(found.number("quiet_start")), round(found.number("quiet_end"))
    held = {(start + offset) % 24 for offset in range((end - start) % 24)}
    return len(held & truth) / len(held | truth)
