"""JSON by hand: contracts to JSON and to JSON Schema, and bodies from outside to contracts, strictly."""

from __future__ import annotations

import json
import re
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from oo_data.contracts.phone import Bounds, Pattern

T = TypeVar("T")
_SIMPLE: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


class MalformedError(ValueError):
    """A body is not what its contract says."""


def load(kind: type[T], body: bytes) -> T:
    """The contract that a body holds. Raises `MalformedError` for anything else, of whatever depth or encoding."""
    try:
        found = json.loads(body.decode(), object_pairs_hook=_once, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MalformedError from None
    if not isinstance(found, dict):
        raise MalformedError
    return _contract(kind, found)


def dump(contract: Any) -> bytes:
    """A contract as JSON."""
    return json.dumps(plain(contract), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def plain(value: Any) -> Any:
    """A contract as dictionaries and lists."""
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {key: plain(inner) for key, inner in value._asdict().items()}
        return [plain(inner) for inner in value]
    return value


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type; contracts are referred to by name."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found = schema(args[0])
        for rule in args[1:]:
            inner = found["anyOf"][0] if "anyOf" in found else found
            if isinstance(rule, Pattern):
                inner["pattern"] = rule.regex
            elif isinstance(rule, Bounds):
                inner |= {"minimum": rule.least, "maximum": rule.most}
        return found
    if origin in (Union, UnionType):
        return {"anyOf": [schema(arg) for arg in args]}
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": schema(args[0])}
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def component(kind: Any) -> dict[str, Any]:
    """The JSON Schema of one contract, closed to fields that it does not know."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {name: schema(hint) for name, hint in hints.items()},
        "required": [name for name in hints if name not in kind._field_defaults],
        "additionalProperties": False,
    }


def parts(kind: Any) -> list[Any]:
    """The contracts that a type is made of, itself included."""
    if hasattr(kind, "_fields"):
        inner = get_type_hints(kind, include_extras=True).values()
        return [kind, *(found for hint in inner for found in parts(hint))]
    return [found for arg in get_args(kind) if not isinstance(arg, (str, Pattern, Bounds)) for found in parts(arg)]


def _contract(kind: type[T], found: dict[str, Any]) -> T:
    hints = get_type_hints(kind, include_extras=True)
    if found.keys() - hints.keys() or any(name not in found for name in component(kind)["required"]):
        raise MalformedError
    if not all(fits(hints[name], value) for name, value in found.items()):
        raise MalformedError
    return kind(**found)


def fits(kind: Any, value: Any) -> bool:
    """Whether a value is what a type says, to the rules beside it."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return fits(args[0], value) and all(_obeys(rule, value) for rule in args[1:])
    if origin in (Union, UnionType):
        return any(fits(arg, value) for arg in args)
    if origin is Literal:
        return isinstance(value, str) and value in args
    if kind is int and isinstance(value, bool):
        return False
    return isinstance(value, kind)


def _obeys(rule: Pattern | Bounds, value: Any) -> bool:
    if value is None:
        return True
    if isinstance(rule, Pattern):
        return re.fullmatch(rule.regex.removeprefix("^").removesuffix("$"), value) is not None
    return rule.least <= cast("int", value) <= rule.most


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError
    return found


def _number(text: str) -> int | float:
    """A number; to JSON Schema 1.0 is an integer."""
    found = float(text)
    return int(found) if found.is_integer() else found


def _refuse(constant: str) -> NoReturn:
    raise MalformedError
