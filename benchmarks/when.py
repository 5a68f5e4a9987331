"""Does oO's timing rule speak at better points than always speaking? Read off a randomised trial (HeartSteps V1).

    python -m benchmarks.when [--json]

Folder and scorer are `when/` in OO_NEXTTASK_DIR; the weighting is the scorer's own. The trial's five decision points a
day stand for the day's half hours: 200 steps within half an hour of a suggestion are "done", fewer "ignored", and
any such walk counts as a completion. Where an interval holds zero nothing is claimed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from benchmarks.moment_lives import folder
from oo_cli.engine import gate
from oo_cli.engine.gate.habituation import pause_ends, welcome_by_hour
from oo_cli.engine.gate.openings import LEAST_ACTIVE, LEAST_OPEN, ROOM
from oo_cli.engine.moments.rhythm import Rhythm
from oo_data.contracts.agent import Reacted

UTC = ZoneInfo("UTC")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MOVED, POINTS, WAKING_HALF_HOURS = 200, 5, 30
Row = Mapping[str, Any]


class Timing:
    """The gate's rules on the trial's rows: fewer and pauses after ignored tips, and the likelier points of a day."""

    habituates, chooses = True, True

    def __init__(self) -> None:
        self.rhythm = Rhythm()
        self.reactions: list[Reacted] = []
        self.seen = 0
        self.hours: dict[int, int] = {}

    def __call__(self, row: Row, past: Sequence[Row]) -> float:
        """1 to speak, 0 to stay silent."""
        now = _at(row)
        self._live(past, now)
        self.hours[row["slot"]] = row["hour"]
        if self.habituates and not self._fresh(row, past, now):
            return 0.0
        return float(not self.chooses or self._likely(row, now))

    def _live(self, past: Sequence[Row], now: int) -> None:
        fresh = past[self.seen :]
        self.seen = len(past)
        self.rhythm.learn([_at(row) + 15 * MINUTE for row in fresh if row["post30"] >= MOVED], now, UTC)
        self.reactions += [
            Reacted(_at(row), "done" if row["post30"] >= MOVED else gate.IGNORED, "walk")
            for row in fresh
            if row["avail"] and row["send"]
        ]

    def _fresh(self, row: Row, past: Sequence[Row], now: int) -> bool:
        today = sum(bool(each["send"] and each["avail"]) for each in past[-POINTS:] if each["day"] == row["day"])
        return today < gate.allowance(POINTS, self.reactions, now) and pause_ends(self.reactions) <= now

    def _likely(self, row: Row, now: int) -> bool:
        """Whether this point is among the day's best, as many of five as the gate leaves open of thirty half hours."""
        if self.rhythm.active(now) < LEAST_ACTIVE:
            return True
        tips = gate.allowance(gate.TIPS_PER_DAY, self.reactions, now)
        keep = ceil(POINTS * min(1.0, max(LEAST_OPEN, ROOM * tips) / WAKING_HALF_HOURS))
        welcome = welcome_by_hour(self.reactions, now, UTC)
        ahead = {slot: now + (hour - row["hour"]) % 24 * HOUR for slot, hour in self.hours.items()}
        ahead[row["slot"]] = now
        useful = {
            slot: self.rhythm.probability(at, now, UTC) * welcome[self.hours[slot] % 24] for slot, at in ahead.items()
        }
        return sorted(useful, key=lambda slot: -useful[slot]).index(row["slot"]) < keep


class Fewer(Timing):
    """Fewer tips and pauses alone."""

    chooses = False


class Likely(Timing):
    """The choice of likelier points alone."""

    habituates = False


def _at(row: Row) -> int:
    return int((row["day"] + 1) * DAY + row["hour"] * HOUR)


def _always(row: Row, past: Sequence[Row]) -> float:
    return 1.0


POLICIES: dict[str, Callable[..., Any]] = {
    "always": _always,
    "oo": Timing,
    "oo, fewer only": Fewer,
    "oo, likely only": Likely,
}


def scorer() -> ModuleType | None:
    """The scorer beside the rows, or None where there is none."""
    file = folder() / "when" / "score_when.py"
    spec = importlib.util.spec_from_file_location("score_when", file)
    if not file.is_file() or spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(score: ModuleType, file: str) -> dict[str, Any]:
    """By policy: share of points spoken at, gain per tip over silence in log steps, and that against `always`."""
    rows = score.read(file)
    live = [row for row in rows if row["avail"]]
    for outcome in ("log", "moved"):
        score.adjust(live, outcome)
    totals = {
        name: [score.sums(points, 0) for points in score.run(rows, policy).values()]
        for name, policy in POLICIES.items()
    }
    found = {}
    for name, each in totals.items():
        _, share, gain = score.value(each)
        low, high = score.ci(each, 2)
        found[name] = {"speaks": share, "gain_per_tip": gain, "low": low, "high": high, "claim": _claim(low, high)}
        if name != "always":
            found[name]["minus_always"] = _difference(score, each, totals["always"])
    return {"persons": len(totals["always"]), "points": len(live), "policies": found}


def _difference(score: ModuleType, ours: Sequence[Any], other: Sequence[Any]) -> dict[str, Any]:
    """Gain per tip minus the other policy's, persons drawn with replacement, each with both."""
    random, draws = Random(5), []
    for _ in range(2000):
        drawn = [random.randrange(len(ours)) for _ in ours]
        draws.append(score.value([ours[k] for k in drawn])[2] - score.value([other[k] for k in drawn])[2])
    draws.sort()
    low, high = draws[50], draws[1949]
    return {"mean": score.value(ours)[2] - score.value(other)[2], "low": low, "high": high, "claim": _claim(low, high)}


def _claim(low: float, high: float) -> str:
    if low > 0:
        return "better"
    return "worse" if high < 0 else "no claim"


def table(found: Mapping[str, Any]) -> list[str]:
    """The figures as lines."""
    lines = [f"{found['persons']} people, {found['points']} points; gain per tip in log steps, 95% over people"]
    for name, row in found["policies"].items():
        line = (
            f"{name:16} speaks {row['speaks']:.2f}  {row['gain_per_tip']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
        )
        line += f" {row['claim']:9}"
        if "minus_always" in row:
            least = row["minus_always"]
            line += f" minus always {least['mean']:+.3f} [{least['low']:+.3f}, {least['high']:+.3f}] {least['claim']}"
        lines.append(line)
    return [*lines, "Few people: what holds on these rows has often not held on others (see the README of the data)."]


def main() -> None:
    """Print the table, or the figures with --json."""
    score = scorer()
    files = sorted((folder() / "when").glob("when-*.csv.gz"))
    found = figures(score, str(files[0])) if score is not None and files else None
    if "--json" in sys.argv[1:]:
        said = json.dumps(found)
    elif found is None:
        said = "There is no timing data here; OO_NEXTTASK_DIR names its folder."
    else:
        said = "\n".join(table(found))
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
