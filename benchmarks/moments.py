"""How well oO knows when a person gets things done: AUC and Brier score of its timing model.

    python -m benchmarks.moments [--json]

Every half hour, from a week after a person's first completion to their last one: will they complete something within
it? Known is the past only. A person the shipped prior was trained on is given one trained without them (both come
from benchmarks/train_moments.py). People are read from OO_NEXTTASK_DIR; without that folder, made-up ones are used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from benchmarks.moment_lives import WARM_UP, Life, lives
from benchmarks.train_moments import LEFT_OUT, solve
from oo_cli.engine.moments.habits import DAY_SLOTS, NAMES, SLOT_MS
from oo_cli.engine.moments.prior import Prior, parse, shipped
from oo_cli.engine.moments.rhythm import Rhythm

REBUILT = 28 * DAY_SLOTS  # as a refresh builds it, from the past; in between it learns on
MODELS = ("constant", "histogram", "prior", "oo")
MEASURES = ("auc", "brier", "log_loss")
WEEK = 168


class Forecasts(NamedTuple):
    """One person's half hours: whether each was active, and what each model had said."""

    active: list[bool]
    said: Mapping[str, list[float]]


class Histogram:
    """The person's own hour-of-week histogram over two hours to each side, and their mean as `constant`."""

    strength = 20.0

    def __init__(self) -> None:
        self.seen = [0.0] * WEEK
        self.active = [0.0] * WEEK

    def note(self, hour: int, active: bool) -> None:
        """See one half hour."""
        self.seen[hour] += 1
        self.active[hour] += active

    @property
    def constant(self) -> float:
        """The share of all half hours so far."""
        return max(1e-6, sum(self.active) / max(1.0, sum(self.seen)))

    def chance(self, hour: int) -> float:
        """The share of those around this hour of the week, drawn to the mean."""
        near = [(3 - abs(away), (hour + away) % WEEK) for away in range(-2, 3)]
        active = sum(weight * self.active[at] for weight, at in near) / 9
        seen = sum(weight * self.seen[at] for weight, at in near) / 9
        return (active + self.strength * self.constant) / (seen + self.strength)


