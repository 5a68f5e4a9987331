"""Everything that happens, in the past tense: references and numbers, never text from outside.

`subject` names what an event is about, by id or reference.
"""

from __future__ import annotations

from typing import NamedTuple, get_args


class TipShown(NamedTuple):
    """A tip (the subject) came before the person's eyes. `about` is the task's ref or the advice's id."""

    subject: str
    about: str
    surface: str


class FeedbackGiven(NamedTuple):
    """The person reacted to a tip (the subject). `until` is UTC ms for a snooze, else 0."""

    subject: str
    about: str
    reaction: str
    reason: str
    until: int


class FeedbackUndone(NamedTuple):
    """A reaction (the subject is its event id) was taken back."""

    subject: str
    about: str


class TipIgnored(NamedTuple):
    """A tip (the subject) was shown and ran out without a reaction."""

    subject: str
    about: str


class SourceRefreshed(NamedTuple):
    """A source (the subject) was read."""

    subject: str
    open_tasks: int
    done_tasks: int


class SourceFailed(NamedTuple):
    """A source (the subject) could not be read; `error` is an error class of ours."""

    subject: str
    error: str


class SourceConnected(NamedTuple):
    """A source (the subject) was connected."""

    subject: str


class SourceDisconnected(NamedTuple):
    """A source (the subject) was disconnected and what came from it erased."""

    subject: str


class ConsentChanged(NamedTuple):
    """A consent (the subject) was granted (1) or withdrawn (0)."""

    subject: str
    granted: int


class SnippetEmitted(NamedTuple):
    """An agent (the subject) had something to say."""

    subject: str
    version: str
    weight: float


class AgentFailed(NamedTuple):
    """An agent (the subject) raised; `error` is the class name of what it raised."""

    subject: str
    error: str


class PrefInferred(NamedTuple):
    """A preference (the subject, `scope.key`) was worked out anew from `evidence` observations.

    `value` is spelled as `profile.spell` does; empty where it cannot be told, and with no evidence: there is none now.
    """

    subject: str
    evidence: int
    value: str = ""


class PrefSet(NamedTuple):
    """The person set a preference (the subject, `scope.key`) to a value, spelled; empty: gave it back to inference."""

    subject: str
    value: str


class ShelfPrepared(NamedTuple):
    """A decision (the subject) was made and its tips put on the shelf."""

    subject: str
    tips: int
    silences: int


class MoodNoted(NamedTuple):
    """The person said how they feel: 1 (low) to 5; the subject is the note's id."""

    subject: str
    score: int


class ContextChanged(NamedTuple):
    """A context (the subject) began (1) or ended (0)."""

    subject: str
    active: int


class PolicyChanged(NamedTuple):
    """A policy (the subject) moved to a stage: live, shadow or off."""

    subject: str
    stage: str


class HeldOut(NamedTuple):
    """A half day (the subject) was drawn for the hold-out (1) or for tips (0), until then (UTC ms).

    The subject "off": from here on nothing is drawn any more.
    """

    subject: str
    held: int
    until: int


class AlertRaised(NamedTuple):
    """A duty (the subject) has failed so often that the person should know; once in a streak."""

    subject: str
    error: str
    failures: int


class AlertCleared(NamedTuple):
    """A duty (the subject) went well again after a streak that was told of."""

    subject: str
    failures: int


Event = (
    TipShown
    | FeedbackGiven
    | FeedbackUndone
    | TipIgnored
    | SourceRefreshed
    | SourceFailed
    | SourceConnected
    | SourceDisconnected
    | ConsentChanged
    | SnippetEmitted
    | AgentFailed
    | PrefInferred
    | PrefSet
    | ShelfPrepared
    | MoodNoted
    | ContextChanged
    | PolicyChanged
    | HeldOut
    | AlertRaised
    | AlertCleared
)


class Envelope(NamedTuple):
    """One event on its way. `id` is its own wherever it goes; `home` tells the homes of one person apart.

    `at` is UTC ms; `seq` is its place in the log of its home, with gaps. `clock` orders preferences across homes (a
    hybrid logical clock, UTC ms or later); 0 where nothing is to be ordered. `proof` is a keyed digest of the rest, by
    which the homes of one person know each other; empty where they take nothing over.
    """

    id: str
    home: str
    at: int
    seq: int
    event: Event
    clock: int = 0
    proof: str = ""


class Position(NamedTuple):
    """A place in a stream: the number of the last event looked at, 0 before the first, and which stream counted it."""

    seq: int = 0
    stream: str = ""


class Fetched(NamedTuple):
    """What a stream had after a place: events, the place of the last one looked at, and whether there is more."""

    events: tuple[Envelope, ...]
    place: Position
    more: bool


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def kind_of(event: Event) -> str:
    """The name under which an event is logged."""
    return type(event).__name__


def data_of(event: Event) -> dict[str, str | int | float]:
    """The fields beyond the subject."""
    return {name: value for name, value in event._asdict().items() if name != "subject"}
