"""What the phone sends and is told. docs/openapi.json is generated from these shapes. Times are UTC milliseconds."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from oo_data.contracts.tip import Energy, Kind, Reaction

Gesture = Literal["done", "later", "no", "undo"]
Reason = Literal["not now", "not relevant", "wrong", "too many"]  # tip.REASONS, as a type


class Pattern(NamedTuple):
    """A whole string must match it; written so that Python and JSON Schema read it alike."""

    regex: str


class Bounds(NamedTuple):
    """The least and the most that a number may be."""

    least: int
    most: int


TipId = Annotated[str, Pattern("^[0-9a-z.-]{1,64}$")]
Words = Annotated[str, Pattern("^[0-9A-Za-z: -]{1,20}$")]
Version = Annotated[str, Pattern("^[0-9a-f]{8}-[0-9]{1,9}$")]
Code = Annotated[str, Pattern("^([0-9]{8}|[0-9A-Za-z_-]{22})$")]


class PairRequest(NamedTuple):
    """The code of a link, or the eight digits that were typed."""

    code: Code


class Paired(NamedTuple):
    """The device is paired; its cookie came with this answer."""

    name: str


class RecommendBody(NamedTuple):
    """What narrows the choice, as with `oo tip --for --energy`."""

    minutes: Annotated[int | None, Bounds(1, 1440)] = None
    energy: Energy | None = None


class LaterOffer(NamedTuple):
    """A time to put the tip off to: its name, how it reads, and the words that choose it."""

    label: str
    told: str
    when: Words


class ShownTip(NamedTuple):
    """The one tip."""

    id: TipId
    kind: Kind
    text: str
    reason: str
    actions: tuple[Reaction, ...]
    later: tuple[LaterOffer, ...]


class Quiet(NamedTuple):
    """Nothing to say: why, in a word and in a line, and until when."""

    reason: str
    told: str
    until: int | None


class Recommended(NamedTuple):
    """A tip or a silence, for how many milliseconds it holds, and the version to wait for the next one with."""

    tip: ShownTip | None
    silence: Quiet | None
    holds_ms: int
    version: Version


class FeedbackBody(NamedTuple):
    """A reaction to a tip. `when` belongs to later and `reason` to no; undo takes back what was said of that tip."""

    tip_id: TipId
    reaction: Gesture
    reason: Reason | None = None
    when: Words | None = None


class Acknowledged(NamedTuple):
    """What became of a reaction, in a word or two."""

    tip_id: TipId
    reaction: Gesture
    said: str
    version: Version


class Summand(NamedTuple):
    """One part of a score."""

    name: str
    points: float


class WhyAnswer(NamedTuple):
    """What led to the tip or to the silence, line by line, and the parts of the score."""

    tip_id: TipId | None
    lines: tuple[str, ...]
    terms: tuple[Summand, ...]


class SettingShown(NamedTuple):
    """One value in force."""

    name: str
    told: str
    source: str
    about: str


class ProfileAnswer(NamedTuple):
    """Every setting, read only."""

    settings: tuple[SettingShown, ...]


class AgentShown(NamedTuple):
    """One agent of the registry."""

    id: str
    version: str | None
    title: str | None
    on: bool
    last_run: str | None
    origin: str


class AgentsAnswer(NamedTuple):
    """Every agent, read only."""

    agents: tuple[AgentShown, ...]


class Health(NamedTuple):
    """The server answers, and so does the store behind it."""

    status: Literal["ok"]


class Changes(NamedTuple):
    """The version of what is shown; another one than before means that it is worth asking again."""

    version: Version


class Problem(NamedTuple):
    """Why there is no answer, in a fixed word."""

    error: str
