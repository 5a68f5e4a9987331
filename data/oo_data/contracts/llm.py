"""What a language model is asked, and what it answers; models are known by alias only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Alias = Literal["tip-generator", "embedder", "judge"]
Place = Literal["local", "cloud"]
ALIASES: tuple[Alias, ...] = ("tip-generator", "embedder", "judge")
PLACES: tuple[Place, ...] = ("local", "cloud")
GATEWAYS = ("LITELLM_URL", "OLLAMA_URL")  # the variables that name one; the first that is set is used


def consent_key(alias: Alias, place: Place) -> str:
    """The consent that a request to this alias needs, by where its model runs."""
    return f"llm.{alias}.{place}"


def purpose(alias: Alias) -> str:
    """How the ledger names a request to an alias."""
    return f"llm.{alias}"


class LlmRequest(NamedTuple):
    """One question. `schema` is the JSON Schema of the answer; `categories` name what leaves, for the ledger."""

    alias: Alias
    system: str
    user: str
    schema: Mapping[str, Any]
    categories: tuple[str, ...]
    max_tokens: int
    temperature: float
    seed: int


class LlmReply(NamedTuple):
    """An answer that came whole. `text` and `model` are from outside; `sent` is the request's body, to the byte."""

    text: str
    model: str
    tokens: int
    sent: str


class LlmVectors(NamedTuple):
    """One vector of length one a text, in their order; `model` is from outside."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    tokens: int


class LlmFailure(NamedTuple):
    """No usable answer. `code` is one of fixed words; `sent` is empty where nothing was sent."""

    code: str
    sent: str
