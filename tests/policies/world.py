"""Small simulated lives, and what the tests of this room start from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oo_cli.engine.policies.base import Moment, Policy, Ranking
from oo_cli.engine.policies.epsilon_greedy import Habits, Memory
from oo_cli.engine.when import local
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.tip import Candidate
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY

MOMENT = Moment(TUESDAY, BERLIN, {"momentum": 0.5, "overdue-task": 0.8})
NOBODY = Memory(Habits(), {}, {})


def task(ref: str, **fields: Any) -> TaskFeatures:
    """A task of which only the named fields are set."""
    return TaskFeatures(ref, "todotxt", None, None, 1, None, (), None, False, None, 3)._replace(**fields)


def todo(ref: str, snippets: tuple[str, ...] = (), **fields: Any) -> Candidate:
    """A task as a candidate."""
    return Candidate(ref, "todo", "todotxt", "source.todotxt", task(ref, **fields), (), snippets)


def done(ref: str, at: int, **fields: Any) -> TaskCompletion:
    """A timed completion of a task added a day before."""
    known = TaskCompletion(ref, "todotxt", at, True, None, None, None, 1, False, at - DAY)
    return known._replace(**fields)


class Fixed(Policy):
    """A policy with an order of its own; what it does not name it leaves out."""

    def __init__(self, name: str, *order: str) -> None:
        self.name, self.version = name, "1"
        self.asked: Sequence[Candidate] = ()
        self._order = order

    def rank(self, candidates: Sequence[Candidate], moment: Moment) -> Ranking:
        """The candidates it names, in its order."""
        self.asked = candidates
        known = {candidate.subject: candidate for candidate in candidates}
        return Ranking(tuple(known[subject] for subject in self._order if subject in known), 1.0)


class Life(NamedTuple):
    """A list and what was done from it, oldest first."""

    tasks: list[TaskFeatures]
    done: list[TaskCompletion]


def newest_first_life(days: int, chance: random.Random, now: int = TUESDAY) -> Life:
    """Somebody who adds two tasks a morning, does the newer one at noon, and leaves the other lying."""
    tasks, finished = [], []
    for day in range(days, 0, -1):
        morning = now - day * DAY
        project = chance.choice(("home", "work"))
        tasks.append(task(f"left-{day:03}", added_at=morning, project_ref="home"))
        at = morning + 3 * HOUR + chance.randrange(HOUR)
        finished.append(done(f"did-{day:03}", at, added_at=morning + HOUR, project_ref=project))
    return Life(tasks, finished)


def punctual_life(days: int, now: int = TUESDAY) -> Life:
    """Somebody who does what is due each day at noon, and leaves what has no date lying."""
    tasks = [task(f"left-{at}", added_at=now - 200 * DAY + at * HOUR) for at in range(5)]
    finished = []
    for day in range(days, 0, -1):
        at = now - day * DAY + 2 * HOUR
        due = local(at, BERLIN).date().isoformat()
        finished.append(done(f"did-{day:03}", at, added_at=at - DAY, due=due, lateness_days=0.0))
    return Life(tasks, finished)


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Counts as shares of their sum."""
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}
