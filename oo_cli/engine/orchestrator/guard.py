"""Whether a model's answer may be shown: checks from the cheapest to the finest, the first that fails has the word.

An answer is never repaired, beyond a think block or a code fence round the object.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, NoReturn

from oo_cli.engine.orchestrator.lists import folded, lists, mixes_scripts, readings
from oo_cli.engine.orchestrator.prompt import ID_LETTERS, Offer, Prompt
from oo_data.text import show, width

MOST_ANSWER = 4000
LEAST_CHARS, MOST_CELLS = 8, 90
OWN_WORDS = 2  # words of the sentence that the title does not have
LEAKED_RUN = 5  # words in a row out of the fixed prompt
STEM = 4  # letters in which two forms of one word agree
_ID = re.compile(rf"\b[{ID_LETTERS}]{{2}}[0-9]{{2}}\b")  # of this prompt or another, also where a title has it
_THINK = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?[ \t]*\n(.*)\n```\Z", re.DOTALL)
_SIGNS = frozenset(" ,.;:!'()-\u2019\u2013\u2014\u2026")  # apostrophe, dashes and ellipsis of print
_WORDS = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class Worded(NamedTuple):
    """A sentence that may be shown beside the title of `subject`, which is what the model chose."""

    subject: str
    text: str


class Rejected(NamedTuple):
    """An answer that is not shown, and a fixed word for why."""

    code: str


class _RejectedError(Exception):
    """Raised within this room; its argument is the code."""


def validate(answer: str, prompt: Prompt) -> Worded | Rejected:
    """The sentence in an answer to this prompt, or why there is none."""
    try:
        offer, text = _parsed(answer, prompt.offered)
        _check_signs(text)
        _check_content(text, offer)
        _check_inside(text, prompt)
        _check_titles(text, offer, list(prompt.offered.values()))
    except _RejectedError as error:
        return Rejected(str(error))
    return Worded(offer.subject, text)


def _parsed(answer: str, offered: Mapping[str, Offer]) -> tuple[Offer, str]:
    if len(answer) > MOST_ANSWER:
        raise _RejectedError("too-large")
    bare = _THINK.sub("", answer).strip()
    fenced = _FENCE.match(bare)
    try:
        found = json.loads(
            fenced[1] if fenced else bare, object_pairs_hook=_no_twins, parse_constant=_no_number, parse_int=_no_number
        )
    except (ValueError, RecursionError):
        raise _RejectedError("not-json") from None
    if not isinstance(found, dict) or found.keys() != {"candidate_id", "tip"}:
        raise _RejectedError("not-the-shape")
    chosen, text = found["candidate_id"], found["tip"]
    if not isinstance(chosen, str) or chosen not in offered:
        raise _RejectedError("foreign-id")
    if not isinstance(text, str):
        raise _RejectedError("not-the-shape")
    return offered[chosen], text.strip(" ")


def _no_twins(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(literal: str) -> NoReturn:
    raise ValueError(literal)


def _check_signs(text: str) -> None:
    if text != show(text, MOST_ANSWER) or any(unicodedata.category(char) in ("Cf", "So") for char in text):
        raise _RejectedError("unseen-signs")
    if len(text) < LEAST_CHARS or width(text) > MOST_CELLS:
        raise _RejectedError("length")
    if mixes_scripts(text):
        raise _RejectedError("disguised")


def _check_content(text: str, offer: Offer) -> None:
    for name, pattern in lists().hostile.items():
        if any(pattern.search(reading) for reading in readings(text)):
            raise _RejectedError(name)
    if lists().refusal.search(text):
        raise _RejectedError("refusal")
    known = f"{offer.title} {offer.facts}"
    if any(not char.isalnum() and char not in _SIGNS and char not in known for char in text):
        raise _RejectedError("signs")
    told = _words(known)
    for word in _words(text) - told:
        if any(map(str.isdigit, word)):
            raise _RejectedError("number")
        if lists().claims.fullmatch(word) and not any(_alike(word, other) for other in told):
            raise _RejectedError("claim")


def _check_inside(text: str, prompt: Prompt) -> None:
    plain = folded(text)
    if prompt.canary in plain.replace(" ", "") or _ID.search(plain):
        raise _RejectedError("leak")
    fixed, said = _WORDS.findall(folded(prompt.request.system)), _WORDS.findall(plain)
    runs = {tuple(fixed[at : at + LEAKED_RUN]) for at in range(len(fixed) - LEAKED_RUN + 1)}
    if any(tuple(said[at : at + LEAKED_RUN]) in runs for at in range(len(said))):
        raise _RejectedError("leak")


def _check_titles(text: str, offer: Offer, offers: Collection[Offer]) -> None:
    said, own = _words(text) - lists().small, _words(offer.title)
    if not any(_alike(word, other) for word in said for other in own - lists().small):
        raise _RejectedError("another-matter")
    if len([word for word in said if not any(_alike(word, other) for other in own)]) < OWN_WORDS:
        raise _RejectedError("echo")
    told = own | _words(offer.facts)
    others = {word for other in offers if other is not offer for word in _words(other.title)} - told - lists().small
    if any(len(word) >= STEM and word in others for word in said):
        raise _RejectedError("another-task")


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(folded(text)))


def _alike(word: str, other: str) -> bool:
    """Whether two words are one, but for the ending."""
    if word == other:
        return True
    return min(len(word), len(other)) >= STEM and word[:STEM] == other[:STEM]
