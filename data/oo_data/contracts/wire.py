"""The numbers by which events travel as Protocol Buffers (`oo.events.v1`): given once, and never to anything else.

A message is known by its number in the envelope, a field by its place in the list, from 1 on. What is new comes last.
A field that is gone leaves its name with a minus in its place, so that neither is used again.
"""

from __future__ import annotations

from oo_data.contracts.event import Event

PACKAGE = "oo.events.v1"
# The envelope's own fields, by their numbers from 1 on, beside the one event that it holds.
HEADER = {"id": "string", "home": "string", "at": "int64", "seq": "int64", "clock": "int64", "proof": "string"}
MESSAGES: dict[str, tuple[int, tuple[str, ...]]] = {
    "TipShown": (16, ("subject", "about", "surface")),
    "FeedbackGiven": (17, ("subject", "about", "reaction", "reason", "until")),
    "FeedbackUndone": (18, ("subject", "about")),
    "TipIgnored": (19, ("subject", "about")),
    "SourceRefreshed": (20, ("subject", "open_tasks", "done_tasks")),
    "SourceFailed": (21, ("subject", "error")),
    "SourceConnected": (22, ("subject",)),
    "SourceDisconnected": (23, ("subject",)),
    "ConsentChanged": (24, ("subject", "granted")),
    "SnippetEmitted": (25, ("subject", "version", "weight")),
    "AgentFailed": (26, ("subject", "error")),
    "PrefInferred": (27, ("subject", "evidence", "value")),
    "ShelfPrepared": (28, ("subject", "tips", "silences")),
    "MoodNoted": (29, ("subject", "score")),
    "ContextChanged": (30, ("subject", "active")),
    "PolicyChanged": (31, ("subject", "stage")),
    "HeldOut": (32, ("subject", "held", "until")),
    "AlertRaised": (33, ("subject", "error", "failures")),
    "AlertCleared": (34, ("subject", "failures")),
    "PrefSet": (35, ("subject", "value")),
}
TYPES = {"str": "string", "int": "int64", "float": "double"}
GONE = "-"


def number_of(kind: str) -> int:
    """The number of an event in the envelope."""
    return MESSAGES[kind][0]


def fields_of(kind: type[Event]) -> list[tuple[int, str, str]]:
    """Number, name and Protocol Buffers type of each field of an event. Raises KeyError where one has no number."""
    numbered = enumerate(MESSAGES[kind.__name__][1], 1)
    return [
        (number, name, TYPES[kind.__annotations__[name].__forward_arg__])
        for number, name in numbered
        if not name.startswith(GONE)
    ]


def snake(kind: str) -> str:
    """The name of an event's field in the envelope: TipShown is tip_shown."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in kind).removeprefix("_")
