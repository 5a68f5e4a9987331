"""Which of two wordings of one task is better: what a judge is asked, blind and in both orders, and what it said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from oo_cli.engine.orchestrator.prompt import template, tokens_of
from oo_data.contracts.llm import LlmRequest

VERSION = "judge-v1"
CATEGORIES = ("task titles", "reasons", "words of a model")
ANSWER_TOKENS = 20
MOST_ANSWER = 200
# Who speaks as A in which order; the judge is not told.
Side = Literal["model", "plain", "neither"]
ORDERS: Mapping[str, tuple[Side, Side]] = {
    f"{VERSION}.1": ("model", "plain"),
    f"{VERSION}.2": ("plain", "model"),
}
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"better": {"type": "string", "enum": ["A", "B", "neither"]}},
    "required": ["better"],
    "additionalProperties": False,
}


class Pair(NamedTuple):
    """Two wordings of one task: a model's and oO's own."""

    title: str
    model: str
    plain: str


def question(pair: Pair, order: str) -> LlmRequest:
    """What the judge gets to see of a pair in one order."""
    lines = {"model": pair.model, "plain": pair.plain}
    first, second = ORDERS[order]
    user = json.dumps({"title": pair.title, "A": lines[first], "B": lines[second]}, ensure_ascii=False)
    return LlmRequest("judge", template(VERSION).strip(), user, SCHEMA, CATEGORIES, ANSWER_TOKENS, 0.0, 0)


def tokens(request: LlmRequest) -> int:
    """About how many tokens a request takes with its answer."""
    return tokens_of(request.system) + tokens_of(request.user) + request.max_tokens


def read(answer: str, order: str) -> Side | None:
    """Whom the judge prefers; None for anything but the one object that was asked for."""
    try:
        found = json.loads(answer) if len(answer) <= MOST_ANSWER else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != {"better"}:
        return None
    said = found["better"]
    return (
        {"A": ORDERS[order][0], "B": ORDERS[order][1], "neither": "neither"}.get(said)
        if isinstance(said, str)
        else None
    )


def outcome(sides: Iterable[str]) -> float:
    """What both orders say together: 1 for the model, 0 for oO's words, a half where they do not agree on one."""
    said = set(sides)
    return {"model": 1.0, "plain": 0.0}.get(next(iter(said)), 0.5) if len(said) == 1 else 0.5
