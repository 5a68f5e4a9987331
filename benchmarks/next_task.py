"""Which open task came next? oO's ranker and the baselines on the lives of real people.

    python -m benchmarks.next_task                      # the shipped prior, learning as each life goes on
    python -m benchmarks.next_task --leave-one-out      # trained without the one measured; needs numpy, scipy
    python -m benchmarks.next_task --per-person --json

The people and their scorer are found by OO_NEXTTASK_DIR and OO_NEXTTASK_SCORER. Where they are absent, made-up lives
take their place: those figures show that the machinery runs, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from benchmarks import made_up
from benchmarks.task_lives import Player, people, scorer
from oo_cli.engine.ranker.model import Model, Prior, shipped

OURS, FIRST, DRAWS, LIVES = "oo", 50, 4000, 6
MEASURES = ("hit@1", "hit@3", "MRR")
Scores = Sequence[tuple[float, float, float]]
Interval = tuple[float, float, float]


class Result(NamedTuple):
    """One person: the scores of every ranker, moment by moment; the first chance and whether it held, of ours."""

    name: str
    scores: Mapping[str, Scores]
    chances: Sequence[tuple[float, bool]]


def real(files: Sequence[Path], priors: Mapping[str, Prior]) -> list[Result]:
    """Every person through the scorer, with the prior named after them or the shipped one."""
    score = scorer()
    results = []
    for file in files:
        name = file.name.split(".")[0]
        player = Player(Model(priors.get(name) or shipped()))
        rankers = {**score.BASELINES, OURS: player}
        got, _, _, _ = score.run_person(str(file), rankers, [score.WHERE["all"]])
        firsts = [max(chances) for chances in player.chances]
        hits = [hit == 1.0 for hit, _, _ in got[OURS]]
        results.append(Result(name, got, list(zip(firsts, hits, strict=True))))
    return results


def imagined() -> list[Result]:
    """A few made-up people, through oO's own replay."""
    lives = [made_up.life(seed) for seed in range(LIVES)]
    return [Result(life.name, *made_up.scores(life, OURS)) for life in lives]


def mean(scores: Scores) -> tuple[float, ...]:
    """The three measures, averaged over moments."""
    return tuple(sum(column) / len(scores) for column in zip(*scores, strict=True))


def interval(values: Sequence[float]) -> Interval:
    """The mean over people and the 95 % interval when people are drawn with replacement, as the scorer does."""
    random, size = Random(7), len(values)
    drawn = sorted(sum(values[random.randrange(size)] for _ in values) / size for _ in range(DRAWS))
    return sum(values) / size, drawn[int(0.025 * DRAWS)], drawn[int(0.975 * DRAWS) - 1]


def macro(results: Sequence[Result], first: int | None = None) -> dict[str, tuple[Interval, ...]]:
    """For each ranker, the three measures over people; of the first so many moments of each, if told."""
    rows = {}
    for ranker in results[0].scores:
        means = [mean(each.scores[ranker][:first]) for each in results]
        rows[ranker] = tuple(interval(column) for column in zip(*means, strict=True))
    return rows


def table(title: str, rows: Mapping[str, Sequence[Interval]]) -> list[str]:
    """Lines for the terminal."""
    head = f"{title:<24}" + "".join(f"{measure:>23}" for measure in MEASURES)
    return [head, *(f"{name:<24}" + "".join(_cell(*cell) for cell in row) for name, row in rows.items())]


def _cell(value: float, low: float, high: float) -> str:
    return f"   {value:.3f} [{low:.3f}, {high:.3f}]"


def per_person(results: Sequence[Result]) -> list[str]:
    """One line a person: ours, the best baseline by reciprocal rank, and ours in the first moments."""
    lines = [f"{'person':<12}{'moments':>8}   {'oo':<22}{'best baseline':<18}{'':<22}{f'oo, first {FIRST}':<22}"]
    for each in results:
        best = max((name for name in each.scores if name != OURS), key=lambda name: mean(each.scores[name])[2])
        shown = (each.scores[OURS], each.scores[best], each.scores[OURS][:FIRST])
        ours, other, early = (_three(mean(scores)) for scores in shown)
        lines.append(f"{each.name:<12}{len(each.scores[OURS]):>8}   {ours:<22}{best:<18}{other:<22}{early:<22}")
    return lines


def _three(values: Sequence[float]) -> str:
    return "  ".join(f"{value:.3f}" for value in values)


def calibration(results: Sequence[Result], boxes: int = 5) -> list[str]:
    """Of the first choice: the chance that was told against how often it held, in equal parts of all moments."""
    told = sorted(chance for each in results for chance in each.chances)
    lines = ["the first choice: chance told, and how often it held"]
    for box in range(boxes):
        part = told[box * len(told) // boxes : (box + 1) * len(told) // boxes]
        if part:
            chance, held = sum(value for value, _ in part) / len(part), sum(hit for _, hit in part) / len(part)
            lines.append(f"  {chance:.3f}  {held:.3f}  ({len(part)} moments)")
    return lines


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """What `--json` prints: the three measures over people, and for each person."""
    over = macro(results)
    return {
        "macro": {name: {m: cell[0] for m, cell in zip(MEASURES, row, strict=True)} for name, row in over.items()},
        "persons": {
            each.name: {name: dict(zip(MEASURES, mean(scores), strict=True)) for name, scores in each.scores.items()}
            for each in results
        },
    }


def left_out(files: Sequence[Path]) -> dict[str, Prior]:
    """For each person a prior taught by all the others."""
    from benchmarks.train_ranker import everyone, prior_of

    taught = everyone(files)
    return {name: prior_of([lessons for other, lessons in taught.items() if other != name]) for name in taught}


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure, and print the tables or the object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one object instead of tables")
    parser.add_argument("--per-person", action="store_true", help="a line for each person")
    parser.add_argument("--leave-one-out", action="store_true", help="train without the person measured")
    chosen = parser.parse_args(arguments)
    files = people()
    if not files:
        print("No people found: made-up lives. Set OO_NEXTTASK_DIR to measure.", file=sys.stderr)
    elif not chosen.leave_one_out:
        print("Where these people taught the shipped prior, --leave-one-out is the honest figure.", file=sys.stderr)
    results = real(files, left_out(files) if chosen.leave_one_out else {}) if files else imagined()
    if chosen.json:
        say(json.dumps(as_json(results)))
        return
    lines = table(f"{len(results)} people", macro(results))
    lines += [
        "",
        *table(f"their first {FIRST} moments", {OURS: macro(results, FIRST)[OURS]}),
        "",
        *calibration(results),
    ]
    if chosen.per_person:
        lines += ["", *per_person(results)]
    for line in lines:
        say(line)


if __name__ == "__main__":
    main()
