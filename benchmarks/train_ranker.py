"""Train the weights a new person starts from, on the people of OO_NEXTTASK_DIR. Needs numpy and scipy.

    python -m benchmarks.train_ranker          # writes oo_cli/engine/ranker/prior.json

Weights common to all and each person's deviation from them are fitted together, by maximum a posteriori: a Gaussian of
precision `RIDGE` on what is common, of variance `VARIANCE` on each deviation. What is only one person's own is so kept
out of what ships. People weigh as the fourth root of their decisions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from benchmarks.task_lives import ROOT, Player, people, scorer
from oo_cli.engine.ranker.model import Model, Prior
from oo_cli.engine.ranker.terms import NAMES

Floats = Any  # a numpy array of floats; numpy is not among oO's own dependencies
SHIPPED = ROOT / "oo_cli" / "engine" / "ranker" / "prior.json"
RIDGE, VARIANCE = 10.0, 0.03  # of the fit
LEARNING = 0.2  # the variance a new person starts with; wider than the fit's, so that it is quick to learn
TEMPERATURE = 1.25  # chosen on people left out: the lowest log loss of what came next, 1.77 against 1.81 at 1
POWER = 0.75  # a person's decisions weigh as their number to the minus this
# What a person marks by hand is their word: to someone new it counts at least that much, though these people,
# who seldom clear their marks, would have it count for nothing. Their own ticks may teach otherwise.
FLOORS = {"priority: high": 1.0, "priority: medium": 0.5, "priority: low": 0.1}
MOST = 100  # wrong tasks taken of a long list, each standing for its like
STEPS = 100


class Lessons(NamedTuple):
    """The decisions of one person, one after the other.

    `rows` (n, d); `stands`, the logarithm of how many each row stands for (n); `right` (n); `starts` of decisions (m).
    """

    rows: Floats
    stands: Floats
    right: Floats
    starts: Floats


def lessons(path: Path, score: Any) -> Lessons:
    """All decisions of one person; a long list is thinned by a seeded draw."""
    np = _numpy()

    random, player = Random(7), Player(Model(Prior((0.0,) * len(NAMES), 1.0, 1.0)))
    rows: list[Sequence[float]] = []
    stands: list[float] = []
    right: list[bool] = []
    starts: list[int] = []
    for moment in score.replay(str(path)):
        if moment.get("end"):
            break
        all_rows = player.rows(moment["now"], moment["open"], moment["history"])
        good = [task["id"] in moment["right"] for task in moment["open"]]
        wrong = [index for index, is_good in enumerate(good) if not is_good]
        kept = wrong if len(wrong) <= 1.5 * MOST else sorted(random.sample(wrong, MOST))
        weight = float(np.log(len(wrong) / len(kept)))
        starts.append(len(rows))
        for index in [index for index, is_good in enumerate(good) if is_good] + kept:
            rows.append(all_rows[index])
            stands.append(0.0 if good[index] else weight)
            right.append(good[index])
    return Lessons(np.array(rows), np.array(stands), np.array(right), np.array(starts))


def fit(taught: Sequence[Lessons]) -> tuple[float, ...]:
    """The weights common to all (d)."""
    np, minimize = _numpy(), import_module("scipy.optimize").minimize

    size, count = len(NAMES), len(taught)
    sizes = np.array([len(person.starts) for person in taught], dtype=float)
    weights = sizes**-POWER
    weights *= sizes.sum() / (weights * sizes).sum()

    def cost(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(count + 1, size)
        slope = np.zeros_like(table)
        slope[0] = RIDGE * table[0]
        total = 0.5 * RIDGE * float(table[0] @ table[0])
        for index, (person, weight) in enumerate(zip(taught, weights, strict=True), 1):
            loss, gradient = _loss(person, table[0] + table[index])
            total += weight * loss + 0.5 * float(table[index] @ table[index]) / VARIANCE
            slope[0] += weight * gradient
            slope[index] = weight * gradient + table[index] / VARIANCE
        return total, slope.ravel()

    start = np.zeros((count + 1) * size)
    bounds = [(FLOORS.get(name), None) for name in NAMES] + [(None, None)] * (count * size)
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS})
    return tuple(float(weight) for weight in found.x[:size])


def _loss(person: Lessons, weights: Floats) -> tuple[float, Floats]:
    """Minus the log-likelihood of one person's decisions, and its gradient (d)."""
    np = _numpy()

    logits = person.rows @ weights + person.stands
    total, chances = _softmax(logits, person.starts)
    inner, wanted = _softmax(np.where(person.right, logits, -1e9), person.starts)
    return float((total - inner).sum()), person.rows.T @ (chances - wanted)


def _softmax(logits: Floats, starts: Floats) -> tuple[Floats, Floats]:
    """The logarithm of each decision's sum, and the chances."""
    np = _numpy()

    lengths = np.diff(np.append(starts, len(logits)))
    top = np.maximum.reduceat(logits, starts)
    parts = np.exp(logits - np.repeat(top, lengths))
    sums = np.add.reduceat(parts, starts)
    return top + np.log(sums), parts / np.repeat(sums, lengths)


def _numpy() -> Any:
    """The library, where it is installed: neither it nor its types are among oO's dependencies."""
    return import_module("numpy")


def prior_of(taught: Sequence[Lessons]) -> Prior:
    """The prior that these people teach."""
    return Prior(fit(taught), LEARNING, TEMPERATURE)


def everyone(paths: Iterable[Path]) -> dict[str, Lessons]:
    """The decisions of all, by name of the person."""
    score = scorer()
    return {path.name.split(".")[0]: lessons(path, score) for path in paths}


def main() -> None:
    """Write the prior that ships."""
    prior = prior_of(list(everyone(people()).values()))
    weights = {name: round(weight, 5) for name, weight in zip(NAMES, prior.mean, strict=True)}
    held = {"variance": prior.variance, "temperature": prior.temperature, "weights": weights}
    SHIPPED.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
