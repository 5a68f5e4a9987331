"""Made-up task lives, for where the real ones are absent: they exercise the ranker and claim nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.replay import Moment, moments
from oo_cli.engine.ranker.terms import terms
from oo_cli.engine.when import DAY_MS, HOUR_MS, MINUTE_MS, local
from oo_data.contracts.feature import TaskCompletion, TaskFeatures

START = 20_454 * DAY_MS
UTC = ZoneInfo("UTC")
Score = tuple[float, float, float]


class Life(NamedTuple):
    """One made-up person: what is still open, and what was done (oldest first)."""

    name: str
    tasks: tuple[TaskFeatures, ...]
    done: tuple[TaskCompletion, ...]


def life(seed: int, days: int = 90) -> Life:
    """Three projects, a daily routine, dates for half of all; someone who likes what is new or what is due."""
    random = Random(seed)
    fondness = random.random()
    listed: list[TaskFeatures] = []
    done: list[TaskCompletion] = []
    for day in range(days):
        start = START + day * DAY_MS
        for _ in range(random.randint(1, 4)):
            listed.append(_task(f"{seed}-{day}-{len(listed)}", start + random.randrange(8 * HOUR_MS), random))
        at = start + 9 * HOUR_MS
        done.append(_done(_routine(seed), at))
        for _ in range(random.randint(0, 4)):
            at += random.randrange(5 * MINUTE_MS, 2 * HOUR_MS)
            chosen = _next(listed, at, fondness, random)
            listed.remove(chosen)
            done.append(_done(chosen, at))
            if not listed:
                break
    return Life(f"made-up-{seed + 1:02}", (*listed, _routine(seed)), tuple(done))


def _task(ref: str, added: int, random: Random) -> TaskFeatures:
    due = local(added + random.randint(0, 14) * DAY_MS, UTC).date().isoformat() if random.random() < 0.5 else None
    project = random.choice((None, "home", "work", "garden"))
    return TaskFeatures(ref, "made-up", due, None, random.choice((1, 1, 2, 4)), project, (), added, False, None, 3)


def _routine(seed: int) -> TaskFeatures:
    return TaskFeatures(
        f"{seed}-daily", "made-up", None, None, 1, "home", (), START, True, None, 2, every_days=1.0
    )  # fmt: skip


def _done(task: TaskFeatures, at: int) -> TaskCompletion:
    late = None
    if task.due is not None:
        late = float((local(at, UTC).date() - date.fromisoformat(task.due)).days)
    return TaskCompletion(
        task.ref, task.source, at, True, task.due, late, task.project_ref, task.priority, task.recurring,
        task.added_at, task.label_refs, task.every_days,
    )  # fmt: skip


def _next(listed: Sequence[TaskFeatures], at: int, fondness: float, random: Random) -> TaskFeatures:
    if random.random() < 0.2:
        return random.choice(listed)
    if random.random() < fondness:
        return max(listed, key=_added)
    return min(listed, key=lambda task: (task.due or "~", -task.priority, _added(task)))


def _added(task: TaskFeatures) -> int:
    return task.added_at or 0


ORDERS: dict[str, Callable[[TaskFeatures], tuple[str, int]]] = {
    "oldest": lambda task: ("", _added(task)),
    "newest": lambda task: ("", -_added(task)),
    "soonest": lambda task: (task.due or "~", _added(task)),
}


def scores(person: Life, ours: str) -> tuple[dict[str, list[Score]], list[tuple[float, bool]]]:
    """Ours and the fixed orders, moment by moment; for ours the first chance and whether it held."""
    model, found, chances = Model.prior(), {name: list[Score]() for name in (*ORDERS, ours)}, []
    for moment in moments(person.tasks, person.done, UTC):
        for name, key in ORDERS.items():
            found[name].append(_score([task.ref for task in sorted(moment.open, key=key)], moment))
        order, chance = _ours(model, moment.past, moment)
        found[ours].append(_score(order, moment))
        chances.append((chance, order[0] in moment.right))
    return found, chances


def _ours(model: Model, past: Past, moment: Moment) -> tuple[list[str], float]:
    rows = terms(moment.open, past, moment.now, UTC)
    chances = model.probabilities(rows)
    order = sorted(range(len(rows)), key=lambda index: -chances[index])
    model.learn(rows, {at for at, task in enumerate(moment.open) if task.ref in moment.right}, moment.now)
    return [moment.open[index].ref for index in order], max(chances)


def _score(order: Sequence[str], moment: Moment) -> Score:
    rank = next(at for at, ref in enumerate(order, 1) if ref in moment.right)
    return float(rank == 1), float(rank <= 3), 1.0 / rank
