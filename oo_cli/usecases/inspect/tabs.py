"""All tabs, in the order of the screen."""

from __future__ import annotations

from collections.abc import Callable

from oo_cli.house import House
from oo_cli.usecases.inspect import agents, egress, events, health, policies, profile, tips
from oo_cli.usecases.inspect.sheet import Tab

NAMES = ("events", "agents", "profile", "tips", "policies", "egress", "health")


def tabs(custody_says: Callable[[House], str]) -> tuple[Tab, ...]:
    """Every tab; `custody_says` tells where the key of a home is kept."""
    return (events.TAB, agents.TAB, profile.TAB, tips.TAB, policies.TAB, egress.TAB, health.tab(custody_says))
