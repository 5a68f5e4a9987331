"""What an OpenAI-compatible API answers, read without trust: anything odd is a `ValueError`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from oo_data.contracts.llm import LlmVectors
from oo_data.text import show

NAME_CELLS = 80
MOST_TOKENS = 1_000_000  # what a gateway may say that one request took
MOST_NUMBERS = 8192  # of one vector
LEAST_LENGTH = 1e-6


class Choice(NamedTuple):
    """The first choice of a completion."""

    text: str
    finish: str
    refused: bool
    model: str
    tokens: int


def choice_of(body: bytes) -> Choice:
    """The first choice of a completion. Raises `ValueError` for anything that is none."""
    data = _parsed(body)
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ValueError("no choices")
    first = _object(choices[0])
    message = _object(first.get("message"))
    text, finish = message.get("content"), first.get("finish_reason")
    return Choice(
        text if isinstance(text, str) else "",
        finish if isinstance(finish, str) else "",
        bool(message.get("refusal")),
        _model(data),
        _tokens(data),
    )


def vectors_of(body: bytes, count: int) -> LlmVectors:
    """So many vectors, each brought to length one. Raises `ValueError` where one is missing, odd or nothing."""
    data = _parsed(body)
    rows = data.get("data")
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError("not one a text")
    found = dict(_row(place, row) for place, row in enumerate(rows))
    vectors = tuple(found[place] for place in sorted(found))
    if sorted(found) != list(range(count)) or len({len(vector) for vector in vectors}) != 1:
        raise ValueError("not alike")
    return LlmVectors(vectors, _model(data), _tokens(data))


def _row(place: int, row: object) -> tuple[int, tuple[float, ...]]:
    given = _object(row)
    index, numbers = given.get("index", place), given.get("embedding")
    if type(index) is not int or not isinstance(numbers, list) or not 1 < len(numbers) <= MOST_NUMBERS:
        raise ValueError("no vector")
    # A proxy passes a NaN on as null.
    if not all(type(number) in (int, float) and math.isfinite(number) for number in numbers):
        raise ValueError("no numbers")
    length = math.hypot(*numbers)
    if not LEAST_LENGTH < length < math.inf:
        raise ValueError("no direction")
    return index, tuple(number / length for number in numbers)


def _parsed(body: bytes) -> Mapping[str, Any]:
    return _object(json.loads(body, parse_constant=_no_number))


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _model(data: Mapping[str, Any]) -> str:
    model = data.get("model")
    return show(model, NAME_CELLS) if isinstance(model, str) else ""


def _tokens(data: Mapping[str, Any]) -> int:
    """What the gateway counted; 0 where it does not say, and whoever asked goes by an estimate."""
    usage = data.get("usage")
    said = usage.get("total_tokens") if isinstance(usage, dict) else None
    return min(said, MOST_TOKENS) if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0
