"""A policy that learns from reactions and keeps exploring, a little, among its best few.

Linear in twelve features of a candidate in its context; the weights are those of `linear`, learnt online from what
became of the tips that were seen. With probability epsilon the first of the list is drawn evenly from the best
`TOP`; otherwise it is the best (Sutton & Barto, Reinforcement Learning, §2.2). Its probabilities are therefore known
exactly, and every decision logs them: what it shows can be used to value any other policy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.policies import linear
from oo_cli.engine.policies.base import Moment, Ranking
from oo_cli.engine.policies.linear import Linear
from oo_cli.engine.policies.urgency import due_ramp
from oo_cli.engine.when import DAY_MS, due_of, local
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.tip import Candidate, Term

if TYPE_CHECKING:
    from random import Random

NAME, VERSION = "epsilon-greedy", "1"
MOST_COUNTED = 1 << 53  # beyond it, no count was ever ours
CHANCE = "chance"  # a term of weight 0 that logs the probability of a candidate to come first
TOP = 5
EPSILON, EPSILON_FLOOR, EPSILON_HALF = 0.1, 0.02, 200  # the rate falls as 1/sqrt(1 + reactions / 200)

# What a reaction is worth. "later" says right thing, wrong time; being ignored is no word against the task.
REWARDS = {"done": 1.0, "later": 0.3, "ignored": 0.1, "no": 0.0}
NOT_NOW = 0.1  # a "no" whose reason is the moment, not the task

# Feature → weight expected before any reaction. All features lie in 0..1.
PRIOR: dict[str, float] = {
    "due": 0.25,  # Taskwarrior's ramp of the due date
    "priority": 0.15,  # none 0, then thirds
    "age": -0.05,  # time on the list, one half at 30 days
    "new": 0.10,  # 1 when just added, one half after two days
    "started": 0.25,  # the person is at it, or has singled it out
    "agents": 0.10,  # weight of the strongest snippet that points at it
    "project": 0.10,  # share of recent completions from its project
    "hour": 0.10,  # how often its project is worked on at this time of day, 1 at its best time
    "quick": 0.05,  # one half at 30 minutes, also where the effort is unknown
    "advice": 0.00,  # advice, not a task
    "shown": -0.10,  # shown lately: one half at one showing
    "declined": -0.30,  # ignored or refused lately: one half at once
}
BASE, AGENT = "base", "agent."
BASE_PRIOR = 0.15
NAMES = (BASE, *PRIOR)
MEANS = (BASE_PRIOR, *PRIOR.values())
_PRIORITY = {4: 1.0, 3: 2 / 3, 2: 1 / 3}
_PARTS = 8  # of the day, three hours each
_SMOOTH = 5.0  # completions' worth of the whole list's clock in each project's
_HALF_LIFE_MS = {"completion": 30 * DAY_MS, "shown": 2 * DAY_MS, "declined": 7 * DAY_MS}


class Habits:
    """When and where the person got things done, recent things counting more. Grows one completion at a time."""

    def __init__(self) -> None:
        self._all = [0.0] * _PARTS
        self._of: dict[str | None, list[float]] = {}

    @classmethod
    def of(cls, done: Iterable[TaskCompletion], now: int, zone: ZoneInfo) -> Habits:
        """The habits behind these completions, seen from now (UTC ms)."""
        found = cls()
        for completion in done:
            weight = 0.5 ** ((now - completion.at) / _HALF_LIFE_MS["completion"])
            found.add(completion.project_ref, completion.at if completion.timed else None, zone, weight)
        return found

    def add(self, project: str | None, at: int | None, zone: ZoneInfo, weight: float = 1.0) -> None:
        """One more completion; without `at` (UTC ms) only its project counts, spread evenly over the day."""
        counts = self._of.setdefault(project, [0.0] * _PARTS)
        parts = range(_PARTS) if at is None else (local(at, zone).hour * _PARTS // 24,)
        for part in parts:
            counts[part] += weight / len(parts)
            self._all[part] += weight / len(parts)

    def share(self, project: str | None) -> float:
        """The share of completions that came from a project."""
        total = sum(self._all)
        return sum(self._of.get(project, ())) / total if total else 0.0

    def fit(self, project: str | None, part: int) -> float:
        """How usual a part of the day is for a project: 1 at its most usual part, 0 with no history at all."""
        total = sum(self._all)
        if not total:
            return 0.0
        own = self._of.get(project, [0.0] * _PARTS)
        clock = [count + _SMOOTH * every / total for count, every in zip(own, self._all, strict=True)]
        return clock[part] / max(clock)


class Memory(NamedTuple):
    """What the features look back on: habits, and fading counts of showings and refusals by subject."""

    habits: Habits
    shown: Mapping[str, float]
    declined: Mapping[str, float]


def fading(moments: Iterable[tuple[str, int]], kind: str, now: int) -> dict[str, float]:
    """Counts by subject of what happened at these times (UTC ms), each halved every two days (shown) or week."""
    counts: dict[str, float] = {}
    for subject, at in moments:
        counts[subject] = counts.get(subject, 0.0) + 0.5 ** (max(0, now - at) / _HALF_LIFE_MS[kind])
    return counts


class State(NamedTuple):
    """What is learnt, and the number of the last event that was in the log by then."""

    model: Linear
    seq: int


def fresh() -> State:
    """The state before any reaction."""
    return State(linear.fresh(MEANS), 0)


def dump(state: State) -> str:
    """The state as JSON."""
    model = state.model
    return json.dumps(
        {"precision": model.precision, "moment": model.moment, "seen": model.seen, "seq": state.seq},
        separators=(",", ":"),
    )


def load(text: str, version: str) -> State:
    """The state from its JSON; the fresh one where another version wrote it, so that it is learnt anew."""
    if version != VERSION:
        return fresh()
    try:
        raw = json.loads(text)
        state = State(Linear(tuple(raw["precision"]), tuple(raw["moment"]), raw["seen"]), raw["seq"])
        sound = len(state.model.moment) == len(NAMES) and all(map(math.isfinite, linear.weights(state.model)))
        counts = (state.seq, state.model.seen)
        return state if sound and all(0 <= count < MOST_COUNTED for count in counts) else fresh()
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return fresh()


def reward(reaction: str, reason: str = "") -> float:
    """What a reaction is worth, 0..1."""
    return NOT_NOW if (reaction, reason) == ("no", "not now") else REWARDS[reaction]


def learn(state: State, features: Mapping[str, float], worth: float) -> State:
    """The state after a tip with these features earned this reward."""
    x = tuple(1.0 if name == BASE else features.get(name, 0.0) for name in NAMES)
    return state._replace(model=linear.learn(state.model, MEANS, x, worth))


def epsilon(seen: int) -> float:
    """The rate of exploration after so many reactions."""
    return max(EPSILON_FLOOR, EPSILON / math.sqrt(1 + seen / EPSILON_HALF))


class EpsilonGreedy:
    """The policy at one state of learning. `chance` is the only source of randomness."""

    name, version = NAME, VERSION

    def __init__(self, state: State, memory: Memory, chance: Random) -> None:
        self._weights = dict(zip(NAMES, linear.weights(state.model), strict=True))
        self._epsilon = epsilon(state.model.seen)
        self._memory = memory
        self._chance = chance

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """All candidates by expected reward, one of the best few drawn to the front at the rate of exploration."""
        weights = self._weights
        scored = []
        part = local(moment.now, moment.zone).hour * _PARTS // 24
        for candidate in candidates:
            found = features(candidate, moment, part, self._memory)
            score = weights[BASE] + sum(value * weights[name] for name, value in found.items())
            scored.append((-score, candidate.subject, candidate, found))
        scored.sort(key=lambda entry: entry[:2])
        if not scored:
            return Ranking((), 1.0)
        top = min(TOP, len(scored))
        drawn = self._chance.randrange(top) if self._chance.random() < self._epsilon else 0
        chances = [self._epsilon / top] * top
        chances[0] += 1 - self._epsilon
        order = [
            candidate._replace(terms=self._terms(candidate, moment, found, chances[at] if at < top else 0.0))
            for at, (_, _, candidate, found) in enumerate(scored)
        ]
        order.insert(0, order.pop(drawn))
        return Ranking(tuple(order), chances[drawn])

    def _terms(
        self, candidate: Candidate, moment: Moment, found: Mapping[str, float], chance: float
    ) -> tuple[Term, ...]:
        """The summands, and the chance. What agents add bears the name of the strongest, so that it can be erased."""
        terms = [Term(BASE, 1.0, round(self._weights[BASE], 4))]
        for name, value in found.items():
            if name == "agents":
                strongest = max(candidate.snippets, key=lambda agent: moment.weights.get(agent, 0.0))
                terms.append(Term(f"{AGENT}{strongest}", value, round(self._weights[name], 4)))
            else:
                terms.append(Term(name, value, round(self._weights[name], 4)))
        return (*terms, Term(CHANCE, chance, 0.0)) if chance else tuple(terms)


def logged(terms: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """The features of a candidate from the terms (value, weight) that a decision of this policy logged for it."""
    named = (("agents" if name.startswith(AGENT) else name, value) for name, (value, _) in terms.items())
    return {name: value for name, value in named if name in PRIOR}


def features(candidate: Candidate, moment: Moment, part: int, memory: Memory) -> dict[str, float]:
    """The features of a candidate that are not 0, to four digits; `part` is the part of the day, 0..7."""
    shown, declined = memory.shown.get(candidate.subject, 0.0), memory.declined.get(candidate.subject, 0.0)
    found = {
        "agents": max((moment.weights.get(agent, 0.0) for agent in candidate.snippets), default=0.0),
        "shown": shown / (1 + shown),
        "declined": declined / (1 + declined),
    }
    if candidate.features is None:
        found["advice"] = 1.0
    else:
        found |= _task_features(candidate.features, moment, part, memory.habits)
    return {name: round(found[name], 4) for name in PRIOR if found.get(name)}


def _task_features(task: TaskFeatures, moment: Moment, part: int, habits: Habits) -> dict[str, float]:
    due = due_of(task.due, moment.zone)
    days = max(0.0, (moment.now - task.added_at) / DAY_MS) if task.added_at is not None else None
    minutes = 30 if task.minutes is None else max(0, task.minutes)
    return {
        "due": due_ramp(due.days_late(moment.now, moment.zone)) if due else 0.0,
        "priority": _PRIORITY.get(task.priority, 0.0),
        "age": days / (days + 30) if days is not None else 0.0,
        "new": 0.5 ** (days / 2) if days is not None else 0.0,
        "started": float(task.started or task.starred),
        "project": habits.share(task.project_ref),
        "hour": habits.fit(task.project_ref, part),
        "quick": 30 / (30 + minutes),
    }
