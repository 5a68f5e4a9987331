"""Simulated lives with habituation: the gate's timing against a fixed hourly schedule and as many tips at other times.

    python -m benchmarks.habituation [--lives 40] [--days 28] [--json]

A made-up person gets things done in bursts around hours of their own, and welcomes a tip with a probability that
depends on the hour and on being at work just now (Kuenzler et al. 2019; Mishra et al. 2021) and falls with the recent
dose of tips, which wears off with rest: `receptivity(t) * exp(-dulling * dose)`, the dose decaying exponentially (the
habituation and recovery of Rankin et al. 2009, in the form of Mintz et al. 2020). The gate sees what oO sees:
completions and reactions. It is driven through `Rhythm` and `spans` by an hourly refresh and asked every five minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from math import exp
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from oo_cli.engine import gate
from oo_cli.engine.moments.rhythm import Rhythm
from oo_data.contracts.agent import Reacted
from oo_data.contracts.tip import SilentSpan

ZONE = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ASK = 5 * MINUTE
START = 1_793_487_600_000  # a Sunday, 2026-11-01, midnight in Berlin; a month without a clock change
NOTICED = HOUR  # a tip without an answer counts as ignored after this
WAKES, SLEEPS = 7, 22  # the gate's quiet hours by default, kept by every schedule


class Person(NamedTuple):
    """The secrets of one made-up person; hours are local, times UTC ms."""

    done: tuple[int, ...]
    tip_hours: tuple[float, ...]
    welcome: float
    at_work: float
    width: float
    dulling: float
    rest_hours: float
    refuses: float
    luck: int


class Outcome(NamedTuple):
    """What became of one schedule in one life."""

    shown: int
    accepted: int


def person(seed: int, days: int) -> Person:
    """One life: none to two months of history, then `days` in which tips are shown."""
    random = Random(seed)
    work_hours = (random.uniform(8, 12), random.uniform(14, 21))
    # The hours for tips lie near those of work for some, anywhere for others.
    own = (random.uniform(7.5, 21.5), random.uniform(7.5, 21.5))
    mix = random.choice((0.0, 0.5, 1.0))
    tip_hours = tuple(mix * work + (1 - mix) * other for work, other in zip(work_hours, own, strict=True))
    history = random.choice((0, 14, 60))
    done = tuple(_work(random, work_hours, START - history * DAY, START + days * DAY))
    return Person(
        done, tip_hours, random.uniform(0.15, 0.5), random.uniform(1.0, 2.5), random.uniform(1.0, 3.5),
        random.uniform(0.05, 0.4), random.uniform(4, 48), random.uniform(0.1, 0.4), random.getrandbits(32),
    )  # fmt: skip


def _work(random: Random, hours: Sequence[float], begin: int, end: int) -> Iterator[int]:
    level, burst = random.uniform(0.05, 0.25), False
    for at in range(begin, end, HOUR // 2):
        hour = _hour(at)
        chance = level * sum(exp(-(((hour - peak) / 1.5) ** 2)) for peak in hours) + 0.002
        burst = WAKES <= hour < SLEEPS + 1 and random.random() < min(0.8, chance * (4 if burst else 1))
        if burst:
            yield at + random.randrange(HOUR // 2)


def _hour(at: int) -> float:
    return (at - START) % DAY / HOUR


class Mind:
    """A person meeting tips, one schedule at a time; luck is the same for every schedule."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.dose, self.dosed_at = 0.0, 0
        self.shown = self.accepted = 0
        self.busy = {at // (HOUR // 2) for at in who.done}

    def meets(self, at: int) -> str:
        """The reaction to a tip shown now."""
        who, hour = self.who, _hour(at)
        dose = self.dose * exp(-(at - self.dosed_at) / (who.rest_hours * HOUR))
        self.dose, self.dosed_at = dose + 1.0, at
        bump = 0.25 + sum(exp(-(((hour - peak) / who.width) ** 2)) for peak in who.tip_hours)
        now = at // (HOUR // 2)
        working = now in self.busy or now - 1 in self.busy
        chance = min(0.9, who.welcome * bump * (who.at_work if working else 1.0)) * exp(-who.dulling * dose)
        luck = Random(who.luck * 1_000_003 + at // ASK)
        self.shown += 1
        if luck.random() < chance:
            self.accepted += 1
            return "done"
        refusal = luck.random() / who.refuses
        return ("no" if refusal < 0.6 else "later") if refusal < 1 else gate.IGNORED

    def outcome(self) -> Outcome:
        """What was shown and accepted so far."""
        return Outcome(self.shown, self.accepted)


def at_times(who: Person, times: Sequence[int]) -> Outcome:
    """A schedule that knows its times beforehand."""
    mind = Mind(who)
    for at in sorted(times):
        mind.meets(at)
    return mind.outcome()


def waking(days: int, step: int) -> list[int]:
    """Every `step` ms of the hours that are not quiet."""
    return [at for at in range(START, START + days * DAY, step) if WAKES <= _hour(at) < SLEEPS]


def gated(who: Person, days: int) -> Outcome:
    """An ambient surface behind the gate: it asks every five minutes and says something new when it may."""
    mind, rhythm = Mind(who), Rhythm()
    told = 0
    reactions: list[Reacted] = []
    shown: list[int] = []
    missed: list[int] = []
    spans: list[SilentSpan] = []
    pending: Reacted | None = None  # the answer to the tip that is before the person's eyes
    for at in range(START, START + days * DAY, ASK):
        if (at - START) % HOUR == 0:
            if pending is not None and pending.reaction == gate.IGNORED and at >= pending.at + NOTICED:
                reactions, pending = [*reactions, pending], None
            known = [each for each in who.done[told:] if each <= at]
            told += len(known)
            rhythm.learn(known, at, ZONE)
            spans = gate.spans({}, at, ZONE, gate.Known(rhythm, reactions))
        if pending is not None and pending.reaction != gate.IGNORED and at >= pending.at:
            reactions, pending = [*reactions, pending], None
            spans += [] if (pause := gate.pause(reactions, at)) is None else [pause]
        if pending is None and not _closed(spans, shown, missed, at):
            reaction = mind.meets(at)
            shown.append(at)
            missed += [at] if reaction == gate.IGNORED else []
            answered = at if reaction == gate.IGNORED else at + ASK
            pending = Reacted(answered, reaction, f"task-{len(shown)}")
    return mind.outcome()


def _closed(spans: Sequence[SilentSpan], shown: Sequence[int], missed: Sequence[int], at: int) -> bool:
    """Whether a surface that speaks by itself must keep quiet: the rule of `oo_data.store.shelf.pick`."""
    counted = {gate.MOMENT_ORIGIN: missed}
    return any(
        span.from_at <= at < span.until_at
        and (
            span.after_shown == 0
            or sum(each >= span.from_at for each in counted.get(span.origin, shown)) >= span.after_shown
        )
        for span in spans
    )


def compare(seed: int, days: int) -> dict[str, Outcome]:
    """One life under four schedules."""
    who = person(seed, days)
    ours = gated(who, days)
    awake = waking(days, ASK)
    return {
        "hourly": at_times(who, waking(days, HOUR)),
        "random, as many": at_times(who, Random(seed).sample(awake, ours.shown)),
        "evenly, as many": at_times(
            who, awake[len(awake) // ours.shown // 2 :: len(awake) // ours.shown][: ours.shown]
        ),
        "oo": ours,
    }


def summary(lives: Sequence[dict[str, Outcome]], days: int) -> dict[str, Any]:
    """Tips a day and acceptance per tip of each schedule over all lives, and oO's ratio to each, with intervals."""
    rows: dict[str, Any] = {}
    for name in lives[0]:
        shown, accepted = (sum(life[name][k] for life in lives) for k in (0, 1))
        rows[name] = {
            "tips_per_day": shown / len(lives) / days,
            "accepted_per_day": accepted / len(lives) / days,
            "acceptance": accepted / max(1, shown),
        }
        if name != "oo":
            low, high = _interval(lives, name)
            better = sum(_rate([life], "oo") > _rate([life], name) for life in lives)
            ratio = rows_ratio(lives, name)
            rows[name]["oo_ratio"] = {"ratio": ratio, "low": low, "high": high, "lives_better": better}
    return {"lives": len(lives), "days": days, "schedules": rows}


def rows_ratio(lives: Sequence[dict[str, Outcome]], name: str) -> float:
    """Acceptance per tip shown by oO over that of another schedule."""
    return _rate(lives, "oo") / max(1e-9, _rate(lives, name))


def _rate(lives: Sequence[dict[str, Outcome]], name: str) -> float:
    return sum(life[name].accepted for life in lives) / max(1, sum(life[name].shown for life in lives))


def _interval(lives: Sequence[dict[str, Outcome]], name: str) -> tuple[float, float]:
    random = Random(7)
    ratios = sorted(rows_ratio(random.choices(lives, k=len(lives)), name) for _ in range(1000))
    return ratios[25], ratios[974]


def main() -> None:
    """Run the lives and print the table, or the figures with --json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lives", type=int, default=40)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = summary([compare(seed, asked.days) for seed in range(asked.lives)], asked.days)
    sys.stdout.write(json.dumps(found) if asked.json else "\n".join(table(found)))
    sys.stdout.write("\n")


def table(found: dict[str, Any]) -> list[str]:
    """The figures as lines."""
    lines = [
        f"{found['lives']} lives of {found['days']} days",
        f"{'':18}{'tips/day':>10}{'taken/day':>10}{'per tip':>10}",
    ]
    for name, row in found["schedules"].items():
        line = f"{name:18}{row['tips_per_day']:10.2f}{row['accepted_per_day']:10.2f}{row['acceptance']:10.3f}"
        if "oo_ratio" in row:
            ratio = row["oo_ratio"]
            line += f"   oO: {ratio['ratio']:.2f} x [{ratio['low']:.2f}, {ratio['high']:.2f}]"
            line += f", better in {ratio['lives_better']} of {found['lives']} lives"
        lines.append(line)
    return lines


if __name__ == "__main__":
    main()
