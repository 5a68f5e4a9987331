"""What the log of decisions and reactions says of a policy that was not live, and how often it agreed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from oo_cli.engine.evaluation.promotion import NEAR, Online
from oo_cli.engine.offpolicy import estimators
from oo_cli.engine.offpolicy.bootstrap import Interval, ratio_interval
from oo_cli.engine.offpolicy.estimators import Sample
from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies import stages
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_data.contracts.tip import Decision
from oo_data.store import decisions
from oo_data.store import policies as store

SEED = 20261  # intervals are drawn from the same numbers each time: the same past gives the same figures
OUTCOMES = 5000
LAST = 1000  # decisions in shadow that are looked at
LEAST, LEAST_DAYS = 30, 7  # decisions with an outcome, and days of them, before a value is told


def seeded() -> random.Random:
    """Randomness for intervals."""
    return random.Random(SEED)  # noqa: S311 - drawn for intervals, not for secrets


def interval(found: Interval | None) -> dict[str, float | None] | None:
    """An interval as JSON can hold it: an open end is null."""
    if found is None:
        return None
    ends = {name: end if abs(end) < float("inf") else None for name, end in (("low", found.low), ("high", found.high))}
    return {"value": found.value, **ends}


def samples(house: House) -> dict[str, list[Sample]]:
    """For each policy, one sample per live decision whose own choice was seen: its first outcome.

    What was shown after the first of a list had gone was not that decision's choice: its probability is unknown.
    """
    conn = house.store.conn
    found: dict[str, list[Sample]] = {}
    told: set[str] = set()
    for outcome in store.outcomes(conn, 0, OUTCOMES):
        if outcome.decision_id in told:
            continue
        beside = decisions.of_moment(conn, outcome.decision_id)
        live = next((d for d in beside.values() if d.id == outcome.decision_id), None)
        if live is None or live.chosen != outcome.subject or live.propensity <= 0:
            continue
        told.add(outcome.decision_id)
        model = _model(beside.get(greedy.NAME))
        worth = greedy.reward(outcome.reaction, outcome.reason)
        for policy, decision in beside.items():
            sample = _sample(live, decision, model, worth, _day(house, outcome.at))
            found.setdefault(policy, []).append(sample)
    return found


def off_policy(logged: Mapping[str, list[Sample]]) -> list[dict[str, Any]]:
    """For every policy: the estimates with intervals, and whether the data support a claim at all."""
    found = []
    for policy, known in sorted(logged.items()):
        covered = supported(known)
        found.append(
            {
                "policy": policy,
                "decisions": len(known),
                "needed": LEAST,
                "days": len({sample.cluster for sample in known}),
                "days_needed": LEAST_DAYS,
                "supported": covered,
                "effective": round(estimators.effective_size(known), 1),
                "mean_weight": interval(estimators.mean_weight(known, seeded())),
                "values": {v.estimator: interval(v.interval) for v in estimators.values(known, seeded())},
            }
        )
    return found


def supported(known: list[Sample]) -> bool:
    """Whether a claim can be made: enough decisions, and a live policy that might have done what this one would."""
    if len(known) < LEAST or len({sample.cluster for sample in known}) < LEAST_DAYS:
        return False
    weight = estimators.mean_weight(known, seeded())
    return weight is not None and weight.high > 1 - 1e-9  # what is not covered pulls it below 1; luck may lift it


def gain(known: list[Sample]) -> Interval | None:
    """The doubly robust value less the mean reward of what the live policy did; None without support."""
    if not supported(known):
        return None
    pairs = ((s.cluster, estimators.parts("DR", s)[0] - s.reward, 1.0) for s in known)
    return ratio_interval(pairs, seeded())


def online(house: House, policy: str, live: str) -> Online:
    """How a shadow's choices lie to those of the policy that is live now, over its last decisions."""
    pairs = decisions.compared(house.store.conn, policy, live, LAST)
    if not pairs:
        return Online(0, 0, 0.0, 0.0)
    same = sum(live.chosen == shadow.chosen for live, shadow in pairs)
    near = sum(shadow.chosen in list(live.scores)[:NEAR] for live, shadow in pairs)
    days = {_day(house, shadow.at) for _, shadow in pairs}
    return Online(len(pairs), len(days), same / len(pairs), near / len(pairs))


def _sample(live: Decision, target: Decision, model: Mapping[str, float], worth: float, day: str) -> Sample:
    chances = stages.chances(target)
    usual = sum(model.values()) / len(model) if model else 0.0  # for what the model has no word on
    subject = live.chosen or ""
    expected = sum(chance * model.get(about, usual) for about, chance in chances.items())
    return Sample(worth, live.propensity, chances.get(subject, 0.0), model.get(subject, usual), expected, day)


def _model(decision: Decision | None) -> dict[str, float]:
    """The reward that the learning policy expected of each candidate, before it knew the outcome; 0..1."""
    if decision is None:
        return {}
    return {
        subject: min(max(0.0, sum(value * weight for value, weight in terms.values())), 1.0)
        for subject, terms in decision.scores.items()
    }


def _day(house: House, at: int) -> str:
    return local(at, house.zone).date().isoformat()
