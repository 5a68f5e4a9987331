"""The manifest's validator: what it takes, what it refuses, and that nothing else ever comes out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents.manifest import parse
from oo_data.contracts.agent import AgentManifest, InferredParam
from oo_data.errors import DataDamagedError

PARAM = {"name": "pace", "default": 1, "min_history": 3, "unit": "per day"}
SOUND: dict[str, Any] = {
    "id": "some-agent",
    "version": "1.2.3",
    "title": "Some agent",
    "features": ["done.per_day"],
    "consents": ["agent.some-agent"],
    "ttl_hours": 6,
    "schedule": "hourly",
    "invalidated_by": ["SourceRefreshed"],
    "params": [PARAM],
}


def toml(data: dict[str, Any]) -> bytes:
    """The data as TOML; JSON's values are TOML's, but for tables."""

    def value(item: object) -> str:
        if isinstance(item, dict):
            return "{" + ", ".join(f"{json.dumps(key)} = {value(each)}" for key, each in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ", ".join(map(value, item)) + "]"
        if isinstance(item, float):
            return repr(item)
        return json.dumps(item).replace("\x7f", "\\u007f")

    return "\n".join(f"{json.dumps(key)} = {value(item)}" for key, item in data.items()).encode()


def test_sound() -> None:
    """A sound manifest becomes the contract's dataclass, numbers in the type of their unit."""
    assert parse("some-agent", toml(SOUND)) == AgentManifest(
        id="some-agent",
        version="1.2.3",
        title="Some agent",
        features=("done.per_day",),
        consents=("agent.some-agent",),
        ttl_hours=6.0,
        schedule="hourly",
        invalidated_by=("SourceRefreshed",),
        params=(InferredParam("pace", 1.0, 3, "per day"),),
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("id", "other-agent", "id must be its folder's name"),
        ("id", "Some_Agent", "id must be in kebab-case"),
        ("version", "1.2", "version must be x.y.z"),
        ("version", "1.2.03", "version must be x.y.z"),
        ("title", "\x1b[31mred", "title must be"),
        ("features", [], "features must be a list of at least 1"),
        ("features", ["done.per_day", "done.per_day"], "features must not repeat"),
        ("features", ["done.per_day", 3], "features[1] must be"),
        ("consents", ["source.todoist"], "consents must hold agent.<id>"),
        ("ttl_hours", 0, "ttl_hours must be float from 0.25 to 168"),
        ("ttl_hours", 1000, "ttl_hours must be"),
        ("ttl_hours", True, "ttl_hours must be"),
        ("schedule", "weekly", "schedule must be one of refresh, hourly, daily"),
        ("schedule", ["daily"], "schedule must be one of"),
        ("invalidated_by", ["source refreshed"], "invalidated_by[0] must be"),
        ("params", {}, "params must be a list of tables"),
        ("params", [1], "params[0] must be a table"),
        ("params", [PARAM, PARAM], "params must not repeat a name"),
        ("params", [{**PARAM, "default": -1}], "params[0].default must fit its unit"),
        ("params", [{**PARAM, "default": True}], "params[0].default must fit its unit"),
        ("params", [{**PARAM, "unit": "parsec"}], "params[0].unit must be one of"),
        ("params", [{**PARAM, "min_history": 0.5}], "params[0].min_history must be int"),
        ("params", [{**PARAM, "more": 1}], "unknown key params[0].more"),
        ("params", [{"name": "pace"}], "params[0].default is missing"),
        ("more", 1, "unknown key more"),
        ("\x1b[31m", 1, "unknown key (not a name)"),
    ],
)
def test_refused(field: str, value: object, told: str) -> None:
    """Each fault is told with the agent and the field, never with the file's own words."""
    with pytest.raises(DataDamagedError) as raised:
        parse("some-agent", toml({**SOUND, field: value}))
    assert f"The manifest of the agent some-agent is broken: {told}" in raised.value.message
    assert raised.value.message.isprintable()
    assert raised.value.hint


@pytest.mark.parametrize("field", SOUND)
def test_missing(field: str) -> None:
    """Every field is required."""
    with pytest.raises(DataDamagedError, match=f"{field} is missing"):
        parse("some-agent", toml({key: value for key, value in SOUND.items() if key != field}))


@pytest.mark.parametrize("raw", [b"id = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"a = " + b"9" * 5000])
def test_not_toml(raw: bytes) -> None:
    """What the parser cannot read is our error too: broken text, bytes, deep nesting, endless numbers."""
    with pytest.raises(DataDamagedError, match="it is not TOML"):
        parse("some-agent", raw)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(PARAM)), inner, max_size=4),
    max_leaves=8,
)


def outcome(raw: bytes) -> AgentManifest | DataDamagedError:
    """The manifest, or the one error it may raise."""
    try:
        return parse("some-agent", raw)
    except DataDamagedError as error:
        return error


def is_fair(result: AgentManifest | DataDamagedError) -> bool:
    """Whether this is a manifest within its bounds, or an error that can be shown."""
    if isinstance(result, DataDamagedError):
        return "some-agent" in result.message and result.message.isprintable()
    return result.id == "some-agent" and 0 < result.ttl_hours <= 168 and "agent.some-agent" in result.consents


@given(st.sampled_from([*SOUND, "more"]), VALUES)
def test_any_value(field: str, value: object) -> None:
    """Whatever stands in a field, the manifest is sound or the error is ours."""
    assert is_fair(outcome(toml({**SOUND, field: value})))


@given(st.sampled_from(sorted(PARAM)), VALUES)
def test_any_param(field: str, value: object) -> None:
    """The same for each field of a parameter."""
    assert is_fair(outcome(toml({**SOUND, "params": [{**PARAM, field: value}]})))


@given(st.data())
def test_any_damage(data: st.DataObject) -> None:
    """Bytes lost, doubled or changed anywhere lead to a sound manifest or to our error."""
    raw = toml(SOUND)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    assert is_fair(outcome(raw[:start] + data.draw(st.binary(max_size=8)) + raw[end:]))
