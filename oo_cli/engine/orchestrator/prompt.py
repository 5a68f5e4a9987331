"""What a model is told: a fixed text from a file, and the first few candidates as data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from oo_data.contracts.llm import Alias, LlmRequest

ALIAS: Alias = "tip-generator"
VERSION = "tip-v1"
OFFERED = 3
MOST_TOKENS = 450
ANSWER_TOKENS = 80
TEMPERATURE = 0.2
CATEGORIES = ("task titles", "reasons")
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "German", "ru": "Russian"})
ID_LETTERS = "bcdfghjkmnpqrtvwxz"
_WIDE = 0x2E80  # from here on, roughly, a sign is a token


class Offer(NamedTuple):
    """One candidate as the model sees it: a clean title, and what is true of it in one sentence."""

    subject: str
    title: str
    facts: str


class Prompt(NamedTuple):
    """A request, what its ids stand for, the language asked for, and the word that may never come back."""

    request: LlmRequest
    offered: Mapping[str, Offer]
    canary: str
    version: str
    tokens: int


def build(offers: Sequence[Offer], language: str, day: int, chance: Random) -> Prompt:
    """The prompt for the first of these offers, best first; fewer where more would be too long to send.

    `day` is the ordinal that seeds the model, `chance` draws ids and canary.
    """
    ids = _ids(OFFERED, chance)
    canary = "".join(chance.choices(ID_LETTERS, k=10))
    system = template(VERSION).format(language=LANGUAGES[language], canary=canary).strip()
    kept = list(offers[:OFFERED])
    user = _user(dict(zip(ids, kept, strict=False)))
    while len(kept) > 1 and tokens_of(system) + tokens_of(user) > MOST_TOKENS:
        kept.pop()
        user = _user(dict(zip(ids, kept, strict=False)))
    offered = dict(zip(ids, kept, strict=False))
    request = LlmRequest(ALIAS, system, user, schema(list(offered)), CATEGORIES, ANSWER_TOKENS, TEMPERATURE, day)
    return Prompt(request, offered, canary, VERSION, tokens_of(system) + tokens_of(user))


@cache
def template(version: str) -> str:
    """The fixed text of a version, as it lies in its file."""
    return (Path(__file__).parent / "prompts" / f"{version}.txt").read_text(encoding="utf-8")


def schema(ids: Sequence[str]) -> Mapping[str, object]:
    """The shape of an answer: two flat fields, the id first, since models write them in this order.

    Lengths are left out: not every gateway takes them, and the guard counts anyway.
    """
    return {
        "type": "object",
        "properties": {"candidate_id": {"type": "string", "enum": list(ids)}, "tip": {"type": "string"}},
        "required": ["candidate_id", "tip"],
        "additionalProperties": False,
    }


def tokens_of(text: str) -> int:
    """About how many tokens a text takes: one for four signs of ASCII, for two others, for each wide one."""
    plain = sum(char < "\x80" for char in text)
    wide = sum(ord(char) >= _WIDE for char in text)
    return math.ceil(plain / 4 + (len(text) - plain - wide) / 2 + wide)


def _ids(count: int, chance: Random) -> list[str]:
    """Names that mean nothing: two letters, two digits."""
    found: dict[str, None] = {}
    while len(found) < count:
        letters = "".join(chance.choices(ID_LETTERS, k=2))
        found[f"{letters}{chance.randrange(10, 100)}"] = None
    return list(found)


def _user(offered: Mapping[str, Offer]) -> str:
    tasks = [{"id": name, "title": offer.title, "facts": offer.facts} for name, offer in offered.items()]
    return json.dumps({"tasks": tasks}, ensure_ascii=False)
