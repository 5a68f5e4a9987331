"""Train the prior of the timing model on the people of OO_NEXTTASK_DIR.

    python -m benchmarks.train_moments          # writes the shipped prior, and one without each person

A logistic regression by Newton's method, over half hours; people weigh as the root of what they completed. The
weights' spread is how far a person may be from the mean of all, in units of how much each feature varies.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import exp, log, sqrt
from operator import mul
from pathlib import Path
from typing import NamedTuple

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from benchmarks.moment_lives import ROOT, Life, instants, lives
from oo_cli.engine.moments.habits import DAY_SLOTS, NAMES
from oo_cli.engine.moments.prior import Prior

IDLE_ROWS = 3000  # half hours without a completion that are kept per person, each standing for its neighbours
RIDGE, SPREAD = 1.0, 0.1
LEAST_DEVIATION = 0.2
SHIPPED = ROOT / "oo_cli" / "engine" / "moments" / "prior.json"
LEFT_OUT = ROOT / "benchmarks" / "moments_left_out.json"


class Rows(NamedTuple):
    """One person's half hours: features, outcome, weight, and the half hour of the local day."""

    features: list[list[float]]
    active: list[bool]
    weight: list[float]
    half: list[int]


def rows_of(life: Life) -> Rows:
    """All active half hours and evenly spaced idle ones; `day.everyone` is left open."""
    seen = [
        (each.habits.features(each.slot * 1_800_000, life.zone, (0.0,) * DAY_SLOTS), each.active, each.slot)
        for each in instants(life)
    ]
    positives = sum(active for _, active, _ in seen)
    step = max(1, len(seen) // IDLE_ROWS)
    kept = [row for index, row in enumerate(seen) if row[1] or index % step == 0]
    weight = 10 / sqrt(max(1, positives))
    shift = round((life.zone.utcoffset(None).total_seconds()) / 1800)
    return Rows(
        [features for features, _, _ in kept],
        [active for _, active, _ in kept],
        [weight * (1 if active else step) for _, active, _ in kept],
        [(slot + shift) % DAY_SLOTS for _, _, slot in kept],
    )


def everyone(people: Sequence[Rows]) -> tuple[float, ...]:
    """The logarithm of the shape of a day over people, smoothed and drawn to the mean."""
    shape = [0.0] * DAY_SLOTS
    for rows in people:
        counts = [0.0] * DAY_SLOTS
        for half, active in zip(rows.half, rows.active, strict=True):
            counts[half] += active
        scale = sqrt(max(1.0, sum(counts)))
        shape = [total + count / scale for total, count in zip(shape, counts, strict=True)]
    bump = (1, 2, 3, 4, 3, 2, 1)
    smooth = [sum(w * shape[(half + k - 3) % DAY_SLOTS] for k, w in enumerate(bump)) / 16 for half in range(DAY_SLOTS)]
    mean = sum(smooth) / DAY_SLOTS
    return tuple(round(log((value / mean + 0.15) / 1.15), 4) for value in smooth)


def train(people: Sequence[Rows], start: Sequence[float] | None = None) -> Prior:
    """The prior of these people; from a `start` near the answer fewer steps are needed."""
    shape = everyone(people)
    rows = [
        ([*features[:-1], shape[half]], float(active), weight)
        for each in people
        for features, active, weight, half in zip(*each, strict=True)
    ]
    deviation = _deviations([features for features, _, _ in rows])
    weights = list(start or [0.0] * len(NAMES))
    for _ in range(25):
        step = _newton(rows, weights, [RIDGE * each * each for each in deviation])
        weights = [weight - change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-4:
            break
    spread = [SPREAD / max(LEAST_DEVIATION, each) for each in deviation]
    return Prior(tuple(round(w, 4) for w in weights), tuple(round(s, 4) for s in spread), shape)


def _deviations(features: Sequence[Sequence[float]]) -> list[float]:
    found = []
    for column in zip(*features, strict=True):
        mean = sum(column) / len(column)
        found.append(max(0.05, sqrt(sum((value - mean) ** 2 for value in column) / len(column))))
    return found


def _newton(
    rows: Sequence[tuple[list[float], float, float]], weights: Sequence[float], ridge: Sequence[float]
) -> list[float]:
    size = len(weights)
    slope = [each * weight for each, weight in zip(ridge, weights, strict=True)]
    curve = [[ridge[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
    for features, active, weight in rows:
        chance = 1 / (1 + exp(-max(-30.0, min(30.0, sum(map(mul, weights, features))))))
        error, bend = weight * (chance - active), weight * chance * (1 - chance)
        used = [(index, value) for index, value in enumerate(features) if value]
        for index, value in used:
            slope[index] += error * value
            row, scaled = curve[index], bend * value
            for other, factor in used:
                row[other] += scaled * factor
    return solve(curve, slope)


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a symmetric positive definite system, by Gaussian elimination."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for pivot in range(size):
        for below in range(pivot + 1, size):
            factor = rows[below][pivot] / rows[pivot][pivot]
            rows[below] = [a - factor * b for a, b in zip(rows[below], rows[pivot], strict=True)]
    found = [0.0] * size
    for index in reversed(range(size)):
        known = sum(rows[index][other] * found[other] for other in range(index + 1, size))
        found[index] = (rows[index][size] - known) / rows[index][index]
    return found


def as_json(prior: Prior) -> dict[str, object]:
    """A prior as its file has it."""
    weights = {name: [mean, spread] for name, mean, spread in zip(NAMES, prior.mean, prior.spread, strict=True)}
    return {"weights": weights, "everyone": list(prior.everyone)}


def main() -> None:
    """Train on everyone, then on everyone but one."""
    people = {life.mark: rows_of(life) for life in lives()}
    whole = train(list(people.values()))
    SHIPPED.write_text(json.dumps(as_json(whole), indent=1) + "\n", encoding="ascii")
    left_out = {
        mark: as_json(train([rows for other, rows in people.items() if other != mark], whole.mean)) for mark in people
    }
    LEFT_OUT.write_text(json.dumps(left_out) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
