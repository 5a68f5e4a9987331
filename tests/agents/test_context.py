"""Least privilege: an agent is handed what its manifest names, and not one thing more."""

from __future__ import annotations

from typing import Any

import pytest

from oo_agents import registry
from oo_agents.kit.context import FEATURES, context_for, obstacle
from oo_agents.kit.values import number, refs, row, table
from oo_data.contracts.agent import ParamValue
from oo_data.contracts.feature import Value
from tests.agents.people import BERLIN, NOW

EVERYTHING: dict[str, Value] = dict.fromkeys(FEATURES, 1.0)


@pytest.mark.parametrize("agent_id", registry.names())
def test_exactly_what_is_named(agent_id: str) -> None:
    """Of all features and params in the house, an agent sees those of its manifest."""
    manifest = registry.manifest(agent_id)
    params = {param.name: param.default for each in registry.manifests() for param in each.params}
    context = context_for(manifest, {**EVERYTHING, "task.title": "secret"}, params, NOW, BERLIN)
    assert set(context.features) == set(manifest.features)
    assert set(context.params) == {param.name for param in manifest.params}
    assert (context.now_ms, context.tz) == (NOW, BERLIN)


def test_params() -> None:
    """A given value is passed on; a missing or unfit one becomes the cold-start default."""
    manifest = registry.manifest("time-of-day")
    given: dict[str, ParamValue] = {"preferred_hour": 14, "quiet_start": 99, "peak_hours": "nine"}
    params = context_for(manifest, {}, given, NOW, BERLIN).params
    assert params == {
        "preferred_hour": 14, "quiet_start": 22, "quiet_end": 7, "peak_hours": (9, 10, 11), "tz": "",
    }  # fmt: skip


def test_the_callers_mapping_is_not_shared() -> None:
    """What the caller adds later does not reach the agent."""
    features: dict[str, Value] = {"done.per_day": (1.0,)}
    context = context_for(registry.manifest("momentum"), features, {}, NOW, BERLIN)
    features["done.total"] = 2.0
    features["done.per_day"] = (9.0,)
    assert context.features == {"done.per_day": (1.0,)}


def test_read_only() -> None:
    """What one agent does to its view changes nothing for the next: it cannot do anything to it."""
    overdue = {"a": 1.0}
    features: dict[str, Value] = {"task.overdue_days": overdue}
    context = context_for(registry.manifest("overdue-task"), features, {}, NOW, BERLIN)
    mine: Any = context.features
    params: Any = context.params
    for changed in (mine, mine["task.overdue_days"], params):
        with pytest.raises(TypeError):
            changed["b"] = 2.0
    overdue["b"] = 2.0
    assert context.features["task.overdue_days"] == {"a": 1.0}


@pytest.mark.parametrize(
    ("wanted", "active", "reason"),
    [((), (), None), ((), ("w",), None), (("w", "h"), ("h",), None), (("w",), (), "another context")],
)
def test_context(wanted: tuple[str, ...], active: tuple[str, ...], reason: str | None) -> None:
    """An agent that asks for contexts runs in any one of them; one that asks for none runs always."""
    granted, known = {"agent.momentum"}, {"done.per_day"}
    assert obstacle(registry.manifest("momentum"), granted, known, wanted, active) == reason
    assert obstacle(registry.manifest("momentum"), (), known, wanted, active) == "consent missing"


@pytest.mark.parametrize(
    ("granted", "features", "reason"),
    [
        ({"agent.momentum"}, {"done.per_day"}, None),
        (set(), {"done.per_day"}, "consent missing"),
        ({"agent.focus-area"}, {"done.per_day"}, "consent missing"),
        ({"agent.momentum"}, {"done.total"}, "nothing known yet"),
        (set(), set(), "consent missing"),
    ],
)
def test_eligible(granted: set[str], features: set[str], reason: str | None) -> None:
    """An agent runs with all its consents and all its features, consent asked first."""
    manifest = registry.manifest("momentum")
    assert obstacle(manifest, granted, features) == reason


def test_values() -> None:
    """Values of the right shape are read as they are."""
    values = {"n": 2, "row": (1.0, 2.0), "table": {"a": 1.0}, "refs": ("a",)}
    assert (number(values, "n"), row(values, "row", 2), row(values, "row")) == (2, (1.0, 2.0), (1.0, 2.0))
    assert (table(values, "table"), refs(values, "refs")) == ({"a": 1.0}, ("a",))


def test_values_of_another_shape() -> None:
    """A feature of another shape is a fault that shows, never a wrong sentence."""
    for read in (number, row, table, refs):
        with pytest.raises(TypeError, match="key is not"):
            read({"key": "text"}, "key")
    with pytest.raises(TypeError, match="row of 7"):
        row({"key": (1.0,)}, "key", 7)
    with pytest.raises(TypeError):
        number({"key": True}, "key")