def forecasts(life: Life, prior: Prior) -> Forecasts:
    """What each model says of every half hour, told nothing of it before."""
    first, last = life.done[0] // SLOT_MS, life.done[-1] // SLOT_MS
    busy = {at // SLOT_MS for at in life.done}
    shift = round(life.zone.utcoffset(None).total_seconds()) // 1800
    histogram, rhythm, fixed = Histogram(), Rhythm(prior), Rhythm(prior._replace(spread=(0.0,) * len(NAMES)))
    active: list[bool] = []
    said: dict[str, list[float]] = {name: [] for name in MODELS}
    index = 0
    for slot in range(first, last + 1):
        now, hour = slot * SLOT_MS, ((slot + shift) // 2 + 72) % WEEK
        begin = index
        while index < len(life.done) and life.done[index] < now:
            index += 1
        fixed.learn(life.done[begin:index], now, life.zone)
        if (slot - first) % REBUILT == 0:
            rhythm = Rhythm.of(life.done[:index], now, life.zone, prior)
        else:
            rhythm.learn(life.done[begin:index], now, life.zone)
        if slot >= first + WARM_UP:
            active.append(slot in busy)
            said["constant"].append(histogram.constant)
            said["histogram"].append(histogram.chance(hour))
            said["prior"].append(fixed.probability(now, now, life.zone))
            said["oo"].append(rhythm.probability(now, now, life.zone))
        histogram.note(hour, slot in busy)
    return Forecasts(active, said)


def measured(active: Sequence[bool], said: Sequence[float]) -> dict[str, float]:
    """AUC (ties count half), Brier score, and the mean negative log likelihood."""
    paired = sorted(zip(said, active, strict=True))
    ranks, index = 0.0, 0
    while index < len(paired):
        end = index
        while end < len(paired) and paired[end][0] == paired[index][0]:
            end += 1
        ranks += sum(hit for _, hit in paired[index:end]) * (index + end + 1) / 2
        index = end
    hits, misses = sum(active), len(active) - sum(active)
    return {
        "auc": (ranks - hits * (hits + 1) / 2) / (hits * misses),
        "brier": sum((chance - hit) ** 2 for chance, hit in paired) / len(paired),
        "log_loss": -sum(log(max(1e-9, chance if hit else 1 - chance)) for chance, hit in paired) / len(paired),
    }


def calibration(people: Sequence[Forecasts]) -> dict[str, Any]:
    """Intercept and slope of the log odds (0 and 1 are perfect) over all people, and the reliability by tenths."""
    pairs = sorted((chance, hit) for each in people for chance, hit in zip(each.said["oo"], each.active, strict=True))
    odds = [log(chance / (1 - chance)) for chance, _ in pairs]
    intercept, slope = 0.0, 1.0
    for _ in range(8):
        chances = [1 / (1 + 2.718281828459045 ** -(intercept + slope * each)) for each in odds]
        error = [chance - hit for chance, (_, hit) in zip(chances, pairs, strict=True)]
        bend = [chance * (1 - chance) for chance in chances]
        cross = sum(b * x for b, x in zip(bend, odds, strict=True))
        square = sum(b * x * x for b, x in zip(bend, odds, strict=True))
        step = solve([[sum(bend), cross], [cross, square]], [sum(error), sum(map(float.__mul__, error, odds))])
        intercept, slope = intercept - step[0], slope - step[1]
    tenths = [pairs[len(pairs) * k // 10 : len(pairs) * (k + 1) // 10] for k in range(10)]
    curve = [(sum(c for c, _ in part) / len(part), sum(h for _, h in part) / len(part)) for part in tenths]
    return {"intercept": intercept, "slope": slope, "reliability": curve}


def interval(values: Sequence[float], draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """95% interval of the mean, persons drawn with replacement."""
    random = Random(seed)
    means = sorted(sum(random.choices(values, k=len(values))) / len(values) for _ in range(draws))
    return means[int(0.025 * draws)], means[int(0.975 * draws) - 1]


def figures(people: Sequence[Life]) -> dict[str, Any]:
    """All figures: per person, their means with intervals, oO against each other model, and calibration."""
    left_out = json.loads(LEFT_OUT.read_text(encoding="ascii"))
    told = {
        life.name: forecasts(life, parse(left_out[life.mark]) if life.mark in left_out else shipped())
        for life in people
    }
    told = {name: each for name, each in told.items() if any(each.active)}
    persons: dict[str, Any] = {
        name: {model: measured(each.active, each.said[model]) for model in MODELS} | {"moments": len(each.active)}
        for name, each in told.items()
    }
    columns: dict[tuple[str, str], list[float]] = {
        (model, measure): [row[model][measure] for row in persons.values()] for model in MODELS for measure in MEASURES
    }
    macro = {model: {measure: _spread(columns[model, measure]) for measure in MEASURES} for model in MODELS}
    against = {
        model: {
            measure: _spread([a - b for a, b in zip(columns["oo", measure], columns[model, measure], strict=True)])
            for measure in MEASURES
        }
        for model in MODELS[:-1]
    }
    return {"macro": macro, "oo_minus": against, "persons": persons, "calibration": calibration(list(told.values()))}


def _spread(values: Sequence[float]) -> dict[str, float]:
    low, high = interval(values)
    return {"mean": sum(values) / len(values), "low": low, "high": high}


def table(found: Mapping[str, Any]) -> list[str]:
    """The figures as lines: every person, the means with intervals, the differences, and calibration."""
    lines = [f"{'':14}{'moments':>8}" + "".join(f"{model:>11}" for model in MODELS) + "   AUC, then Brier score x 1000"]
    for name, row in found["persons"].items():
        auc = "".join(f"{row[model]['auc']:11.3f}" for model in MODELS)
        brier = "".join(f"{row[model]['brier'] * 1000:9.2f}" for model in MODELS)
        lines.append(f"{name:14}{row['moments']:8}{auc}  {brier}")
    for title, rows in (("mean over people", found["macro"]), ("oO minus", found["oo_minus"])):
        lines += ["", f"{title:14}" + "".join(f"{measure:>30}" for measure in MEASURES)]
        for model, row in rows.items():
            cells = (f"{v['mean']:+.4f} [{v['low']:+.4f}, {v['high']:+.4f}]" for v in row.values())
            lines.append(f"  {model:12}" + "".join(f"{cell:>30}" for cell in cells))
    fit = found["calibration"]
    lines += [
        "",
        f"calibration of oO: intercept {fit['intercept']:+.3f}, slope {fit['slope']:.3f}; said and seen by tenths:",
    ]
    lines.append("  " + "  ".join(f"{said:.4f}/{seen:.4f}" for said, seen in fit["reliability"]))
    return lines


def main() -> None:
    """Print the table, or the figures with --json."""
    found = figures(lives())
    sys.stdout.write(json.dumps(found) if "--json" in sys.argv[1:] else "\n".join(table(found)))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
