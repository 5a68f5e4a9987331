"""The schemas are what the contracts say, and real values fit them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oo_data.contracts import wire
from oo_data.contracts.event import EVENTS
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Decision, Silence, Term
from tests.schemas import check, generate, release

jsonschema = pytest.importorskip("jsonschema", reason="the extra `test` brings jsonschema")


@pytest.mark.parametrize("path", [generate.CONTRACTS, generate.PROTO])
def test_the_schemas_are_current(path: str) -> None:
    """docs/schemas is what the contracts say; to write it anew: make docs."""
    made = generate.proto() if path == generate.PROTO else json.dumps(generate.schema(), indent=2) + "\n"
    assert (generate.FOLDER / path).read_text() == made


@pytest.mark.skipif(not check.BUF.exists(), reason="the extra `test` brings buf, where there is a wheel of it")
def test_buf_finds_nothing_to_say() -> None:
    """The .proto file keeps the rules of buf's standard set."""
    ran = check.buf("lint", str(generate.FOLDER))
    assert (ran.stdout, ran.returncode) == ("", 0)


def validator(name: str) -> Any:
    """What checks a value against one contract."""
    schema = generate.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def plain(value: Any) -> Any:
    """A contract as JSON has it."""
    return json.loads(json.dumps(value._asdict()))


TASK = TaskFeatures("r", "todotxt", None, "2026-12-01", 1, None, ("a",), None, False, 30, 3)
DECISION = Decision("d", 1, "ranker", "live", "", None, 0.5, {"r": {"due": (1.0, 0.5)}})


@pytest.mark.parametrize("value", [TASK, DECISION, Silence("quiet", None), *release.samples()])
def test_what_oo_makes_fits_its_schema(value: Any) -> None:
    """Values of nested, open-ended and optional fields are valid; a missing field or a foreign value is not."""
    valid = validator(type(value).__name__)
    good = plain(value)
    assert valid.is_valid(good)
    assert not valid.is_valid({key: inner for key, inner in good.items() if key != value._fields[0]})
    assert not valid.is_valid(good | {value._fields[0]: ["no such thing"]})


def test_every_contract_has_a_definition() -> None:
    """Nothing that crosses rooms is left out, and every event is one of the things that can happen."""
    defs = generate.schema()["$defs"]
    assert {Term.__name__, "Tip", "AgentManifest", "TaskSignal", "LlmRequest", "Pref", *EVENTS} <= defs.keys()
    assert [each["$ref"] for each in defs["Event"]["anyOf"]] == [f"#/$defs/{name}" for name in EVENTS]


def test_numbers_are_given_once() -> None:
    """No two events share a number, none takes one of the envelope's own, and every field has its place."""
    numbers = [number for number, _ in wire.MESSAGES.values()]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) > len(wire.HEADER)
    for kind in EVENTS.values():
        assert {name for _, name, _ in wire.fields_of(kind)} == set(kind._fields)


def test_a_field_added_to_an_event_is_empty_by_default() -> None:
    """Where an older event has no such field, Protocol Buffers read zero or nothing; so must the log."""
    defaults = [(kind.__name__, value) for kind in EVENTS.values() for value in kind._field_defaults.values()]
    assert [found for found in defaults if found[1] not in (0, "")] == []
