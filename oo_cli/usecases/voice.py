"""How tips are worded: in the person's language, by what is true of each, and never twice alike in a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oo_cli.engine import wording
from oo_cli.engine.effort import Effort
from oo_cli.engine.policies.base import Ranking
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.tip import Candidate
from oo_data.store import events, profile

SPOKEN_GUESS = 5  # pauses behind a guess of minutes before it is said
HINTS = 3  # terms of the score that choose the reason
COMPARED = 50  # candidates from the top that a term is compared over
PUT_OFF = 1000  # reactions looked back on


class Voice(NamedTuple):
    """How this refresh words its tips: the language, and what the list and the past tell.

    `turn` counts the person's reactions, `first_day` is the ordinal of their first day with oO. `said` grows by the id
    of each wording, so that none follows itself. `busy` are the coming appointments (UTC ms), in order.
    """

    locale: wording.Locale
    context: wording.Context
    turn: int
    first_day: int
    said: list[str]
    busy: Sequence[tuple[int, int]] = ()


def voice(
    house: House, tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion], busy: Sequence[tuple[int, int]] = ()
) -> Voice:
    """The voice of this refresh: locale from the environment, context from list, past and reactions."""
    conn = house.store.conn
    logged = events.latest(conn, (FeedbackGiven, FeedbackUndone), PUT_OFF)
    undone = {entry.event.subject for entry in logged if isinstance(entry.event, FeedbackUndone)}
    put_off = Counter(
        entry.event.about
        for entry in logged
        if isinstance(entry.event, FeedbackGiven) and entry.event.reaction == "later" and entry.id not in undone
    )
    turn = events.count(conn, FeedbackGiven) - events.count(conn, FeedbackUndone)
    connected = (source.connected_at for source in profile.sources(conn).values())
    first_day = local(min(connected, default=house.clock.now_ms()), house.zone).toordinal()
    context = wording.context_of(tasks, done, house.zone)._replace(put_off=put_off)
    return Voice(wording.locale_from(house.environ), context, turn, first_day, [], busy)


class Line(NamedTuple):
    """One tip to be worded: its place in its part of the day (UTC ms), its effort, and the terms that raise it."""

    candidate: Candidate
    place: int
    part: tuple[int, int]
    effort: Effort | None
    hints: Sequence[str]


def reason(house: House, voice: Voice, line: Line) -> str:
    """One short reason that holds throughout the part; empty words never."""
    begin, _ = line.part
    # One on from the tip before it, also when that one has been reacted to and this one has moved up.
    seed = local(begin, house.zone).toordinal() - voice.first_day + voice.turn + line.place
    facts = _facts(house, voice, line)
    if facts is None:
        said = wording.say_advice(voice.locale, seed, voice.said)
    else:
        said = wording.say(facts, voice.locale, seed, voice.said, line.hints)
    voice.said.append(said.id)
    return said.reason


def plainly(house: House, voice: Voice, line: Line) -> str:
    """What is true of a task, in words that stay the same while it does; empty for advice."""
    facts = _facts(house, voice, line)
    return "" if facts is None else wording.say(facts, voice.locale).reason


def _facts(house: House, voice: Voice, line: Line) -> wording.Facts | None:
    begin, end = line.part
    task, effort, known = line.candidate.features, line.effort, voice.context
    if task is None:
        return None
    if effort is not None and (effort.origin != "guess" or effort.evidence >= SPOKEN_GUESS):
        known = known._replace(minutes={task.ref: (effort.minutes, effort.origin == "guess")})
    appointment = next((since for since, _ in voice.busy if since > begin), None)
    return wording.facts_of(task, begin, house.zone, context=known._replace(busy_from=appointment), until=end - 1)


def hints(ranking: Ranking) -> Mapping[str, Sequence[str]]:
    """By subject, the terms that lift it above its rivals: what a term adds beyond its mean over the first ones."""
    first = ranking.order[:COMPARED]
    parts = [{_family(term.name): (term.value * term.weight, term.name) for term in c.terms} for c in first]
    sums: dict[str, float] = defaultdict(float)
    for found in parts:
        for family, (points, _) in found.items():
            sums[family] += points / len(first)
    lifts = (
        sorted(((points - sums[family], name) for family, (points, name) in found.items()), reverse=True)
        for found in parts
    )
    return {
        c.subject: [name for lift, name in lift_of[:HINTS] if lift > 0] for c, lift_of in zip(first, lifts, strict=True)
    }


def _family(name: str) -> str:
    return name.split(":")[0]
