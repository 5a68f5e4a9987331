"""The policies and their stages: what is live, what the evidence says of the others, promotion and its undoing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oo_cli.engine.evaluation import measures, promotion
from oo_cli.engine.evaluation.promotion import Evidence
from oo_cli.engine.offpolicy.bootstrap import Interval
from oo_cli.engine.offpolicy.estimators import Sample
from oo_cli.engine.policies import stages
from oo_cli.house import House
from oo_cli.usecases import compare
from oo_cli.usecases.compare import interval
from oo_cli.usecases.decide import learnt_from, stage_of
from oo_cli.usecases.evaluate import DAYS, Contest, Told, contest
from oo_data.contracts.event import PolicyChanged
from oo_data.errors import BadUsageError
from oo_data.store import events
from oo_data.store import policies as store

NOTES = {
    "ranker": "learns from what you complete",
    "urgency": "Taskwarrior's urgency; needs no history",
    "epsilon-greedy": "learns from your reactions",
    "orchestrator": "needs a model; in shadow only",
}
CHANGES = 10_000


def listing(house: House) -> list[dict[str, Any]]:
    """Every policy with its stage and, where it learns from reactions, how many it has heard."""
    stage = stage_of(house) if house.exists else dict.fromkeys(stages.POLICIES, "shadow") | {stages.DEFAULT: "live"}
    found: list[dict[str, Any]] = [{"id": name, "stage": stage[name], "about": NOTES[name]} for name in stages.POLICIES]
    for entry in found:
        if entry["id"] in stages.LEARNERS:
            entry["learnt_from"] = learnt_from(house) if house.exists else 0
    return found


def report(house: House, told: Told = lambda at, of: None) -> list[dict[str, Any]]:
    """The evidence on every policy beside the live one, and what is missing for a promotion."""
    replayed = contest(house, DAYS, told)
    stage = stage_of(house)
    live = _live(stage)
    samples = compare.samples(house)
    values = {entry["policy"]: entry for entry in compare.off_policy(samples)}
    found = []
    for name in stages.POLICIES:
        evidence = _evidence(house, replayed, samples, name, live)
        hit = _difference(replayed, name, live, "hit1")
        found.append(
            {
                "id": name,
                "stage": stage[name],
                "offline": {
                    "moments": evidence.moments,
                    "hit@1_difference": interval(hit),
                    "MRR_difference": interval(evidence.mrr),
                    "off_policy": values.get(name),
                },
                "online": evidence.online._asdict(),
                "missing": [] if name == live else _missing(evidence, name),
            }
        )
    return found


def promote(house: House, name: str, told: Told = lambda at, of: None) -> str:
    """Make a policy live, if the evidence is there; the one that was live before.

    Raises `BadUsageError` where it is unknown, live already, or the evidence is short.
    """
    stage = stage_of(house)
    live = _live(stage)
    if name not in stages.POLICIES:
        raise BadUsageError("There is no such policy.", "See: oo policy list")
    if name == live:
        raise BadUsageError(f"{name} is live already.", "See: oo policy list")
    replayed = contest(house, DAYS, told)
    evidence = _evidence(house, replayed, compare.samples(house), name, live)
    lacking = _missing(evidence, name)
    if lacking:
        raise BadUsageError(f"Not yet: {'; '.join(lacking)}.", "See: oo policy report")
    _move(house, live, name)
    return live


def rollback(house: House) -> str:
    """Make live again what was live before the last promotion; its name. Needs no evidence: it has been live."""
    stints = _stints(house)
    if len(stints) < 2:
        raise BadUsageError("No policy was promoted.", "See: oo policy list")
    _move(house, stints[-1], stints[-2])
    return stints[-2]


def _stints(house: House) -> list[str]:
    """The live policies that lie on top of one another; to go back to the one below takes the upper one away."""
    found = [stages.DEFAULT]
    for entry in reversed(events.latest(house.store.conn, (PolicyChanged,), CHANGES)):
        if isinstance(entry.event, PolicyChanged) and entry.event.stage == "live":
            if found[-2:-1] == [entry.event.subject]:
                found.pop()
            else:
                found.append(entry.event.subject)
    return found


def _move(house: House, down: str, up: str) -> None:
    """Put one policy in shadow and the other live, both at once."""
    conn, now = house.store.conn, house.clock.now_ms()
    with house.store.write():
        for name, stage in ((down, "shadow"), (up, "live")):
            store.set_stage(conn, name, stage, now)
            house.bus.publish(conn, PolicyChanged(name, stage), now)
    house.bus.deliver()


def _live(stage: Mapping[str, str]) -> str:
    return next(name for name, found in stage.items() if found == "live")


def _evidence(house: House, replayed: Contest, samples: Mapping[str, list[Sample]], name: str, live: str) -> Evidence:
    scored = len(replayed.scores.get(name, ()))
    return Evidence(
        scored, _difference(replayed, name, live, "reciprocal"), compare.online(house, name, live),
        compare.gain(samples.get(name, [])),
    )  # fmt: skip


def _missing(evidence: Evidence, name: str) -> list[str]:
    needs = ["a model: it stays in shadow"] if name in stages.NEEDS_MODEL else []
    return needs + promotion.missing(evidence)


def _difference(replayed: Contest, name: str, live: str, measure: str) -> Interval | None:
    """The difference to the live policy; to urgency, which speaks for it, where the live one has no scores."""
    scores = replayed.scores
    if name not in scores or not scores[name]:
        return None
    against = live if live in scores else stages.FALLBACK
    return measures.difference(scores[name], scores[against], measure, compare.seeded())
