"""What oO promises to others, written from the contracts: JSON Schema of all, Protocol Buffers of the events."""

from __future__ import annotations

import json
import pkgutil
import textwrap
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from oo_data import contracts
from oo_data.contracts import wire
from oo_data.contracts.event import EVENTS, Envelope
from oo_data.text import Untrusted

Schema = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "docs/schemas"
CONTRACTS, PROTO = "contracts.schema.json", "oo/events/v1/events.proto"
_SIMPLE: dict[Any, str] = {
    str: "string", Untrusted: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null",
}  # fmt: skip


def shapes() -> dict[str, Any]:
    """Every contract by name."""
    known: dict[str, Any] = {}
    for found in pkgutil.iter_modules(contracts.__path__):
        room = import_module(f"{contracts.__name__}.{found.name}")
        own = {name: kind for name, kind in vars(room).items() if getattr(kind, "__module__", "") == room.__name__}
        own = {name: kind for name, kind in own.items() if hasattr(kind, "_fields")}
        if known.keys() & own.keys():
            raise ValueError(f"two contracts of one name: {sorted(known.keys() & own.keys())}")
        known |= own
    return known


def schema() -> Schema:
    """One JSON Schema (2020-12) with a definition for each contract, and one for whatever can happen."""
    defs: Schema = {name: _contract(kind) for name, kind in sorted(shapes().items())}
    defs["Event"] = {
        "description": "Everything that can happen: a closed union.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in EVENTS],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Contracts of oO", "$defs": defs}


def _contract(kind: Any) -> Schema:
    hints = get_type_hints(kind)
    return {
        "description": " ".join(kind.__doc__.split()),
        "type": "object",
        "properties": {name: _of(hint) for name, hint in hints.items()},
        "required": [name for name in hints if name not in kind._field_defaults],
    }


def _of(hint: Any) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"anyOf": [_of(each) for each in args]}
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is tuple and args[-1] is Ellipsis:
        return {"type": "array", "items": _of(args[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_of(each) for each in args], "minItems": len(args), "items": False}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _of(args[1])}
    if hint is Any:
        return {}
    return {"type": _SIMPLE[hint]} if hint in _SIMPLE else {"$ref": f"#/$defs/{hint.__name__}"}


def proto() -> str:
    """The events as a .proto file."""
    if EVENTS.keys() - wire.MESSAGES.keys():
        raise ValueError("an event has no number; give it the next one in contracts/wire.py")
    head = [f"  {kind} {name} = {number};" for number, (name, kind) in enumerate(wire.HEADER.items(), 1)]
    cases = [f"    {name} {wire.snake(name)} = {wire.number_of(name)};" for name in EVENTS]
    gone = [number for name, (number, _) in wire.MESSAGES.items() if name not in EVENTS]
    told = [
        "// Everything that happens in a home of oO: references and numbers, never text from outside.",
        "// Generated from data/oo_data/contracts; to write it anew: make docs.",
        'syntax = "proto3";', "", f"package {wire.PACKAGE};", "",
        *_about(Envelope),
        "message Envelope {",
        *([f"  reserved {', '.join(map(str, gone))};"] if gone else []),
        *head, "  oneof event {", *cases, "  }", "}",
    ]  # fmt: skip
    return "\n".join([*told, *(line for kind in EVENTS.values() for line in _message(kind)), ""])


def _message(kind: Any) -> list[str]:
    listed = wire.MESSAGES[kind.__name__][1]
    fields = wire.fields_of(kind)
    if {name for _, name, _ in fields} != set(kind._fields):
        raise ValueError(f"a field of {kind.__name__} has no number; put it last in contracts/wire.py")
    gone = [(number, name[1:]) for number, name in enumerate(listed, 1) if name.startswith(wire.GONE)]
    reserved = [f"  reserved {number};\n  reserved {json.dumps(name)};" for number, name in gone]
    lines = [f"  {type_} {name} = {number};" for number, name, type_ in fields]
    return ["", *_about(kind), f"message {kind.__name__} {{", *reserved, *lines, "}"]


def _about(kind: Any) -> list[str]:
    return [f"// {line}" for line in textwrap.wrap(" ".join(kind.__doc__.split()), 115)]


def write(folder: Path = FOLDER) -> None:
    """Write both files below a folder."""
    (folder / PROTO).parent.mkdir(parents=True, exist_ok=True)
    (folder / PROTO).write_text(proto())
    (folder / CONTRACTS).write_text(json.dumps(schema(), indent=2) + "\n")
