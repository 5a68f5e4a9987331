"""The fields of a manifest: each checks one value and says in JSON Schema what it takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

Schema = dict[str, Any]


class FaultError(Exception):
    """A field and what it should be; of the file's own words it repeats plain names only."""


class Field(Protocol):
    """One value of a manifest."""

    def check(self, where: str, value: object) -> Any:
        """The value in its own type. Raises `FaultError` naming the field."""
        ...

    def schema(self) -> Schema:
        """The same in JSON Schema (2020-12)."""
        ...


class Text(NamedTuple):
    """Text of one pattern, in the syntax that Python and ECMAScript share."""

    pattern: str
    what: str

    def check(self, where: str, value: object) -> str:
        """The text as it is."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise FaultError(f"{where} must be {self.what}")
        return value

    def schema(self) -> Schema:
        """A string with its pattern, anchored."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "description": self.what}


class Choice(NamedTuple):
    """One of a few words."""

    words: Collection[str]

    def check(self, where: str, value: object) -> str:
        """The word as it is."""
        if not isinstance(value, str) or value not in self.words:
            raise FaultError(f"{where} must be one of {', '.join(self.words)}")
        return value

    def schema(self) -> Schema:
        """The words."""
        return {"enum": list(self.words)}


class Number(NamedTuple):
    """A number within bounds; a whole one is taken where a fraction is meant, true and false never."""

    kind: type[int] | type[float]
    least: float
    most: float

    def check(self, where: str, value: object) -> float:
        """The number in its type."""
        allowed = int if self.kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed) or not self.least <= value <= self.most:
            raise FaultError(f"{where} must be {self.kind.__name__} from {self.least} to {self.most}")
        return self.kind(value)

    def schema(self) -> Schema:
        """The type and both bounds."""
        kind = "integer" if self.kind is int else "number"
        return {"type": kind, "minimum": self.least, "maximum": self.most}


class Each(NamedTuple):
    """A list of at least so many different items."""

    item: Text
    least: int

    def check(self, where: str, value: object) -> tuple[str, ...]:
        """The items as a tuple."""
        if not isinstance(value, list) or len(value) < self.least:
            raise FaultError(f"{where} must be a list of at least {self.least}")
        items = tuple(self.item.check(f"{where}[{index}]", item) for index, item in enumerate(value))
        if len(set(items)) != len(items):
            raise FaultError(f"{where} must not repeat itself")
        return items

    def schema(self) -> Schema:
        """An array of the item's schema."""
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, "uniqueItems": True}


class Anything(NamedTuple):
    """A value that another field decides about."""

    def check(self, where: str, value: object) -> object:
        """The value as it is."""
        return value

    def schema(self) -> Schema:
        """No bound."""
        return {}


def check_table(
    data: dict[str, Any], table: Mapping[str, Field], prefix: str = "", optional: Collection[str] = ()
) -> dict[str, Any]:
    """Exactly the fields of the table, each checked; optional ones that are absent stay absent."""
    for key in data:
        if key not in table:
            raise FaultError(f"unknown key {prefix}{key if re.fullmatch('[a-z][a-z0-9_]*', key) else '(not a name)'}")
    for key in table:
        if key not in data and key not in optional:
            raise FaultError(f"{prefix}{key} is missing")
    return {key: field.check(f"{prefix}{key}", data[key]) for key, field in table.items() if key in data}


def table_schema(table: Mapping[str, Field], optional: Collection[str] = ()) -> Schema:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "properties": {key: field.schema() for key, field in table.items()},
        "required": [key for key in table if key not in optional],
        "additionalProperties": False,
    }
