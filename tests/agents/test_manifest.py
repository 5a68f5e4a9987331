"""The manifest's validator: what it takes, what it refuses, and that nothing else ever comes out of it."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents import registry
from oo_agents.kit.units import UNITS, fit
from oo_agents.manifest import OPTIONAL, declared, parse, schema
from oo_data.contracts.agent import AgentManifest, InferredParam
from oo_data.errors import DataDamagedError
from tests.conftest import ROOT

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


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(PARAM)), inner, max_size=4),
    max_leaves=8,
)


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


def test_contexts() -> None:
    """An agent may ask for contexts of the person's, in any alphabet; without the field it runs in all."""
    assert declared("some-agent", toml(SOUND)).contexts == ()
    assert declared("some-agent", toml({**SOUND, "contexts": ["Büro", "дом"]})).contexts == ("Büro", "дом")
    for wrong in ("work", [""], ["a" * 41], ["a\n"], ["a", "a"]):
        with pytest.raises(DataDamagedError, match="contexts"):
            parse("some-agent", toml({**SOUND, "contexts": wrong}))


def test_the_published_schema_is_the_parsers() -> None:
    """docs/manifest.schema.json is what the parser's table says; to write it anew: make docs."""
    assert json.loads((ROOT / "docs/manifest.schema.json").read_text()) == schema()


def fits(schema: dict[str, Any], value: object) -> bool:
    """A validator for as much of JSON Schema as the published one uses."""
    kinds: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
    if "type" in schema and (not isinstance(value, kinds[schema["type"]]) or isinstance(value, bool)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(re.search(schema.get("pattern", ""), value)) and (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 99)
        )
    if isinstance(value, list):
        unique = not schema.get("uniqueItems") or all(value.count(item) == 1 for item in value)
        sized = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 99)
        return unique and sized and all(fits(schema.get("items", {}), item) for item in value)
    if isinstance(value, dict):
        known = schema["properties"]
        ties = [t["then"] for t in schema.get("allOf", ()) if value.get("unit") == _unit(t)]
        return (
            set(schema["required"]) <= value.keys() <= known.keys()
            and all(fits(known[key], item) for key, item in value.items())
            and all(fits(tie["properties"]["default"], value["default"]) for tie in ties)
        )
    return not isinstance(value, int | float) or (schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _unit(tie: dict[str, Any]) -> object:
    return tie["if"]["properties"]["unit"]["const"]


@pytest.mark.parametrize("agent_id", registry.names())
def test_the_schema_takes_our_manifests(agent_id: str) -> None:
    """An editor that follows the schema finds no fault with what ships."""
    folder = ROOT / "agents/oo_agents" / registry.snake(agent_id)
    assert fits(schema(), tomllib.loads((folder / "manifest.toml").read_text()))


@given(st.sampled_from([*SOUND, *OPTIONAL, "more"]), st.data())
def test_the_schema_and_the_parser_agree(field: str, data: st.DataObject) -> None:
    """What the schema refuses the parser refuses; what the schema takes fails the parser by the two ids alone."""
    value = data.draw(VALUES)
    raw = {**SOUND, field: value}
    try:
        parse("some-agent", toml(raw))
        taken = True
    except DataDamagedError as error:
        taken = "folder's name" in error.message or "agent.<id>" in error.message
    assert taken == fits(schema(), raw)


@pytest.mark.parametrize("unit", UNITS)
@given(value=st.integers(-5, 40) | st.floats(-2, 50) | st.text(max_size=70) | st.lists(st.integers(-1, 25), max_size=4))
def test_a_default_fits_its_unit_in_the_schema_too(unit: str, value: object) -> None:
    """The ties between unit and default say what `fit` does."""
    tie = next(tie for tie in schema()["properties"]["params"]["items"]["allOf"] if _unit(tie) == unit)
    given_value = tuple(value) if isinstance(value, list) else value
    assert fits(tie["then"]["properties"]["default"], value) == (fit(unit, given_value) is not None)


@pytest.mark.parametrize("raw", [b"id = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"a = " + b"9" * 5000])
def test_not_toml(raw: bytes) -> None:
    """What the parser cannot read is our error too: broken text, bytes, deep nesting, endless numbers."""
    with pytest.raises(DataDamagedError, match="it is not TOML"):
        parse("some-agent", raw)


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
